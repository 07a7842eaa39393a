import { farBeyond, type MemoryByChance } from '../growth/by-chance.js'
import { believable } from '../growth/statistics.js'
import { type Trend, trend } from '../growth/trend.js'
import type { Notes } from './notes.js'

/** Memory that grows round after round, beyond chance. */
export interface Growing {
  readonly what: 'heap' | 'external' | 'native'
  readonly perRound: number
  readonly gained: number
  readonly chance: number
}

/** The trends of memory over the rounds, by location. */
export interface MemoryTrends {
  readonly heap: Trend
  readonly external: Trend
  readonly growing: readonly Growing[]
  /** V8's heap or external memory that varies without a significant direction. */
  readonly unsettled: readonly { readonly what: 'heap' | 'external'; readonly share: number }[]
  /** The number of native readings not affected by a capture. */
  readonly honest: number
}

/** A gain of less than this share, or bytes, over all rounds is ignored. */
const minShare = 0.005
const minBytes = 128 * 1024
/** Allocators and V8 allocate and return memory in large pieces, so native memory must gain more. */
const minNativeBytes = 4 * 1024 * 1024
/**
 * The same if garbage is not collected explicitly: how much freed memory they keep then depends on the time of
 * collections.
 */
const minNativeBytesWithGarbage = 16 * 1024 * 1024
/** The minimum number of native readings before the first capture to prove a trend. */
export const minNativeReadings = 4

/** The trends of memory. `byChance` is how much V8's heap and external memory vary by chance, which is not a trend. */
export function memoryTrends(
  { memory, own, native, collected }: Pick<Notes, 'memory' | 'own' | 'native' | 'collected'>,
  byChance: MemoryByChance,
): MemoryTrends {
  const smallest = Math.max(minBytes, minShare * (memory[0]?.heapUsed ?? 0))
  const honest = native.filter((_, at) => !memory[at]!.touched)
  const leastNative = Math.max(collected ? minNativeBytes : minNativeBytesWithGarbage, minShare * (memory[0]?.rss ?? 0))
  const row = <What extends Growing['what']>(what: What, values: readonly number[], least: number) => ({
    what,
    values,
    trend: trend(values, least),
  })
  const heap = row(
    'heap',
    own.map(({ heapUsed }) => heapUsed),
    smallest,
  )
  const external = row(
    'external',
    own.map(({ external }) => external),
    smallest,
  )
  const rows = [heap, external, row('native', honest, leastNative)] as const
  const believed = believable(rows.map(({ trend }) => trend.chance))
  const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values)
  const isByChance = (what: Growing['what'], values: readonly number[], times = 1): boolean =>
    what !== 'native' && range(values) <= times * byChance[what]
  return {
    heap: heap.trend,
    external: external.trend,
    honest: honest.length,
    growing: rows
      .filter(
        ({ what, trend, values }, at) =>
          trend.shape === 'line' &&
          !isByChance(what, values, what === 'external' ? farBeyond : 1) &&
          (believed[at]! || (what === 'native' && honest.length < minNativeReadings)),
      )
      .map(({ what, trend, values }) => ({
        what,
        perRound: trend.perRound,
        gained: values.at(-1)! - values[0]!,
        chance: trend.chance,
      })),
    unsettled: [heap, external]
      .filter(({ trend }) => trend.shape === 'noisy' || trend.shape === 'line')
      .filter(({ what, values }) => !isByChance(what, values))
      .map(({ what, values }) => ({
        what,
        share: range(values) / Math.max(1, values[0]!, memory[0]?.heapUsed ?? 0),
      })),
  }
}
