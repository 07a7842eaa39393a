import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distances } from '../../src/graph/distances.js'
import { dominated } from '../../src/graph/dominated.js'
import { dominatorTree } from '../../src/graph/dominators.js'
import type { HeapGraph } from '../../src/graph/heap-graph.js'
import { incoming } from '../../src/graph/incoming.js'
import { preorder } from '../../src/graph/preorder.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { retainingBits } from '../../src/graph/retaining.js'
import { shallowSizes } from '../../src/graph/shallow-sizes.js'
import { shortestPath } from '../../src/graph/shortest-path.js'
import { types } from '../../src/graph/types.js'
import { runs } from '../support/runs.js'
import { randomHeap } from './random-heaps.js'

const facts: readonly ((graph: HeapGraph) => object)[] = [
  retainingBits,
  incoming,
  preorder,
  dominatorTree,
  dominated,
  shallowSizes,
  retainedSizes,
  distances,
  types,
  graph => shortestPath(graph, graph.nodeCount - 1),
]

// Kernels reuse columns released by others; a column released too early would be overwritten.
test('a fact is the same, whatever was computed before or after it', () => {
  fc.assert(
    fc.property(randomHeap, fc.shuffledSubarray(facts.slice(), { minLength: 2 }), ({ graph }, asked) => {
      const told = asked.map(fact => fact(graph))
      expect(told).toEqual(asked.map(fact => fact({ ...graph })))
    }),
    { numRuns: runs(2000) },
  )
})
