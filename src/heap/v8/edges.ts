import {
  type EdgeIndex,
  type EdgeType,
  edgeTypeNumber,
  type HeapGraph,
  isNumbered,
  type NodeIndex,
} from '../../graph/heap-graph.js'
import { reader } from '../../graph/strings.js'

/** An object used as a dictionary may have a million properties: so many of its edges are looked at. */
const mostEdges = 1000

/**
 * The node a named edge leads to, or `undefined`: `follow(graph, closure, 'internal', 'shared')`. Looks at the edges of this type
 * only, and at most at the first `most` of them.
 */
export const follow = (
  graph: HeapGraph,
  node: NodeIndex,
  type: EdgeType,
  name: string,
  most: number = mostEdges,
): NodeIndex | undefined => firstNamed(graph, node, edgeTypeNumber(type), reader(graph.strings, name), most)

/** `follow` along internal edges, which is where V8 keeps an object's machinery. */
export const inside = (graph: HeapGraph, node: NodeIndex, name: string): NodeIndex | undefined =>
  follow(graph, node, 'internal', name)

/** `inside` by one name, for questions asked of one node after the other: `insideBy(graph, 'context')(closure)`. */
export function insideBy(graph: HeapGraph, name: string): (node: NodeIndex) => NodeIndex | undefined {
  const isName = reader(graph.strings, name)
  return node => firstNamed(graph, node, internal, isName, mostEdges)
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

/** The place in V8's array an edge stands for, or −1: a number of its own, or an internal edge whose name is one (`"17"`). */
export function slotOf(graph: HeapGraph, edge: EdgeIndex): number {
  if (isNumbered(graph, edge)) return graph.edgeName[edge]!
  const name = graph.strings.at(graph.edgeName[edge]!)
  return /^\d+$/.test(name) ? Number(name) : -1
}
