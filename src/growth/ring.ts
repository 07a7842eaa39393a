import { numberIn } from '../graph/numbers.js'
import { typeOf } from '../graph/types.js'
import type { Totals } from './growing.js'
import type { GrowthPoint } from './growth-points.js'
import type { LastHeap } from './last-heap.js'

/**
 * Whether objects take the place of nothing in arrays that were as long before: a ring of the last few hundred log lines, which are replaced
 * one by one once it is full. Known where the heaps say how long arrays are.
 */
export function fillsRing({ graph, paths }: LastHeap, { entries }: Totals, { where, inPlace }: GrowthPoint): boolean {
  const { retainer, isChained, areAnchors } = where
  if (inPlace || isChained || areAnchors || typeOf(graph, retainer) !== 'Array') return false
  const length = numberIn(graph, retainer, 'property', 'length') ?? 0
  // Queues that get longer have an array of a power of two, and when it is full one twice as long, or another.
  if (Number.isInteger(Math.log2(length))) return false
  const lengths = entries.map(column => column[paths.of[retainer]!]!)
  return lengths[0]! > 0 && lengths.every(length => length === lengths[0])
}
