import type { HeapGraph } from './heap-graph.js'
import { incoming, sourceOf } from './incoming.js'
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
  const { first, source } = incoming(graph)
  const next = first.slice(0, graph.nodeCount)
  const edgeAt = new Uint32Array(graph.edgeCount)
  for (let edge = 0; edge < graph.edgeCount; edge++) edgeAt[next[graph.edgeTo[edge]!]!++] = edge
  return { first, from: Uint32Array.from(source, sourceOf), edge: edgeAt }
})
