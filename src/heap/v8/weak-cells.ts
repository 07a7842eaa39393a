import {
  type EdgeIndex,
  edgeTypeNumber,
  type HeapGraph,
  type NodeIndex,
  nodeTypeNumber,
} from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'
import { reader, reads } from '../../graph/strings.js'
import { typeOf } from '../../graph/types.js'
import { eachReference } from '../references.js'

/** V8's word for what a FinalizationRegistry has for each object that was registered. */
const cellName = 'system / WeakCell'

const hidden = nodeTypeNumber('hidden')
const hiddenEdge = edgeTypeNumber('hidden')
const weakEdge = edgeTypeNumber('weak')

/**
 * Whether an edge leads from the cell of a dead object to the value that waits for the finalizer: it goes when V8 has collected the garbage
 * and the event loop turns. A heap of a forked child, or read from memory, shows every cell since the last collection.
 */
export function leadsToFinalizer(graph: HeapGraph, edge: EdgeIndex): boolean {
  if (graph.edgeType[edge] !== hiddenEdge) return false
  const type = typeOf(graph, graph.edgeTo[edge]!)
  return type !== 'FinalizationRegistry' && !isCell(graph, graph.edgeTo[edge]!)
}

/** Whether a node is the cell of an object that is dead. */
export function isDeadCell(graph: HeapGraph, node: NodeIndex): boolean {
  if (graph.nodeType[node] !== hidden || !isCell(graph, node)) return false
  const isTarget = reader(graph.strings, 'target')
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    if (graph.edgeType[edge] !== weakEdge || !isTarget(graph.edgeName[edge]!)) continue
    return graph.nodeType[graph.edgeTo[edge]!] === hidden
  }
  return true
}

const isCell = (graph: HeapGraph, node: NodeIndex): boolean => reader(graph.strings, cellName)(graph.nodeName[node]!)

/**
 * Values and unregister tokens that wait for the finalizer of one dead object each: what refers to them is probably let go of by it. One
 * pass over the nodes.
 */
const awaiting = memo((graph: HeapGraph): ReadonlySet<NodeIndex> => {
  const cells = new Map<NodeIndex, number>()
  const isName = reads(graph.strings, cellName)
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isName(graph.nodeName[node]!) || !isDeadCell(graph, node)) continue
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      const isToken = graph.edgeType[edge] === weakEdge
      const to = graph.edgeTo[edge]!
      if (isToken || leadsToFinalizer(graph, edge)) cells.set(to, (cells.get(to) ?? 0) + 1)
    }
  }
  return new Set([...cells].flatMap(([node, times]) => (times === 1 ? node : [])))
})

/** Whether an object is, or refers to, what waits for a finalizer. */
export function awaitsFinalizer(graph: HeapGraph, node: NodeIndex): boolean {
  const found = awaiting(graph)
  if (found.size === 0) return false
  let is = found.has(node)
  eachReference(graph, node, other => {
    is ||= found.has(other)
  })
  return is
}
