import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { codeMask, nodeTypeMask } from '../graph/node-type-mask.js'
import { inspectorEdgesOf } from '../heap/inspector-only.js'
import { deadCells } from '../heap/v8/weak-cells.js'
import { type CostQueue, costQueue } from '../paths/cost-queue.js'
import { edgeCosts, keepsNothing } from '../paths/path-costs.js'
import { anchors } from './anchors.js'
import type { SignatureTable } from './signature-table.js'
import { stepWords } from './step-words.js'
import { typeWords } from './type-words.js'
import { idleEdges } from './v8-tables.js'

/** The path signature of each object of a heap. */
export interface Signatures {
  /**
   * By node: its signature; 0 if nothing of interest retains it. V8's own tables have that of the object they belong
   * to.
   */
  readonly of: Uint32Array
  /** By node: the previous node of its path; itself for an anchor. */
  readonly from: Uint32Array
  /** By node: the last edge of its path; `noEdge` for an anchor. */
  readonly edge: Uint32Array
}

export const noEdge = 0xffffffff
const unheld = 0xffffffff
/** The cost of starting at V8's own roots, so that they come last. */
const fromRoot = 48
/** The maximum cost of a step: see `edgeCosts`. */
const maxPerStep = 64

/** V8's internals are skipped: what they lead to continues the path of the object they belong to. */
export const passedMask: Uint8Array = nodeTypeMask('array', 'hidden', 'code', 'object shape', 'number', 'other')
export const isPassed = (graph: HeapGraph, node: NodeIndex): boolean => passedMask[graph.nodeType[node]!] === 1

/**
 * The signature of every object: the path from the nearest anchor, preferring the program's names to internals. Among
 * paths of equal cost, the older signature is chosen, so that an object has the same one in every heap. Dijkstra's
 * search with small integers: linear in the edges, 21 bytes per node while it runs.
 */
export function signatures(graph: HeapGraph, table: SignatureTable): Signatures {
  const { nodeCount, nodeType, root } = graph
  const stepOf = stepWords(graph, table)
  const typeOf = typeWords(graph, table)
  const dead = deadCells(graph)
  const of = new Uint32Array(nodeCount)
  const from = new Uint32Array(nodeCount)
  const lastEdge = new Uint32Array(nodeCount).fill(noEdge)
  const cost = new Uint32Array(nodeCount).fill(unheld)
  /** By node: whether only compiled code leads to it, which comes and goes. */
  const byCode = new Uint8Array(nodeCount)
  const queue = costQueue(nodeCount, maxPerStep)
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
  search(graph, { of, from, edge: lastEdge }, cost, queue, { arrived, isOlder })
  return { of, from, edge: lastEdge }

  function arrived(node: NodeIndex): number {
    // A cell whose object is dead has no owner, but the cells behind it still belong to their registry.
    let above = from[node]!
    if (dead.size > 0) {
      while (dead.has(above)) above = from[above]!
      if (dead.has(node)) return 0
    }
    // What only compiled code retains comes and goes with it, including everything behind it.
    byCode[node] = codeMask[nodeType[above]!]! | byCode[above]!
    if (byCode[node] === 1) return 0
    if (passedMask[nodeType[node]!] === 1) return of[above]!
    const isAbovePassed = passedMask[nodeType[above]!] === 1
    return table.beyond(of[above]!, stepOf(above, lastEdge[node]!, isAbovePassed), typeOf(node))
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

interface Search {
  /** The signature of a node whose cheapest path is final. */
  arrived(node: NodeIndex): number
  /** Whether an edge gives a node the older of two paths with equal cost. */
  isOlder(signature: number, node: NodeIndex, edge: number, to: NodeIndex): boolean
}

/**
 * Finds the cheapest path to every node, starting at the queued ones. Data used for every edge is in locals, for speed.
 */
function search(
  graph: HeapGraph,
  { of, from, edge: lastEdge }: Signatures,
  cost: Uint32Array,
  queue: CostQueue,
  { arrived, isOlder }: Search,
): void {
  const { firstEdge, edgeTo } = graph
  const edgeCost = edgeCosts(graph)
  for (let node = queue.take(); node !== undefined; node = queue.take()) {
    // An anchor keeps its signature, even if a path to it costs less than its burden.
    if (lastEdge[node] !== noEdge) of[node] = arrived(node)
    const signature = of[node]!
    const isIdle = idleEdges(graph, node)
    const isInspectors = inspectorEdgesOf(graph, node)
    const costSoFar = cost[node]!
    const end = firstEdge[node + 1]!
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      const more = edgeCost[edge]!
      if (more === keepsNothing) continue
      const to = edgeTo[edge]!
      const sum = costSoFar + more
      const known = cost[to]!
      if (sum > known || (from[to] === to && known !== unheld) || isIdle?.(edge) || isInspectors?.(edge)) continue
      if (sum === known && !isOlder(signature, node, edge, to)) continue
      cost[to] = sum
      from[to] = node
      lastEdge[to] = edge
      if (sum < known) queue.put(to, sum)
    }
  }
}

/** The previous object on a node's path, without V8's internals; itself for an anchor. */
export function objectAbove(graph: HeapGraph, { from }: Signatures, node: NodeIndex): NodeIndex {
  let at = from[node]!
  while (isPassed(graph, at) && from[at] !== at) at = from[at]!
  return at
}
