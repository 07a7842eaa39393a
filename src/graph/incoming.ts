import { LeakscopeError } from '../errors.js'
import type { HeapGraph, NodeIndex } from './heap-graph.js'
import { memo } from './memo.js'
import { retainingBits } from './retaining.js'

/**
 * The reversed edges of a heap: those that lead to n are at first[n] … first[n + 1] − 1, in the order of the edges. The
 * index of the edge is not stored, which would double the size: `eachEdgeTo` finds it.
 */
export interface Incoming {
  /** nodeCount + 1 entries. */
  readonly first: Uint32Array
  /** The source node of each reversed edge, negative (top bit set) if the edge retains. Read it with `sourceOf`. */
  readonly source: Int32Array
}

/** The node in an entry of `source`. */
export const sourceOf = (entry: number): NodeIndex => entry & 0x7fffffff

/** All edges reversed, including weak ones. 4 bytes per edge and 4 bytes per node. */
export const incoming: (graph: HeapGraph) => Incoming = memo(graph => {
  const { nodeCount, edgeCount, firstEdge, edgeTo } = graph
  if (nodeCount > 2 ** 31) throw tooLarge(nodeCount)
  const retains = retainingBits(graph)
  const first = new Uint32Array(nodeCount + 1)
  const source = new Int32Array(edgeCount)

  for (let edge = 0; edge < edgeCount; edge++) first[edgeTo[edge]!]!++
  for (let node = 0, sum = 0; node <= nodeCount; node++) {
    sum += first[node]!
    first[node] = sum
  }

  // first[n] starts after n's last position and decreases as positions are filled: it ends at n's first position.
  for (let node = nodeCount - 1, edge = edgeCount - 1; node >= 0; node--) {
    for (const begin = firstEdge[node]!; edge >= begin; edge--) {
      // The edge's bit, shifted to the top.
      source[--first[edgeTo[edge]!]!] = node | ((retains[edge >>> 5]! >>> edge) << 31)
    }
  }
  return { first, source }
})

const tooLarge = (nodeCount: number): LeakscopeError =>
  new LeakscopeError(
    'UNSUPPORTED',
    `the heap has ${nodeCount} objects; retainers can be found for at most 2,147,483,648`,
    {
      hint: 'Use `types` or `growth`, which need no retainers.',
    },
  )
