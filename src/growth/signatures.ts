import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { codeMask, nodeTypeMask } from '../graph/node-type-mask.js'
import { isInspectorEdge } from '../heap/inspector-only.js'
import { isDeadCell } from '../heap/v8/weak-cells.js'
import { costQueue } from '../paths/cost-queue.js'
import { edgeCosts } from '../paths/path-costs.js'
import { anchors } from './anchors.js'
import type { SignatureTable } from './signature-table.js'
import { stepWords } from './step-words.js'
import { typeWords } from './type-words.js'
import { idleEdges } from './v8-tables.js'

/** By which path each object of a heap is known. */
export interface Signatures {
  /** By node: its signature; 0 for what nothing of interest keeps. V8's own tables have that of the object they belong to. */
  readonly of: Uint32Array
  /** By node: where its path comes from; itself for an anchor. */
  readonly from: Uint32Array
  /** By node: the edge by which its path arrives; `noEdge` for an anchor. */
  readonly edge: Uint32Array
}

export const noEdge = 0xffffffff
const unheld = 0xffffffff
/** What only V8's own roots lead to comes last. */
const fromRoot = 48
/** No step costs more than this: see `edgeCosts`. */
const mostPerStep = 64

/** V8's internals are read through: what they lead to continues the path of the object they belong to. */
const passedMask = nodeTypeMask('array', 'hidden', 'code', 'object shape', 'number', 'other')
export const isPassed = (graph: HeapGraph, node: NodeIndex): boolean => passedMask[graph.nodeType[node]!] === 1

/**
 * The signature of every object: the path from the nearest anchor, rather by names of the program than through internals. Of paths
 * that cost the same that with the older signature counts, so that an object has the same in every heap. Dijkstra's search with small
 * whole numbers: linear in the edges, 21 bytes a node meanwhile.
 */
export function signatures(graph: HeapGraph, table: SignatureTable): Signatures {
  const { nodeCount, root, firstEdge, edgeTo } = graph
  const edgeCost = edgeCosts(graph)
  const stepOf = stepWords(graph, table)
  const typeOf = typeWords(graph, table)
  const of = new Uint32Array(nodeCount)
  const from = new Uint32Array(nodeCount)
  const lastEdge = new Uint32Array(nodeCount).fill(noEdge)
  const cost = new Uint32Array(nodeCount).fill(unheld)
  /** By node: whether only compiled code leads to it, which comes and goes. */
  const byCode = new Uint8Array(nodeCount)
  const queue = costQueue(nodeCount, mostPerStep)
  const anchorWord = table.word('')

  const begin = (node: NodeIndex, burden: number, signature: number): void => {
    if (burden >= cost[node]!) return
    cost[node] = burden
    of[node] = signature
    from[node] = node
    queue.put(node, burden)
  }
  for (const { node, name, burden } of anchors(graph))
    begin(node, burden, table.beyond(0, anchorWord, table.word(name)))
  begin(root, fromRoot, 0)

  for (let node = queue.take(); node !== undefined; node = queue.take()) {
    // An anchor has its signature from the start; a path to it that is shorter than its burden changes nothing of that.
    if (lastEdge[node] !== noEdge) of[node] = arrived(node)
    const signature = of[node]!
    const isIdle = idleEdges(graph, node)
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const more = edgeCost(node, edge)
      if (more === undefined || isIdle?.(edge) || isInspectorEdge(graph, edge, node)) continue
      const to = edgeTo[edge]!
      const sum = cost[node]! + more
      if (sum > cost[to]! || (from[to] === to && cost[to] !== unheld)) continue
      if (sum === cost[to] && !isOlder(signature, node, edge, to)) continue
      const isNearer = sum < cost[to]!
      cost[to] = sum
      from[to] = node
      lastEdge[to] = edge
      if (isNearer) queue.put(to, sum)
    }
  }
  return { of, from, edge: lastEdge }

  function arrived(node: NodeIndex): number {
    // A cell whose object is gone is nobody's, and those behind it belong to their registry all the same.
    let above = from[node]!
    while (isDeadCell(graph, above)) above = from[above]!
    const edge = lastEdge[node]!
    if (isDeadCell(graph, node)) return 0
    // What only compiled code retains comes and goes with it, and so does all behind that.
    byCode[node] = codeMask[graph.nodeType[above]!]! | byCode[above]!
    if (byCode[node] === 1) return 0
    if (isPassed(graph, node)) return of[above]!
    return table.beyond(of[above]!, stepOf(above, edge, isPassed(graph, above)), typeOf(node))
  }

  function isOlder(signature: number, node: NodeIndex, edge: number, to: NodeIndex): boolean {
    const other = from[to]!
    if (of[other] !== signature) return signature < of[other]!
    const [step, before] = [
      stepOf(node, edge, isPassed(graph, node)),
      stepOf(other, lastEdge[to]!, isPassed(graph, other)),
    ]
    return step !== before ? step < before : node < other
  }
}

/** The object a node's path passes last before it, V8's internals read through; itself for an anchor. */
export function objectAbove(graph: HeapGraph, { from }: Signatures, node: NodeIndex): NodeIndex {
  let at = from[node]!
  while (isPassed(graph, at) && from[at] !== at) at = from[at]!
  return at
}
