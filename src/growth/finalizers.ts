import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { awaitsFinalizer, deadCells, isDeadWeakRef } from '../heap/v8/weak-cells.js'

/** How many objects are gone of which a FinalizationRegistry has not called its function yet. */
export const pendingFinalizers = (graph: HeapGraph): number => deadCells(graph).size

/** So many objects are looked at, and so many of them must be what is left of something that is gone. */
const sample = 100
const nearlyAll = 0.8
/** As many finalizers must have come to wait, or nobody will take the rest away. */
const asMany = 0.75
/** Of what a finalizer takes away there is no more than of finalizers that wait: else some were called, and took nothing. */
const noMore = 1.25

/** How many objects wait for a finalizer in the last heap of a series, and how many more than at first. */
export interface Pending {
  readonly gain: number
  readonly last: number
}

/**
 * Whether what grows is what functions of FinalizationRegistries take away, which have yet to be called: WeakRefs to what is gone, objects
 * of nothing but WeakRefs, and what has a value or token that was registered with one. A forked child collects garbage for itself, and
 * calls none of them.
 */
export function waitsForFinalizers(
  graph: HeapGraph,
  nodes: readonly NodeIndex[],
  gain: number,
  pending: Pending,
): boolean {
  if (pending.gain < asMany * gain) return false
  const share = leftoverShare(graph, nodes, isLeftover)
  return share > 0 && share * nodes.length <= noMore * pending.last
}

/** Lists of WeakRefs that nobody else empties sweep themselves after so many additions; a second time is no chance. */
const swept = 2 * 1024

/**
 * Whether what grows is WeakRefs to what is gone, and so few that whoever has them may yet sweep them: it cannot before the process itself
 * has collected garbage.
 */
export const mayBeSwept = (graph: HeapGraph, nodes: readonly NodeIndex[]): boolean =>
  nodes.length < swept && leftoverShare(graph, nodes, isOfDeadWeakRefs) > 0

/** The share of some objects that is left of something that is gone; 0 where it is not nearly all. */
function leftoverShare(graph: HeapGraph, nodes: readonly NodeIndex[], is: typeof isLeftover): number {
  const looked = nodes.filter((_, i) => i % Math.ceil(nodes.length / sample) === 0)
  const share = looked.filter(node => is(graph, node)).length / looked.length
  return share >= nearlyAll ? share : 0
}

const isLeftover = (graph: HeapGraph, node: NodeIndex): boolean =>
  isOfDeadWeakRefs(graph, node) || awaitsFinalizer(graph, node)

/** Whether a node is a WeakRef to what is gone, or an object of nothing but such. */
function isOfDeadWeakRefs(graph: HeapGraph, node: NodeIndex): boolean {
  if (isDeadWeakRef(graph, node)) return true
  if (nodeTypeOf(graph, node) !== 'object') return false
  let isOver = false
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    const to = graph.edgeTo[edge]!
    const isField = edgeTypeOf(graph, edge) === 'property' && graph.strings.at(graph.edgeName[edge]!) !== '__proto__'
    if (!isField || nodeTypeOf(graph, to) !== 'object') continue
    if (isDeadWeakRef(graph, to)) isOver = true
    else if (!/WeakRef$/.test(graph.strings.at(graph.nodeName[to]!))) return false
  }
  return isOver
}
