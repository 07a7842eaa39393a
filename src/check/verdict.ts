import type { Leaks } from '../growth/leaks.js'
import { unretainedHeadline } from '../growth/unretained.js'
import { type Verdict, whatCanTell } from '../growth/verdict.js'
import { sized } from '../units.js'
import type { Notes } from './rounds.js'
import { believable } from './statistics.js'
import { type Trend, trend } from './trend.js'

/** The answer of a leak check, and why. */
export interface Conclusion {
  readonly verdict: Verdict
  /** Sentences, the weightiest first. */
  readonly reasons: readonly string[]
  /** Which memory grows steadily, where it does: by it the native side is accused if no object is. */
  readonly growing: readonly Growing[]
}

export interface Growing {
  readonly what: 'heap' | 'external' | 'native'
  readonly perRound: number
  readonly gained: number
  readonly chance: number
}

/** Fewer rounds than this cannot rise by less than one chance in twenty and let one reading be off. */
export const fewestRounds = 5

/** A heap that gained less than this share, or bytes, over all rounds, did nothing worth telling. */
const smallestShare = 0.005
const smallestBytes = 128 * 1024
/** Allocators and V8 keep and give back in large pieces, so native memory must gain more. */
const smallestNative = 4 * 1024 * 1024
/** How much of what was let go they keep depends on when garbage happens to be collected, if nobody asks for it. */
const smallestNativeWithGarbage = 16 * 1024 * 1024
/** Native readings before the first capture: fewer than this cannot prove a trend. */
const fewestNative = 4

/** Judges a check by its suspects, and by the memory that V8 and the system report. */
export function conclude(
  { memory, own, native, collected }: Omit<Notes, 'types' | 'allocations'>,
  leaks: Leaks,
): Conclusion {
  const heapSize = memory[0]?.heapUsed ?? 0
  const smallest = Math.max(smallestBytes, smallestShare * heapSize)
  const heap = trend(
    own.map(({ heapUsed }) => heapUsed),
    smallest,
  )
  const external = trend(
    own.map(({ external }) => external),
    smallest,
  )
  const honest = native.filter((_, at) => !memory[at]!.touched)
  const leastNative = collected ? smallestNative : smallestNativeWithGarbage
  const outside = trend(honest, Math.max(leastNative, smallestShare * (memory[0]?.rss ?? 0)))

  const rows = [
    { what: 'heap', trend: heap, values: own.map(({ heapUsed }) => heapUsed) },
    { what: 'external', trend: external, values: own.map(({ external }) => external) },
    { what: 'native', trend: outside, values: honest },
  ] as const
  const believed = believable(rows.map(({ trend }) => trend.chance))
  const isLine = ({ what, trend }: (typeof rows)[number], at: number): boolean =>
    trend.shape === 'line' && (believed[at]! || (what === 'native' && honest.length < fewestNative))
  const growing: Growing[] = rows.filter(isLine).map(({ what, trend, values }) => ({
    what,
    perRound: trend.perRound,
    gained: values.at(-1)! - values[0]!,
    chance: trend.chance,
  }))

  const { suspects, levelling, uncertain, unretained } = leaks
  const enough = memory.length >= fewestRounds && leaks.heaps >= 3
  const concluded = (verdict: Verdict, ...reasons: string[]): Conclusion => ({ verdict, reasons, growing })
  const grown = growing.map(sentence)

  if (!enough && (suspects.length > 0 || levelling.length > 0 || growing.length > 0)) {
    return concluded(
      'inconclusive',
      `${memory.length} rounds are too few to distinguish a leak from a cache that fills: at least ${fewestRounds} are needed.`,
      ...grown,
    )
  }
  if (suspects.length > 0) {
    const { leaked, evidence } = suspects[0]!
    // Only ids tell who stayed.
    const how = evidence.by === 'identity' ? ' and none let go' : ', more in each'
    return concluded(
      'leaking',
      `${leaked.count.toLocaleString('en-US')} ${leaked.type} gained over ${leaks.heaps} heaps${how}.`,
      ...grown,
    )
  }
  const sure = growing.filter(({ what }) => what !== 'native' || honest.length >= fewestNative)
  if (sure.some(({ what }) => what !== 'heap')) return concluded('leaking', ...grown)
  if (sure.length > 0 && levelling.length === 0) {
    return concluded(
      'inconclusive',
      ...grown,
      'No object was found to retain it: compiled code and caches of V8 grow like this while a program warms up.',
    )
  }
  if (growing.length > 0) return concluded('inconclusive', ...grown, unproven(honest.length))
  if (uncertain.length > 0) {
    return concluded('inconclusive', `${uncertain[0]!.headline}: this may be chance. ${whatCanTell(uncertain[0]!)}`)
  }
  if (unretained.length > 0) return concluded('inconclusive', `${unretainedHeadline(unretained[0]!)}.`)
  if (levelling.length > 0) return bounded(heap, external, concluded)
  const unsettled = rows.filter(
    ({ what, trend }) => (trend.shape === 'noisy' || trend.shape === 'line') && what !== 'native',
  )
  if (unsettled.length > 0) {
    return concluded(
      'inconclusive',
      `${names[unsettled[0]!.what]} varies too much from round to round to show a trend: use more rounds, or more work in each.`,
    )
  }
  return concluded('not-leaking', calm(heap, external))
}

const names = {
  heap: "V8's heap",
  external: 'Memory external to V8 (buffers)',
  native: 'Native memory outside V8',
} as const

const sentence = ({ what, perRound, gained, chance }: Growing): string =>
  `${names[what]} grows by ${sized(perRound)} per round, ${sized(gained)} in all (by chance: ${percent(chance)}).`

const unproven = (readings: number): string =>
  `Only the ${readings} readings before the first capture can be trusted for it, which is too few: check with --rounds 10.`

function bounded(
  heap: Trend,
  external: Trend,
  concluded: (verdict: Verdict, ...reasons: string[]) => Conclusion,
): Conclusion {
  const level = [heap.shape, external.shape].every(shape => shape !== 'line' && shape !== 'noisy')
  return level
    ? concluded('not-leaking', 'What grew has levelled off: bounded so far.')
    : concluded(
        'inconclusive',
        'Growth slows from round to round, as when a cache fills: bounded so far; more rounds can tell.',
      )
}

function calm(heap: Trend, external: Trend): string {
  const shapes = [heap.shape, external.shape]
  if (shapes.includes('sawtooth')) return 'Memory rises and falls again as garbage is collected.'
  if (shapes.includes('plateau')) return 'Memory rose and has levelled off: bounded so far.'
  if (shapes.includes('step')) return 'Memory rose once and stayed level.'
  return 'Nothing grew from round to round.'
}

const percent = (chance: number): string =>
  `${(100 * chance).toLocaleString('en-US', { maximumSignificantDigits: 2 })} %`
