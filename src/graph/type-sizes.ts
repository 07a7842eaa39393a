import { dominated } from './dominated.js'
import type { HeapGraph, Sizes } from './heap-graph.js'
import { retainedSizes } from './retained-sizes.js'
import type { Types } from './types.js'

/** How many nodes each type has, and their sizes together. */
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
 * Bytes that each type retains. A list whose nodes hold each other would be counted over and over if retained sizes were simply summed. So, as DevTools does, only
 * nodes count that no other of their type dominates: going down the dominator tree, those met while none of the type is above.
 */
export function retainedByType(graph: HeapGraph, { of, names }: Types): Float64Array {
  const { first, node: below } = dominated(graph)
  const sizes = retainedSizes(graph)
  const retained = new Float64Array(names.length)
  const above = new Uint32Array(names.length)
  // The way from the root to here. Nothing dominates itself, so no way is longer than there are nodes.
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
