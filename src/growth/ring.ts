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
  const lengths = entries.map(column => column[paths.of[retainer]!]!)
  return lengths[0]! > 0 && lengths.every(length => length === lengths[0])
}
