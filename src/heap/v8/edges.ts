import {
  type EdgeIndex,
  type EdgeType,
  edgeTypeNumber,
  type HeapGraph,
  isNumbered,
  type NodeIndex,
} from '../../graph/heap-graph.js'
import { reader } from '../../graph/strings.js'

/** The maximum number of edges examined: an object used as a dictionary may have a million properties. */
const maxEdges = 1000

/**
 * The target of a named edge, or `undefined`: `follow(graph, closure, 'internal', 'shared')`. Examines only edges of
 * this type, and at most the first `most` of them.
 */
export const follow = (
  graph: HeapGraph,
  node: NodeIndex,
  type: EdgeType,
  name: string,
  most: number = maxEdges,
): NodeIndex | undefined => firstNamed(graph, node, edgeTypeNumber(type), reader(graph.strings, name), most)

/** `follow` along internal edges. */
export const inside = (graph: HeapGraph, node: NodeIndex, name: string): NodeIndex | undefined =>
  follow(graph, node, 'internal', name)

/** `inside` for a fixed name, for many nodes: `insideBy(graph, 'context')(closure)`. */
export function insideBy(graph: HeapGraph, name: string): (node: NodeIndex) => NodeIndex | undefined {
  const isName = reader(graph.strings, name)
  return node => firstNamed(graph, node, internal, isName, maxEdges)
}

const internal = edgeTypeNumber('internal')

function firstNamed(
  { firstEdge, edgeType, edgeName, edgeTo }: HeapGraph,
  node: NodeIndex,
  type: number,
  isName: (name: number) => boolean,
  most: number,
): NodeIndex | undefined {
  const end = firstEdge[node + 1]!
  for (let edge = firstEdge[node]!, seen = 0; edge < end && seen < most; edge++) {
    if (edgeType[edge] !== type) continue
    if (isName(edgeName[edge]!)) return edgeTo[edge]!
    seen++
  }
  return undefined
}

/**
 * The slot of V8's array that an edge stands for, or −1: the number of a numbered edge, or an internal edge's numeric
 * name (`"17"`).
 */
export function slotOf(graph: HeapGraph, edge: EdgeIndex): number {
  if (isNumbered(graph, edge)) return graph.edgeName[edge]!
  const name = graph.strings.at(graph.edgeName[edge]!)
  return /^\d+$/.test(name) ? Number(name) : -1
}
