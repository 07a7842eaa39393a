import type { HeapSeries } from '../heap/heap.js'
import { seriesGrowth } from './series-growth.js'
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
  readonly notes: readonly string[]
}

/**
 * What keeps growing over two heaps or more of one program, oldest first, with `rounds` of work between each two. Of all heaps but
 * the last only counts by path signature are kept. `at` gives the moment of each heap, once all were seen: see `seriesGrowth`.
 */
export async function leaks(heaps: HeapSeries, rounds = 1, at?: () => readonly number[]): Promise<Leaks> {
  const unretained: ReadonlyMap<string, number>[] = []
  const {
    heaps: seen,
    candidates,
    distrust,
  } = await seriesGrowth(heaps, at, heap => {
    unretained.push(unretainedByType(heap.graph))
  })
  const found = suspectsOf(candidates, rounds)
  const rising = found.filter(({ evidence }) => !evidence.levelling)
  return {
    heaps: seen,
    suspects: rising.filter(isCertain).map(ranked),
    levelling: found.filter(({ evidence }) => evidence.levelling),
    uncertain: rising.filter(suspect => !isCertain(suspect)),
    unretained: seen < 2 ? [] : risingUnretained(unretained),
    notes: distrust === undefined ? [] : [`${distrust}: objects are matched by retaining path.`],
  }
}

const isCertain = ({ evidence }: Suspect): boolean => !evidence.withinChance && !evidence.waits

const ranked = (suspect: Suspect, at: number): Suspect => ({ ...suspect, rank: at + 1 })
