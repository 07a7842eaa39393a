import type { EdgeIndex, HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import { isBetween } from '../heap/v8/machinery.js'
import type { Hop } from '../paths/retaining-paths.js'
import type { LastHeap } from './last-heap.js'
import { noEdge } from './signatures.js'

/** The path from a retainer to an object below it; only these two if the object's path does not pass the retainer. */
export function pathTo({ paths, graph }: LastHeap, retainer: NodeIndex, example: NodeIndex): [Hop, ...Hop[]] {
  const edges: number[] = []
  let at = example
  while (at !== retainer && paths.edge[at] !== noEdge) {
    edges.push(paths.edge[at]!)
    at = paths.from[at]!
  }
  if (at !== retainer) return [{ node: retainer }, { node: example }]
  return throughTables(graph, retainer, edges.reverse())
}

/** A path without V8's tables and cells. Closure scopes stay, since they may be the links of a list. */
function throughTables(graph: HeapGraph, start: NodeIndex, edges: readonly EdgeIndex[]): [Hop, ...Hop[]] {
  const hops: [Hop, ...Hop[]] = [{ node: start }]
  let first: EdgeIndex | undefined
  let via = start
  for (const [at, edge] of edges.entries()) {
    const node = graph.edgeTo[edge]!
    const isTable = isBetween(graph, node) && at < edges.length - 1
    if (!isTable) hops.push({ node, first: first ?? edge, last: edge, via })
    first = isTable ? (first ?? edge) : undefined
    via = node
  }
  return hops
}

/** Extends the path to the second cell of a list, to show that one leads to the next. */
export function upToSecond({ graph }: LastHeap, path: readonly [Hop, ...Hop[]], type: string): [Hop, ...Hop[]] {
  const cells = path.filter(({ node }, at) => at > 0 && typeOf(graph, node) === type)
  const [retainer, ...hops] = path
  return [retainer, ...(cells[1] === undefined ? hops : hops.slice(0, hops.indexOf(cells[1]) + 1))]
}
