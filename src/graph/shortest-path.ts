import { systemDistance } from './distances.js'
import { type EdgeIndex, edgeTypes, type HeapGraph, type NodeIndex } from './heap-graph.js'
import { memo } from './memo.js'
import { retainingBits } from './retaining.js'
import { leaveColumns, takeColumn } from './spare-columns.js'
import { userRoots } from './user-roots.js'

/**
 * The edges of a shortest retaining path from the root to a node. If a global object leads to the node, the path starts
 * with one, even if V8's own roots are nearer; among equally short paths, edges of the program (properties, variables,
 * elements) are preferred to V8's. Empty for the root, and for a node that is not retained.
 */
export function shortestPath(graph: HeapGraph, node: NodeIndex): EdgeIndex[] {
  const { edgeTo, from } = arrivals(graph)
  const path: EdgeIndex[] = []
  for (let at = node; at !== graph.root; ) {
    const edge = edgeTo[at]!
    if (edge === none) return []
    path.push(edge)
    at = from[at]!
  }
  return path.reverse()
}

interface Arrivals {
  /** By node: the last edge of the path to it, or `none`. */
  readonly edgeTo: Uint32Array
  /** By node: the source of that edge. */
  readonly from: Uint32Array
}

const none = 0xffffffff

/** By number of edge type: lower is preferred in a path. */
const ranks: readonly number[] = edgeTypes.map(
  type => ['property', 'context', 'element', 'shortcut'].indexOf(type) >>> 0,
)

/** A breadth-first search along retaining edges, from the global objects first and then from the root. */
const arrivals: (graph: HeapGraph) => Arrivals = memo(graph => {
  const { nodeCount, root, firstEdge, edgeType, edgeTo } = graph
  const retains = retainingBits(graph)
  const lastEdge = new Uint32Array(nodeCount).fill(none)
  const from = new Uint32Array(nodeCount)
  const level = takeColumn(graph)
  const queue = takeColumn(graph)
  let [head, tail] = [0, 0]

  const arrive = (node: number, edge: number): void => {
    const to = edgeTo[edge]!
    if (to === root || (retains[edge >>> 5]! & (1 << edge)) === 0) return
    if (lastEdge[to] === none) {
      level[to] = level[node]! + 1
      queue[tail++] = to
    } else if (level[to] !== level[node]! + 1 || ranks[edgeType[edge]!]! >= ranks[edgeType[lastEdge[to]!]!]!) return
    lastEdge[to] = edge
    from[to] = node
  }
  const search = (): void => {
    while (head < tail) {
      const node = queue[head++]!
      for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) arrive(node, edge)
    }
  }

  const globals = new Set(userRoots(graph))
  level[root] = 0
  for (let edge = firstEdge[root]!; edge < firstEdge[root + 1]!; edge++) {
    if (globals.has(edgeTo[edge]!)) arrive(root, edge)
  }
  search()
  // A large level, so that the second search does not replace paths from the globals.
  level[root] = systemDistance
  for (let edge = firstEdge[root]!; edge < firstEdge[root + 1]!; edge++) arrive(root, edge)
  search()
  leaveColumns(graph, level, queue)
  return { edgeTo: lastEdge, from }
})
