import type { EdgeIndex, HeapGraph, NodeIndex } from './heap-graph.js'
import type { Follows } from './strong-groups.js'

/**
 * The edges of a shortest cycle through a node, from it and back to it, going by the edges that `follows` lets through; empty if
 * there is none. A search in all directions: what is near the node costs, not the heap, unless the cycle is long.
 */
export function shortestCycle(
  { nodeCount, firstEdge, edgeTo }: HeapGraph,
  node: NodeIndex,
  follows: Follows,
): EdgeIndex[] {
  const found: NodeIndex[] = [node]
  /** By place in `found`: the edge it was found by, and the place that edge starts from. */
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
