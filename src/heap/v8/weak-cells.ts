import { edgeNameOf, edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeNumber } from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'
import { reader } from '../../graph/strings.js'
import { typeOf } from '../../graph/types.js'
import { eachReference } from '../references.js'

const hidden = nodeTypeNumber('hidden')
const object = nodeTypeNumber('object')
const weak = edgeTypeNumber('weak')
const hiddenEdge = edgeTypeNumber('hidden')

/** Whether a node is V8's cell for an object that was registered with a FinalizationRegistry. */
export const isCell = ({ nodeType, nodeName, strings }: HeapGraph, node: NodeIndex): boolean =>
  nodeType[node] === hidden && reader(strings, 'system / WeakCell')(nodeName[node]!)

/**
 * The cells whose object is dead: each keeps its registered value until the registry's function is called, in the next
 * turn of the event loop after a garbage collection. A pass over the nodes.
 */
export const deadCells: (graph: HeapGraph) => ReadonlySet<NodeIndex> = memo(graph => {
  const found = new Set<NodeIndex>()
  const { nodeCount, nodeType, nodeName, strings } = graph
  const isCellName = reader(strings, 'system / WeakCell')
  for (let node = 0; node < nodeCount; node++)
    if (nodeType[node] === hidden && isCellName(nodeName[node]!) && !hasTarget(graph, node)) found.add(node)
  return found
})

/** Whether the target of a WeakRef is dead. */
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

/**
 * Registered values and unregister tokens of a single dead object: the registry's function probably removes what refers
 * to them.
 */
const leftovers = memo((graph: HeapGraph): ReadonlySet<NodeIndex> => {
  const cells = new Map<NodeIndex, number>()
  for (const node of deadCells(graph)) {
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      const to = graph.edgeTo[edge]!
      const isOwn = graph.edgeType[edge] === weak || graph.edgeType[edge] === hiddenEdge
      if (isOwn && !isCell(graph, to) && typeOf(graph, to) !== 'FinalizationRegistry')
        cells.set(to, (cells.get(to) ?? 0) + 1)
    }
  }
  return new Set([...cells].flatMap(([node, times]) => (times === 1 ? node : [])))
})

/** Whether an object is, or refers to, the registered value or token of a dead object. */
export function awaitsFinalizer(graph: HeapGraph, node: NodeIndex): boolean {
  const found = leftovers(graph)
  if (found.size === 0) return false
  let is = found.has(node)
  eachReference(graph, node, other => {
    is ||= found.has(other)
  })
  return is
}
