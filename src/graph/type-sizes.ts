import { dominated } from './dominated.js'
import type { HeapGraph, Sizes } from './heap-graph.js'
import { retainedSizes } from './retained-sizes.js'
import type { Types } from './types.js'

/** The number of nodes of each type, and the sum of their sizes. */
export function typeTotals(
  sizes: Sizes,
  of: Uint32Array,
  typeCount: number,
): { count: Float64Array; shallow: Float64Array } {
  const count = new Float64Array(typeCount)
  const shallow = new Float64Array(typeCount)
  for (let node = 0; node < of.length; node++) {
    const type = of[node]!
    count[type]!++
    shallow[type]! += sizes[node]!
  }
  return { count, shallow }
}

/**
 * Bytes that each type retains. Summing retained sizes would count the cells of a linked list repeatedly, so, as in
 * DevTools, only nodes that no other node of their type dominates count.
 */
export function retainedByType(graph: HeapGraph, { of, names }: Types): Float64Array {
  const { first, node: below } = dominated(graph)
  const sizes = retainedSizes(graph)
  const retained = new Float64Array(names.length)
  const above = new Uint32Array(names.length)
  // The path from the root to the current node, which is at most as long as there are nodes.
  const way = new Uint32Array(graph.nodeCount)
  const next = new Uint32Array(graph.nodeCount)
  let depth = 0
  enter(graph.root)

  while (depth > 0) {
    const node = way[depth - 1]!
    const place = next[depth - 1]!++
    if (place < first[node + 1]!) enter(below[place]!)
    else {
      above[of[node]!]!--
      depth--
    }
  }
  return retained

  function enter(node: number): void {
    const type = of[node]!
    if (above[type]!++ === 0) retained[type]! += sizes[node]!
    way[depth] = node
    next[depth] = first[node]!
    depth++
  }
}
