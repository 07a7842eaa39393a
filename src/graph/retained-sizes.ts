import { dominatorTree } from './dominators.js'
import type { HeapGraph, Sizes } from './heap-graph.js'
import { memo } from './memo.js'
import { copied, shallowSizes } from './shallow-sizes.js'

/**
 * By node: its retained size, the bytes that would be freed with it: its shallow size and those of everything it
 * dominates. 4 or 8 bytes per node.
 */
export const retainedSizes: (graph: HeapGraph) => Sizes = memo(graph => {
  const { dominatorOf, topDown } = dominatorTree(graph)
  const sizes = copied(graph, shallowSizes(graph))

  // Dominators precede what they dominate, so backwards means children first.
  for (let place = graph.nodeCount - 1; place > 0; place--) {
    const node = topDown[place]!
    sizes[dominatorOf[node]!]! += sizes[node]!
  }
  return sizes
})
