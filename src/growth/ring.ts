import { numberIn } from '../graph/numbers.js'
import { typeOf } from '../graph/types.js'
import type { Totals } from './growing.js'
import type { GrowthPoint } from './growth-points.js'
import type { LastHeap } from './last-heap.js'

/**
 * Whether objects fill empty places in arrays of constant length: a ring buffer of the last few hundred log lines,
 * whose entries are replaced once it is full. Needs heaps that have the length of arrays.
 */
export function fillsRing({ graph, paths }: LastHeap, { entries }: Totals, { where, inPlace }: GrowthPoint): boolean {
  const { retainer, isChained, areAnchors } = where
  if (inPlace || isChained || areAnchors || typeOf(graph, retainer) !== 'Array') return false
  const length = numberIn(graph, retainer, 'property', 'length') ?? 0
  // Growing queues use arrays with a power of two as length, doubled when full, or add another array.
  if (Number.isInteger(Math.log2(length))) return false
  const lengths = entries.map(column => column[paths.of[retainer]!]!)
  return lengths[0]! > 0 && lengths.every(length => length === lengths[0])
}
