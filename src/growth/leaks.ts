import type { Heap, HeapSeries } from '../heap/heap.js'
import { oneByOne } from '../heap/one-by-one.js'
import type { MemoryByChance } from './by-chance.js'
import { GrowthSeries } from './series-growth.js'
import type { Suspect } from './suspects/suspect.js'
import { suspectsOf } from './suspects/suspects-of.js'
import { risingUnretained, type Unretained, unretainedByType } from './unretained.js'

/** What keeps growing over a series of heaps. */
export interface Leaks {
  readonly heaps: number
  /** Largest gain first. */
  readonly suspects: readonly Suspect[]
  /** Growth that levels off, like that of a filling cache. */
  readonly levelling: readonly Suspect[]
  /** Growth that may be chance, since ids do not show what stayed, or that may only wait for finalizers. */
  readonly uncertain: readonly Suspect[]
  /** Growing objects that nothing in the files retains, so that they have no suspect. */
  readonly unretained: readonly Unretained[]
  /** The gain in pending finalizers since the first heap. */
  readonly finalizers: number
  /** How much memory may vary by chance, since objects that come and go have different sizes. */
  readonly byChance: MemoryByChance
  readonly notes: readonly string[]
}

/**
 * What keeps growing over two or more heaps of one program, oldest first, with `rounds` rounds of work between each
 * two. Of all heaps but the last, only counts by path signature are kept. `at` returns the time of each heap, once all
 * were read: see `GrowthSeries`. Costs a search over the edges per heap.
 */
export async function leaks(heaps: HeapSeries, rounds = 1, at?: () => readonly number[]): Promise<Leaks> {
  const series = new LeakSeries(rounds, at)
  await oneByOne(heaps, (heap, mayBeLast) => series.add(heap, mayBeLast))
  return series.answer()
}

/** The same for heaps that are added one by one, whose number is not known in advance. */
export class LeakSeries {
  readonly #rounds: number
  readonly #growth: GrowthSeries
  readonly #unretained: ReadonlyMap<string, number>[] = []

  constructor(rounds = 1, at?: () => readonly number[]) {
    this.#rounds = rounds
    this.#growth = new GrowthSeries(at)
  }

  add(heap: Heap, mayBeLast: boolean): void {
    this.#growth.add(heap, mayBeLast)
    this.#unretained.push(unretainedByType(heap.graph))
  }

  /** The result for the heaps added so far. Releases the last heap. */
  answer(): Leaks {
    const { heaps, candidates, finalizers, byChance, distrust } = this.#growth.answer()
    const found = suspectsOf(candidates, this.#rounds)
    const rising = found.filter(({ evidence }) => !evidence.levelling)
    return {
      heaps,
      suspects: rising.filter(isCertain).map(ranked),
      levelling: found.filter(({ evidence }) => evidence.levelling),
      uncertain: rising.filter(suspect => !isCertain(suspect)),
      unretained: heaps < 2 ? [] : risingUnretained(this.#unretained),
      finalizers,
      byChance,
      notes: distrust === undefined ? [] : [`${distrust}: objects are matched by retaining path.`],
    }
  }
}

const isCertain = ({ evidence }: Suspect): boolean => !evidence.withinChance && !evidence.waits

const ranked = (suspect: Suspect, at: number): Suspect => ({ ...suspect, rank: at + 1 })
