import type { Heap, HeapSeries } from '../heap/heap.js'
import { oneByOne } from '../heap/one-by-one.js'
import type { MemoryByChance } from './by-chance.js'
import { GrowthSeries } from './series-growth.js'
import type { Suspect } from './suspects/suspect.js'
import { suspectsOf } from './suspects/suspects-of.js'
import { risingUnretained, type Unretained, unretainedByType } from './unretained.js'

/** What a series of heaps says about what keeps growing. */
export interface Leaks {
  readonly heaps: number
  /** Largest gain first. */
  readonly suspects: readonly Suspect[]
  /** What grew less and less, as a cache does that fills. */
  readonly levelling: readonly Suspect[]
  /** What gained no more than what comes and goes may by chance, where no ids say who stayed, or may only wait for finalizers. */
  readonly uncertain: readonly Suspect[]
  /** What grew and is retained by nothing in the files, so that no suspect can be named for it. */
  readonly unretained: readonly Unretained[]
  /** How many objects more wait for a finalizer than at first. */
  readonly finalizers: number
  /** By how much memory may vary by chance: what comes and goes is of different sizes. */
  readonly byChance: MemoryByChance
  readonly notes: readonly string[]
}

/**
 * What keeps growing over two heaps or more of one program, oldest first, with `rounds` of work between each two. Of all heaps but
 * the last only counts by path signature are kept. `at` gives the moment of each heap, once all were seen: see `GrowthSeries`.
 */
export async function leaks(heaps: HeapSeries, rounds = 1, at?: () => readonly number[]): Promise<Leaks> {
  const series = new LeakSeries(rounds, at)
  await oneByOne(heaps, (heap, mayBeLast) => series.add(heap, mayBeLast))
  return series.answer()
}

/** The same for heaps that come one by one, and may be more than was thought. */
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

  /** What the heaps so far say; the last of them is let go. */
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
