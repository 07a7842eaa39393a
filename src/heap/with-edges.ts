import { LeakscopeError } from '../errors.js'
import type { HeapNodes } from '../graph/heap-graph.js'
import type { Heap } from './heap.js'

/**
 * The same heap, checked to have its edges. Types prevent most such mistakes, but not in JavaScript. Errors: USAGE.
 */
export function withEdges(heap: Heap<HeapNodes>): Heap {
  if ('edgeTo' in heap.graph) return heap as Heap
  throw new LeakscopeError('USAGE', 'this question needs edges, but only the nodes were read', {
    hint: 'Read it with `openSnapshot` instead of `openSnapshotNodes`.',
  })
}
