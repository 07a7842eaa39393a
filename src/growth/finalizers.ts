import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { awaitsFinalizer, deadCells, isDeadWeakRef } from '../heap/v8/weak-cells.js'

/** The number of dead objects for which a FinalizationRegistry has not yet called its function. */
export const pendingFinalizers = (graph: HeapGraph): number => deadCells(graph).size

/** The number of objects sampled. Nearly all must be leftovers of dead objects. */
const sample = 100
const nearlyAll = 0.8
/** The gain in pending finalizers, relative to the gain in objects, below which finalizers do not explain it. */
const asMany = 0.75
/** If there are more objects than pending finalizers by this factor, some finalizers ran and removed nothing. */
const noMore = 1.25

/** The number of pending finalizers in the last heap of a series, and the gain since the first. */
export interface Pending {
  readonly gain: number
  readonly last: number
}

/**
 * Whether the growing objects would be removed by pending functions of FinalizationRegistries: WeakRefs to dead
 * objects, objects that contain only such WeakRefs, and objects that contain a held value or token of a registration. A
 * forked child collects garbage but does not call these functions.
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

/**
 * Libraries sweep lists of dead WeakRefs after about this many additions; beyond twice that, the list is not swept.
 */
const swept = 2 * 1024

/**
 * Whether the growing objects are WeakRefs to dead objects, and so few that their owner may still sweep them, which
 * requires a garbage collection in the process itself.
 */
export const mayBeSwept = (graph: HeapGraph, nodes: readonly NodeIndex[]): boolean =>
  nodes.length < swept && leftoverShare(graph, nodes, isOfDeadWeakRefs) > 0

/** The share of the objects that are leftovers of dead objects; 0 if not nearly all are. */
function leftoverShare(graph: HeapGraph, nodes: readonly NodeIndex[], is: typeof isLeftover): number {
  const looked = nodes.filter((_, i) => i % Math.ceil(nodes.length / sample) === 0)
  const share = looked.filter(node => is(graph, node)).length / looked.length
  return share >= nearlyAll ? share : 0
}

const isLeftover = (graph: HeapGraph, node: NodeIndex): boolean =>
  isOfDeadWeakRefs(graph, node) || awaitsFinalizer(graph, node)

/** Whether a node is a WeakRef to a dead object, or an object that contains only such WeakRefs. */
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
