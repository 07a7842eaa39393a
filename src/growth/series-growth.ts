import type { Heap, HeapSeries, Origin } from '../heap/heap.js'
import { oneByOne } from '../heap/one-by-one.js'
import { suspectCandidates } from './candidates.js'
import { totals } from './growing.js'
import { type GrowthPoint, growthPoints } from './growth-points.js'
import { type HeapSummary, heapSummary } from './heap-summary.js'
import { rise } from './rise.js'
import { SignatureTable } from './signature-table.js'
import { type Signatures, signatures } from './signatures.js'
import type { Candidate } from './suspects/suspects-of.js'
import { type Present, present, whoStayed } from './who-stayed.js'

/** What a series of heaps says about growth, before anything is named. */
export interface SeriesGrowth {
  readonly heaps: number
  readonly candidates: readonly Candidate[]
  /** Why object ids could not be compared, if they could not. */
  readonly distrust?: string | undefined
}

/**
 * What grows over a series of heaps, oldest first. Of all but the last only a summary is kept. `at` gives, once all heaps were seen, the
 * moment of each (by default at equal distances, or by the times of capture, whichever explains more growth). Costs a search over the edges of each heap.
 */
export async function seriesGrowth(
  heaps: HeapSeries,
  at?: () => readonly number[],
  visit?: (heap: Heap) => void,
): Promise<SeriesGrowth> {
  const table = new SignatureTable()
  const summaries: HeapSummary[] = []
  const origins: Origin[] = []
  const ids: Present[] = []
  const last: { whole?: { readonly heap: Heap; readonly paths: Signatures } } = {}
  await oneByOne(heaps, (heap, mayBeLast) => {
    // Let go before the next heap's facts are made.
    delete last.whole
    const paths = signatures(heap.graph, table)
    summaries.push(heapSummary(heap.graph, paths, table.length))
    if (mayBeComparable(origins, heap.origin)) ids.push(present(heap.graph, paths))
    else ids.length = 0
    origins.push(heap.origin)
    visit?.(heap)
    if (mayBeLast) last.whole = { heap, paths }
  })
  if (last.whole === undefined || summaries.length < 2) return { heaps: summaries.length, candidates: [] }
  const { heap, paths } = last.whole
  const all = totals(table, summaries)
  const where = { graph: heap.graph, paths }
  const scales = at === undefined ? scalesOf(origins) : [at().slice(0, summaries.length)]
  const seen = scales.map(moments => ({ moments, points: growthPoints(where, table, all, moments) }))
  const { moments, points } = seen.reduce((most, one) => (gainedBy(one.points) > gainedBy(most.points) ? one : most))
  const joined = ids.length === summaries.length ? whoStayed(ids, table.type) : undefined
  // Heaps of forked children have ids of their own each: that paths are compared instead is how it is done, and no news.
  const distrust =
    joined !== undefined && joined.mistaken > mostMistaken
      ? 'Object ids were assigned anew between the heaps'
      : undefined
  const stayed = distrust === undefined ? joined : undefined
  const pending = summaries.map(({ pending }) => pending)
  return {
    heaps: summaries.length,
    candidates: suspectCandidates(heap, where, table, all, points, {
      at: moments,
      stayed,
      pending: { gain: rise(pending, moments).gain, last: pending.at(-1)! },
    }),
    distrust,
  }
}

/**
 * Where heaps may stand in time: at equal distances, as after equal work; and by the clock, where they were captured unevenly. A leak that
 * goes on by itself is a line on the second only.
 */
function scalesOf(origins: readonly Origin[]): readonly (readonly number[])[] {
  const equally = origins.map((_, place) => place)
  const clock = origins.map(({ capturedAt }) => Date.parse(capturedAt ?? '') / 1000)
  const steps = clock.slice(1).map((time, place) => time - clock[place]!)
  const isUneven = steps.every(step => step > 0) && Math.max(...steps) > uneven * Math.min(...steps)
  const isOneProcess = origins.every(({ pid }) => pid !== null && pid === origins[0]!.pid)
  return isUneven && isOneProcess ? [equally, clock] : [equally]
}

const uneven = 1.5

const gainedBy = (points: readonly GrowthPoint[]): number =>
  points.reduce((sum, { gained, isWorth }) => (isWorth ? sum + gained : sum), 0)

/** With ids assigned anew nearly every second one names something of another type; a path that changes is rarer. */
const mostMistaken = 0.02

/** Object ids are comparable within one named session. */
const mayBeComparable = (before: readonly Origin[], { session }: Origin): boolean =>
  before.every(other => other.session === session)
