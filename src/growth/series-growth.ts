import type { Heap, Origin } from '../heap/heap.js'
import { type MemoryByChance, memoryByChance, noChance } from './by-chance.js'
import { suspectCandidates } from './candidates.js'
import { totals } from './growing.js'
import { type GrowthPoint, growthPoints } from './growth-points.js'
import { type HeapSummary, heapSummary } from './heap-summary.js'
import { longLived } from './long-lived.js'
import { rise } from './rise.js'
import { SignatureTable } from './signature-table.js'
import { type Signatures, signatures } from './signatures.js'
import { type StoreSample, storeHistory, storeSample } from './store-history.js'
import { type Stores, storesIn } from './stores.js'
import type { Candidate } from './suspects/suspects-of.js'
import { type Sample, sampleOf, turnover } from './turnover.js'
import { type Present, present, whoStayed } from './who-stayed.js'

/** What a series of heaps says about growth, before anything is named. */
export interface SeriesGrowth {
  readonly heaps: number
  readonly candidates: readonly Candidate[]
  /** How many objects more wait for a finalizer than at first. */
  readonly finalizers: number
  /** How much memory may be there by chance. */
  readonly byChance: MemoryByChance
  /** Why object ids could not be compared, if they could not. */
  readonly distrust?: string | undefined
}

/**
 * What grows over a series of heaps, oldest first, added one by one. Of all but the last only a summary is kept. `at` gives the moment of
 * each heap added so far (by default they are at equal distances, or as they were captured, whichever explains more growth).
 */
export class GrowthSeries {
  readonly #at: (() => readonly number[]) | undefined
  readonly #table = new SignatureTable()
  readonly #summaries: HeapSummary[] = []
  readonly #origins: Origin[] = []
  readonly #ids: Present[] = []
  readonly #samples: (Sample | undefined)[] = []
  readonly #stores: StoreSample[] = []
  #last: LastOfSeries | undefined

  constructor(at?: () => readonly number[]) {
    this.#at = at
  }

  /** Adds a heap, and keeps it if it may be the last. Costs a search over its edges. */
  add(heap: Heap, mayBeLast: boolean): void {
    // Let go before the next heap's facts are made.
    this.#last = undefined
    const paths = signatures(heap.graph, this.#table)
    const stores = storesIn(heap.graph, paths)
    const summary = heapSummary(heap.graph, paths, this.#table.length, stores)
    const hasIds = mayBeComparable(this.#origins, heap.origin)
    if (hasIds) this.#ids.push(present(heap.graph, paths))
    else this.#ids.length = 0
    this.#samples.push(sampleOf(heap.graph, paths, summary.count, hasIds))
    this.#stores.push(storeSample(heap.graph, paths, this.#table.length, stores))
    this.#summaries.push(summary)
    this.#origins.push(heap.origin)
    if (mayBeLast) this.#last = { heap, paths, stores }
  }

  /** What grew, by the heaps so far. The last is let go. */
  answer(): SeriesGrowth {
    const [table, summaries, last] = [this.#table, this.#summaries, this.#last]
    this.#last = undefined
    if (last === undefined || summaries.length < 2)
      return { heaps: summaries.length, candidates: [], finalizers: 0, byChance: noChance }
    const { heap, paths, stores } = last
    const scales = this.#at === undefined ? scalesOf(this.#origins) : [this.#at().slice(0, summaries.length)]
    const joined = this.#ids.length === summaries.length ? whoStayed(this.#ids, table.type) : undefined
    // Heaps of forked children have ids of their own each: that paths are compared instead is how it is done, and no news.
    const distrust =
      joined !== undefined && joined.mistaken > mostMistaken
        ? 'Object ids were assigned anew between the heaps'
        : undefined
    const stayed = distrust === undefined ? joined : undefined
    const areComparable = heap.graph.address !== undefined || stayed !== undefined
    const all = totals(table, summaries)
    const where = { graph: heap.graph, paths, stores, history: storeHistory(this.#stores) }
    const known = this.#samples.filter(sample => sample !== undefined)
    const samples = areComparable && known.length === summaries.length ? known : undefined
    const seen = scales.map(moments => ({
      moments,
      points: growthPoints(where, table, all, moments, samples === undefined ? noneKnown : longLived(samples, moments)),
    }))
    const { moments, points } = seen.reduce((most, one) => (gainedBy(one.points) > gainedBy(most.points) ? one : most))
    const gone = samples && turnover(samples, moments)
    const waiting = summaries.map(({ pending }) => pending)
    const pending = { gain: rise(waiting, moments).gain, last: waiting.at(-1)! }
    return {
      heaps: summaries.length,
      candidates: suspectCandidates(heap, where, table, all, points, {
        at: moments,
        stayed,
        turnover: gone,
        pending,
      }),
      finalizers: Math.max(0, Math.round(pending.gain)),
      byChance: memoryByChance(where, table.length, gone),
      distrust,
    }
  }
}

const noneKnown = (): undefined => undefined

interface LastOfSeries {
  readonly heap: Heap
  readonly paths: Signatures
  readonly stores: Stores
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
