import { trend } from '../growth/trend.js'
import type { Verdict } from '../growth/verdict.js'
import type { OutsideHeap } from '../outside-heap.js'
import { sized } from '../units.js'
import type { Growing } from './memory-trends.js'
import type { RoundMemory } from './target.js'
import type { Wanted } from './verdict.js'

/** Smaller amounts are not reported. */
const worth = 8 * 1024 * 1024

/** The part of the memory outside V8's heap that grew most: `the stacks of threads (4 → 24 threads)`. */
export function growingPart({ parts }: OutsideHeap): string | undefined {
  const [first, last] = [parts[0], parts.at(-1)]
  if (first === undefined || last === undefined || parts.length < 2) return undefined
  const rows = [
    {
      gained: last.malloc - first.malloc,
      what: `malloc's arenas${change(first.arenas + 1, last.arenas + 1, 'arenas')}`,
    },
    {
      gained: last.stacks - first.stacks,
      what: `the stacks of threads${change(first.threads, last.threads, 'threads')}`,
    },
    { gained: last.files - first.files, what: 'mapped files' },
    { gained: last.other - first.other, what: 'large allocations and what libraries map themselves' },
  ].sort((a, b) => b.gained - a.gained)
  const [most] = rows
  return most!.gained < worth / 4 ? undefined : `${sized(most!.gained)} of it in ${most!.what}`
}

const change = (before: number, after: number, what: string): string =>
  before === after ? '' : ` (${before} → ${after} ${what})`

/**
 * A sentence for a process whose memory is largely free memory that glibc keeps: `RSS is 420 MB, of which 240 MB are
 * free memory that glibc keeps in 9 arenas: not a leak`. `undefined` if that is not the case or was not measured.
 */
export function fragmentation({ allocator }: OutsideHeap, memory: readonly RoundMemory[]): string | undefined {
  const last = allocator.at(-1)
  const rss = memory.at(-1)?.rss ?? 0
  if (last === undefined || last.resident < worth || last.resident < 0.2 * rss) return undefined
  const grown = last.resident - allocator[0]!.resident
  const more = allocator.length > 1 && grown >= worth ? `, ${sized(grown)} more than at first` : ''
  return `Of ${sized(rss)} RSS, ${sized(last.resident)} are free memory that glibc keeps in ${last.arenas} ${last.arenas === 1 ? 'arena' : 'arenas'}${more}: not a leak. ${last.arenas > 2 ? 'MALLOC_ARENA_MAX=2 or jemalloc (LD_PRELOAD) returns it.' : 'jemalloc (LD_PRELOAD) returns it.'}`
}

/** The share of the gain outside the heap that is free memory of the allocator; the rest may leak. */
export function freeShare({ allocator }: OutsideHeap, gained: number): number {
  const [first, last] = [allocator[0], allocator.at(-1)]
  if (first === undefined || last === undefined || allocator.length < 2 || gained <= 0) return 0
  return Math.max(0, last.resident - first.resident) / gained
}

/** The share that counts as most. */
export const majority: number = 2 / 3

/** A steady rise of USS by this much, without growth in the heap, is inconclusive. */
const minUss = 16 * 1024 * 1024

interface Answer {
  readonly verdict: Verdict
  readonly reasons: readonly string[]
  readonly wanted?: Wanted | undefined
}

/**
 * Revises the verdict by the memory outside V8's heap: growth that is the allocator's free memory is not a leak, and
 * with a steady rise of USS the verdict is not "nothing grew".
 */
export function verdictWithOutside(
  { verdict, reasons, wanted, suspects }: Answer & { readonly suspects: number },
  growing: readonly Growing[],
  outside: OutsideHeap,
  memory: readonly RoundMemory[],
): Answer {
  const free = fragmentation(outside, memory)
  const native = growing.find(({ what }) => what === 'native')
  const isFree = native !== undefined && freeShare(outside, native.gained) >= majority
  if (verdict === 'leaking' && suspects === 0 && isFree && free !== undefined && growing.length === 1)
    return { verdict: 'not-leaking', reasons: [free, ...reasons] }
  if (verdict === 'not-leaking') {
    const uss = memory.flatMap(({ uss, touched }) => (uss === null || touched ? [] : [uss]))
    const rise = trend(uss, minUss)
    const gained = (uss.at(-1) ?? 0) - (uss[0] ?? 0)
    if (uss.length >= 5 && rise.shape === 'line') {
      if (freeShare(outside, gained) >= majority && free !== undefined) return { verdict, reasons: [free, ...reasons] }
      const part = growingPart(outside)
      const what = `USS rose in ${uss.length} readings by ${sized(gained)}, with V8's heap level${part === undefined ? '' : `: ${part}`}. Memory that waits for a collection rises like this, too: check with --rounds 10.`
      return { verdict: 'inconclusive', reasons: [what, ...(free === undefined ? [] : [free])], wanted: 'collection' }
    }
  }
  return { verdict, reasons: free === undefined ? reasons : [...reasons, free], wanted }
}
