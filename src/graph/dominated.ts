import { dominators } from './dominators.js'
import type { HeapGraph } from './heap-graph.js'
import { memo } from './memo.js'
import { takeColumn } from './spare-columns.js'

/** The dominator tree from above: what n immediately dominates stands at first[n] … first[n + 1] − 1 of `node`. */
export interface Dominated {
  /** nodeCount + 1 entries. */
  readonly first: Uint32Array
  /** In ascending order for each dominator. The root is in nobody's list. */
  readonly node: Uint32Array
}

/** What every node immediately dominates. 8 bytes a node. */
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
  // Filled from behind, first[n] ends where n's list begins.
  for (let node = nodeCount - 1; node >= 0; node--) {
    if (node !== root) dominatedNode[--first[dominatorOf[node]!]!] = node
  }
  return { first, node: dominatedNode }
})
