import { dominatorTree } from './dominators.js'
import type { HeapGraph, Sizes } from './heap-graph.js'
import { memo } from './memo.js'
import { copied, shallowSizes } from './shallow-sizes.js'

/** By node: bytes that would be freed if it were: its own (shallow size), and those of everything it dominates. */
export const retainedSizes: (graph: HeapGraph) => Sizes = memo(graph => {
  const { dominatorOf, topDown } = dominatorTree(graph)
  const sizes = copied(graph, shallowSizes(graph))

  // A dominator is always met before what it dominates, so backwards means children first.
  for (let place = graph.nodeCount - 1; place > 0; place--) {
    const node = topDown[place]!
    sizes[dominatorOf[node]!]! += sizes[node]!
  }
  return sizes
})
