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
import { type Present, present, survivors } from './survivors.js'
import type { Candidate } from './suspects/suspects-of.js'
import { type Sample, sampleOf, turnover } from './turnover.js'

/** The growth of a series of heaps, before suspects are named. */
export interface SeriesGrowth {
  readonly heaps: number
  readonly candidates: readonly Candidate[]
  /** The gain in pending finalizers since the first heap. */
  readonly finalizers: number
  /** How much memory may vary by chance. */
  readonly byChance: MemoryByChance
  /** Why object ids could not be compared, if so. */
  readonly distrust?: string | undefined
}

/**
 * Finds what grows over a series of heaps, added one by one, oldest first. Of all but the last, only a summary is kept.
 * `at` returns the time of each heap added so far (by default equal intervals or the times of capture, whichever
 * explains more growth).
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
    // Released before the next heap's facts are computed.
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

  /** What grew over the heaps so far. Releases the last one. */
  answer(): SeriesGrowth {
    const [table, summaries, last] = [this.#table, this.#summaries, this.#last]
    this.#last = undefined
    if (last === undefined || summaries.length < 2)
      return { heaps: summaries.length, candidates: [], finalizers: 0, byChance: noChance }
    const { heap, paths, stores } = last
    const scales = this.#at === undefined ? scalesOf(this.#origins) : [this.#at().slice(0, summaries.length)]
    const joined = this.#ids.length === summaries.length ? survivors(this.#ids, table.type) : undefined
    // Heaps of forked children never share ids, and are always compared by path: no reason to mention it.
    const distrust =
      joined !== undefined && joined.mistaken > maxMistaken
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
 * The possible time scales of the heaps: equal intervals, as after equal work; and the clock, if they were captured
 * unevenly. A leak that is independent of the work is a line only on the second.
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

/**
 * The maximum share of common ids with different types. After a reassignment it is nearly half; a changed path is
 * rarer.
 */
const maxMistaken = 0.02

/** Object ids are comparable within one named session. */
const mayBeComparable = (before: readonly Origin[], { session }: Origin): boolean =>
  before.every(other => other.session === session)
