import type { EdgeIndex, HeapGraph, NodeIndex } from './heap-graph.js'
import type { Follows } from './strong-groups.js'

/**
 * The edges of a shortest cycle through a node, along the edges that `follows` accepts; empty if there is none. A
 * breadth-first search: costs the neighbourhood of the node up to the length of the cycle.
 */
export function shortestCycle(
  { nodeCount, firstEdge, edgeTo }: HeapGraph,
  node: NodeIndex,
  follows: Follows,
): EdgeIndex[] {
  const found: NodeIndex[] = [node]
  /** By index in `found`: the edge by which it was found; `from` has the index of its source. */
  const edgeTaken: EdgeIndex[] = []
  const cameFrom: number[] = []
  const known = new Uint8Array(nodeCount)

  for (let place = 0; place < found.length; place++) {
    const from = found[place]!
    for (let edge = firstEdge[from]!; edge < firstEdge[from + 1]!; edge++) {
      const to = edgeTo[edge]!
      if (known[to] === 1 || !follows(from, edge)) continue
      if (to === node) return [...way(place), edge]
      known[to] = 1
      edgeTaken[found.length] = edge
      cameFrom[found.length] = place
      found.push(to)
    }
  }
  return []

  function way(end: number): EdgeIndex[] {
    const edges: EdgeIndex[] = []
    for (let place = end; place > 0; place = cameFrom[place]!) edges.push(edgeTaken[place]!)
    return edges.reverse()
  }
}
