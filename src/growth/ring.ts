import { edgeTypeNumber } from '../graph/heap-graph.js'
import { numberIn } from '../graph/numbers.js'
import { typeOf } from '../graph/types.js'
import type { Totals } from './growing.js'
import type { GrowthPoint } from './growth-points.js'
import type { LastHeap } from './last-heap.js'

const element = edgeTypeNumber('element')

/**
 * Whether objects fill an array that was made for so many, and is not longer than it was: a ring of the last few hundred log lines, which are
 * replaced one by one once it is full. Known where the heap says how long an array is.
 */
export function fillsRing({ graph, paths }: LastHeap, { bytes }: Totals, { where, inPlace }: GrowthPoint): boolean {
  const { retainer, isChained, areAnchors } = where
  if (inPlace || isChained || areAnchors || typeOf(graph, retainer) !== 'Array') return false
  const length = numberIn(graph, retainer, 'property', 'length')
  if (length === undefined) return false
  let end = 0
  for (let edge = graph.firstEdge[retainer]!; edge < graph.firstEdge[retainer + 1]!; edge++)
    if (graph.edgeType[edge] === element) end = Math.max(end, graph.edgeName[edge]! + 1)
  const store = bytes.map(column => column[paths.of[retainer]!]!)
  return end < length && store.every(now => now === store[0])
}
