import { edgeNameOf, edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeNumber } from '../../graph/heap-graph.js'
import { reader } from '../../graph/strings.js'

const hidden = nodeTypeNumber('hidden')
const object = nodeTypeNumber('object')
const weak = edgeTypeNumber('weak')

/** Whether a node is V8's cell for an object that was registered with a FinalizationRegistry. */
export const isCell = ({ nodeType, nodeName, strings }: HeapGraph, node: NodeIndex): boolean =>
  nodeType[node] === hidden && reader(strings, 'system / WeakCell')(nodeName[node]!)

/**
 * Whether it is one whose object is gone: it keeps what was registered with it until the registry's function was called, at the next turn
 * of the event loop after a collection of garbage.
 */
export const isDeadCell = (graph: HeapGraph, node: NodeIndex): boolean => isCell(graph, node) && !hasTarget(graph, node)

/** Whether a WeakRef has nothing to give any more. */
export const isDeadWeakRef = (graph: HeapGraph, node: NodeIndex): boolean =>
  isWeakRef(graph, node) && !hasTarget(graph, node)

const isWeakRef = ({ nodeType, nodeName, strings }: HeapGraph, node: NodeIndex): boolean =>
  nodeType[node] === object &&
  (reader(strings, 'WeakRef')(nodeName[node]!) || reader(strings, 'SafeWeakRef')(nodeName[node]!))

function hasTarget(graph: HeapGraph, node: NodeIndex): boolean {
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    if (graph.edgeType[edge] === weak && edgeNameOf(graph, edge) === 'target') return true
  return false
}
