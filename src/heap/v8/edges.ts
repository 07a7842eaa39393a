import {
  type EdgeIndex,
  type EdgeType,
  edgeTypeNumber,
  type HeapGraph,
  isNumbered,
  type NodeIndex,
} from '../../graph/heap-graph.js'
import { reader } from '../../graph/strings.js'

/**
 * The node a named edge leads to, or `undefined`: `follow(graph, closure, 'internal', 'shared')`. Looks at the edges of this type
 * only, and at most at the first `most` of them (an object used as a dictionary may have a million properties).
 */
export function follow(
  graph: HeapGraph,
  node: NodeIndex,
  type: EdgeType,
  name: string,
  most = 1000,
): NodeIndex | undefined {
  const { firstEdge, edgeType, edgeName, edgeTo } = graph
  const wanted = edgeTypeNumber(type)
  const isName = reader(graph.strings, name)
  const end = firstEdge[node + 1]!
  for (let edge = firstEdge[node]!, seen = 0; edge < end && seen < most; edge++) {
    if (edgeType[edge] !== wanted) continue
    if (isName(edgeName[edge]!)) return edgeTo[edge]!
    seen++
  }
  return undefined
}

/** `follow` along internal edges, which is where V8 keeps an object's machinery. */
export const inside = (graph: HeapGraph, node: NodeIndex, name: string): NodeIndex | undefined =>
  follow(graph, node, 'internal', name)

/** `inside` by one name, for questions asked of one node after the other: `insideBy(graph, 'context')(closure)`. */
export function insideBy(graph: HeapGraph, name: string): (node: NodeIndex) => NodeIndex | undefined {
  const { firstEdge, edgeType, edgeName, edgeTo, strings } = graph
  const internal = edgeTypeNumber('internal')
  const isName = reader(strings, name)
  return node => {
    const end = firstEdge[node + 1]!
    for (let edge = firstEdge[node]!, seen = 0; edge < end && seen < 1000; edge++) {
      if (edgeType[edge] !== internal) continue
      if (isName(edgeName[edge]!)) return edgeTo[edge]!
      seen++
    }
    return undefined
  }
}

/** The place in V8's array an edge stands for, or −1: a number of its own, or an internal edge whose name is one (`"17"`). */
export function slotOf(graph: HeapGraph, edge: EdgeIndex): number {
  if (isNumbered(graph, edge)) return graph.edgeName[edge]!
  const name = graph.strings.at(graph.edgeName[edge]!)
  return /^\d+$/.test(name) ? Number(name) : -1
}
