import type { HeapGraph } from './heap-graph.js'
import { memo } from './memo.js'

/** Who refers to a node: its retainers are the places first[n] … first[n + 1] − 1 of the other two columns. */
export interface Retainers {
  /** nodeCount + 1 entries. */
  readonly first: Uint32Array
  /** The node the reference comes from. */
  readonly from: Uint32Array
  /** The edge it is, in ascending order for each node. */
  readonly edge: Uint32Array
}

/**
 * The edges of a heap turned round. All of them, weak ones too: ask `retaining` which of them hold. 8 bytes an edge and 4 bytes a
 * node.
 */
export const retainers: (graph: HeapGraph) => Retainers = memo(graph => {
  const { nodeCount, edgeCount, firstEdge, edgeTo } = graph
  const first = new Uint32Array(nodeCount + 1)
  const from = new Uint32Array(edgeCount)
  const edgeOf = new Uint32Array(edgeCount)

  for (let edge = 0; edge < edgeCount; edge++) first[edgeTo[edge]!]!++
  for (let node = 0, sum = 0; node < nodeCount; node++) {
    sum += first[node]!
    first[node] = sum
  }
  first[nodeCount] = edgeCount

  // first[n] stands behind the last free place of n and walks down as places are taken: it ends where n's places begin.
  for (let node = nodeCount - 1, edge = edgeCount - 1; node >= 0; node--) {
    for (const begin = firstEdge[node]!; edge >= begin; edge--) {
      const place = --first[edgeTo[edge]!]!
      from[place] = node
      edgeOf[place] = edge
    }
  }
  return { first, from, edge: edgeOf }
})
