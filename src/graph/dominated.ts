import { dominators } from './dominators.js'
import type { HeapGraph } from './heap-graph.js'
import { memo } from './memo.js'
import { takeColumn } from './spare-columns.js'

/**
 * The dominator tree top-down: the nodes that n immediately dominates are at first[n] … first[n + 1] − 1 of `node`.
 */
export interface Dominated {
  /** nodeCount + 1 entries. */
  readonly first: Uint32Array
  /** In ascending order for each dominator. The root is in no list. */
  readonly node: Uint32Array
}

/** The nodes that every node immediately dominates. 8 bytes per node. */
export const dominated: (graph: HeapGraph) => Dominated = memo(graph => {
  const { nodeCount, root } = graph
  const dominatorOf = dominators(graph)
  const first = new Uint32Array(nodeCount + 1)
  const dominatedNode = takeColumn(graph).subarray(0, nodeCount - 1)

  for (let node = 0; node < nodeCount; node++) if (node !== root) first[dominatorOf[node]!]!++
  for (let node = 0, sum = 0; node <= nodeCount; node++) {
    sum += first[node]!
    first[node] = sum
  }
  // Filled backwards, so that first[n] ends at the start of n's list.
  for (let node = nodeCount - 1; node >= 0; node--) {
    if (node !== root) dominatedNode[--first[dominatorOf[node]!]!] = node
  }
  return { first, node: dominatedNode }
})
