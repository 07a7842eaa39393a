import { isV8InternalType } from '../graph/types.js'
import type { Leaks } from '../growth/leaks.js'
import { amongOthers, spoken } from '../growth/suspects/headline.js'
import type { Trend } from '../growth/trend.js'
import { unretainedHeadline } from '../growth/unretained.js'
import { type Verdict, whyPerhapsNone } from '../growth/verdict.js'
import type { Census } from '../heap/census.js'
import { sized } from '../units.js'
import { type Growing, type MemoryTrends, memoryTrends, minNativeReadings } from './memory-trends.js'
import type { Notes } from './notes.js'
import { typeGrowth } from './type-growth.js'

/** The verdict of a leak check, and its reasons. */
export interface Conclusion {
  readonly verdict: Verdict
  /** Sentences, most important first. */
  readonly reasons: readonly string[]
  /** Memory that grows steadily: it makes the native side a suspect if no object is. */
  readonly growing: readonly Growing[]
  /**
   * What would decide an inconclusive check: more rounds, or rounds with garbage collections in the process itself.
   */
  readonly wanted?: Wanted | undefined
}

export type Wanted = 'rounds' | 'collection'

/** The minimum number of rounds: fewer cannot be significant at 1 in 20 with one outlier. */
export const minRounds = 5

/** The inputs of a verdict. */
interface Findings {
  readonly leaks: Leaks
  readonly memory: MemoryTrends
  readonly rounds: number
  readonly types: readonly Census[]
  /** Set if the check ended early. */
  readonly stopped: string | undefined
  /** Whether it ended in the middle of a round, so that no heaps were compared. */
  readonly cut: boolean
  /** Whether the process itself collected its garbage before each reading of native bytes. */
  readonly collected: boolean
}

interface Rule {
  readonly applies: (findings: Findings) => boolean
  readonly verdict: Verdict
  readonly reasons: (findings: Findings) => readonly string[]
  readonly wanted?: Wanted
}

/** The first rule that applies gives the verdict. */
const rules: readonly Rule[] = [
  {
    applies: ({ cut, memory }) => cut && !proven(memory).some(({ what }) => what !== 'heap'),
    verdict: 'inconclusive',
    reasons: ({ stopped, memory }) => [stopped!, 'Its heaps were not compared.', ...sentences(memory)],
  },
  {
    applies: ({ rounds, leaks, memory, stopped }) =>
      isTooFew(rounds, leaks) &&
      (stopped !== undefined || leaks.suspects.length + leaks.levelling.length + memory.growing.length > 0),
    verdict: 'inconclusive',
    reasons: ({ rounds, memory, stopped }) => [
      ...(stopped === undefined ? [] : [stopped]),
      `${rounds} ${rounds === 1 ? 'round is' : 'rounds are'} too few to distinguish a leak from a cache that fills: at least ${minRounds} are needed.`,
      ...sentences(memory),
    ],
  },
  {
    applies: ({ leaks, rounds }) => isSlowing(leaks) && rounds >= manyRounds,
    verdict: 'inconclusive',
    wanted: 'rounds',
    reasons: ({ leaks, memory }) => [
      `${leaks.suspects[0]!.headline}; but ever less, as a filling cache does: more rounds would show.`,
      ...sentences(memory),
    ],
  },
  {
    applies: ({ leaks }) => isSlowing(leaks),
    verdict: 'leaking',
    wanted: 'rounds',
    reasons: ({ leaks, memory }) => [gainedObjects(leaks), ...sentences(memory)],
  },
  {
    applies: ({ leaks }) => leaks.suspects.length > 0,
    verdict: 'leaking',
    reasons: ({ leaks, memory }) => [gainedObjects(leaks), ...sentences(memory)],
  },
  {
    // C++ memory of garbage is freed with it: rounds after a collection show what stays.
    applies: ({ memory, collected }) =>
      !collected && isNativeAlone(proven(memory).filter(({ what }) => what !== 'heap')),
    verdict: 'leaking',
    wanted: 'collection',
    reasons: ({ memory }) => sentences(memory),
  },
  {
    applies: ({ memory }) => proven(memory).some(({ what }) => what !== 'heap'),
    verdict: 'leaking',
    reasons: ({ memory }) => sentences(memory),
  },
  {
    applies: ({ leaks }) => leaks.uncertain.some(({ evidence }) => evidence.waits),
    verdict: 'inconclusive',
    wanted: 'collection',
    reasons: ({ leaks: { uncertain }, memory }) => [
      whyPerhapsNone(uncertain.find(({ evidence }) => evidence.waits)!),
      ...sentences(memory),
    ],
  },
  {
    applies: ({ leaks }) => leaks.uncertain.length > 0,
    verdict: 'inconclusive',
    wanted: 'rounds',
    reasons: ({ leaks: { uncertain }, memory }) => [whyPerhapsNone(uncertain[0]!), ...sentences(memory)],
  },
  {
    applies: findings => !findings.collected && mayBeFinalized(findings),
    verdict: 'inconclusive',
    wanted: 'collection',
    reasons: ({ memory, leaks: { finalizers } }) => [
      ...sentences(memory),
      `${finalizers.toLocaleString('en-US')} more objects wait for a FinalizationRegistry to call its function: what it keeps for them may be all of the growth, and is released when the process collects garbage.`,
    ],
  },
  {
    applies: isWarmingUp,
    verdict: 'not-leaking',
    reasons: ({ memory: { growing } }) => [
      `V8's heap grew by ${sized(growing[0]!.gained)}, only by what V8 compiles and caches: by no type and no path of the program.`,
    ],
  },
  {
    applies: ({ leaks, memory }) => proven(memory).length > 0 && leaks.levelling.length === 0,
    verdict: 'inconclusive',
    wanted: 'rounds',
    reasons: ({ memory, types }) => [...sentences(memory), whatGrew(types)],
  },
  {
    applies: ({ memory }) => memory.growing.length > 0,
    verdict: 'inconclusive',
    wanted: 'rounds',
    reasons: ({ memory, leaks }) => [
      ...sentences(memory),
      leaks.levelling.length > 0 ? levellingOff : unproven(memory.honest),
    ],
  },
  {
    applies: ({ leaks }) => leaks.unretained.length > 0,
    verdict: 'inconclusive',
    reasons: ({ leaks }) => [`${unretainedHeadline(leaks.unretained[0]!)}.`],
  },
  {
    // A store that was just enlarged stays level until it is full.
    applies: ({ leaks, memory }) =>
      leaks.levelling.length > 0 &&
      !leaks.levelling.some(({ evidence }) => evidence.leaps) &&
      isLevel(memory.heap) &&
      isLevel(memory.external),
    verdict: 'not-leaking',
    reasons: () => ['What grew has levelled off: bounded so far.'],
  },
  {
    applies: ({ leaks }) => leaks.levelling.length > 0,
    verdict: 'inconclusive',
    wanted: 'rounds',
    reasons: () => [levellingOff],
  },
  {
    // At this point neither a type nor a path grows: a small heap varies with what V8 compiles and caches.
    applies: ({ memory }) => memory.unsettled.some(({ share }) => share > restless),
    verdict: 'inconclusive',
    wanted: 'rounds',
    reasons: ({ memory: { unsettled } }) => [
      `${names[unsettled[0]!.what]} varies by ${percent(unsettled[0]!.share)} from round to round, too much to show a trend: use more rounds, or more work in each.`,
    ],
  },
  {
    applies: () => true,
    verdict: 'not-leaking',
    reasons: ({ memory }) => [calm(memory)],
  },
]

/** Concludes a check from its suspects and from the memory that V8 and the system report. */
export function conclude(
  notes: Pick<Notes, 'memory' | 'own' | 'native' | 'collected'> & Partial<Pick<Notes, 'types' | 'stopped' | 'cut'>>,
  leaks: Leaks,
): Conclusion {
  const memory = memoryTrends(notes, leaks.byChance)
  const findings = {
    leaks,
    memory,
    rounds: notes.memory.length,
    types: notes.types ?? [],
    stopped: notes.stopped,
    cut: notes.cut ?? false,
    collected: notes.collected,
  }
  const rule = rules.find(({ applies }) => applies(findings))!
  return { verdict: rule.verdict, reasons: rule.reasons(findings), growing: memory.growing, wanted: rule.wanted }
}

/** If there are more objects than pending finalizers by this factor, finalizers do not explain them. */
const noMore = 1.25

/**
 * Whether growth without a path may be what FinalizationRegistries keep for dead objects, when V8's own types grow as
 * well.
 */
function mayBeFinalized({ leaks, memory, types }: Findings): boolean {
  const rows = typeGrowth(types).filter(({ type }) => !isV8InternalType(type))
  return (
    memory.growing.length > 0 &&
    memory.growing.every(({ what }) => what === 'heap') &&
    rows.length > 0 &&
    rows.every(({ delta }) => delta <= noMore * leaks.finalizers)
  )
}

/** Fewer rounds cannot decide about such a slow rise. */
const manyRounds = 12

/** Whether only V8's heap grows, slightly, and only by V8's own types. */
function isWarmingUp({ leaks, memory: { growing, unsettled }, rounds, types }: Findings): boolean {
  return (
    rounds >= manyRounds &&
    types.length >= manyRounds &&
    growing.length > 0 &&
    growing.every(({ what }) => what === 'heap') &&
    unsettled.every(({ share }) => share <= restless) &&
    leaks.levelling.length + leaks.unretained.length === 0 &&
    typeGrowth(types).every(({ type }) => isV8InternalType(type))
  )
}

/** The share by which V8's heap may vary if no type and no path grows. */
const restless = 0.05

const isTooFew = (rounds: number, leaks: Leaks): boolean => rounds < minRounds || leaks.heaps < 3

/** Whether all that grows does so less and less, though by more than a cache that is nearly full. */
const isSlowing = ({ suspects }: Leaks): boolean =>
  suspects.length > 0 && suspects.every(({ evidence }) => evidence.slowing)

const isLevel = ({ shape }: Trend): boolean => shape !== 'line' && shape !== 'noisy'

const proven = ({ growing, honest }: MemoryTrends): Growing[] =>
  growing.filter(({ what }) => what !== 'native' || honest >= minNativeReadings)

const isNativeAlone = (growing: readonly Growing[]): boolean =>
  growing.length > 0 && growing.every(({ what }) => what === 'native')

const names = {
  heap: "V8's heap",
  external: 'Memory external to V8 (buffers)',
  native: 'Native memory outside V8',
} as const

const sentences = ({ growing }: MemoryTrends): string[] =>
  growing.map(
    ({ what, perRound, gained, chance }) =>
      `${names[what]} grows by ${sized(perRound)} per round, ${sized(gained)} in all (by chance: ${percent(chance)}).`,
  )

function gainedObjects({ suspects, heaps }: Leaks): string {
  const { leaked, evidence } = suspects[0]!
  if (leaked.count === 0) return `${sized(leaked.bytes)} gained over ${heaps} heaps in place.`
  // Only ids show which objects stayed.
  const how = evidence.by === 'identity' ? ' and none released' : ', more in each'
  const over = evidence.longLived === undefined ? ` over ${heaps} heaps${how}` : amongOthers(heaps)
  return `${leaked.count.toLocaleString('en-US')} ${spoken(leaked.type, leaked.count)} gained${over}.`
}

/** The types that grow if no path does. */
function whatGrew(types: readonly Census[]): string {
  const rows = typeGrowth(types).slice(0, 3)
  if (rows.length === 0)
    return 'No type has more objects in every heap: what V8 compiles and caches grows like this while a program warms up.'
  const said = rows.map(({ type, delta, bytes }) => `${type} +${delta.toLocaleString('en-US')} (${sized(bytes)})`)
  return `The types that grow are ${said.join(', ')}, and no single retaining path gains them.`
}

const levellingOff = 'Growth slows from round to round, as when a cache fills: bounded so far; more rounds can decide.'

const unproven = (readings: number): string =>
  `Only the ${readings} readings before the first capture can be trusted for it, which is too few: check with --rounds 10.`

function calm({ heap, external }: MemoryTrends): string {
  const shapes = [heap.shape, external.shape]
  if (shapes.includes('sawtooth')) return 'Memory rises and falls again as garbage is collected.'
  if (shapes.includes('plateau')) return 'Memory rose and has levelled off: bounded so far.'
  if (shapes.includes('step')) return 'Memory rose once and stayed level.'
  return 'No type, path or memory grew from round to round.'
}

/** The smallest share that is printed. */
const minShare = 0.0001

const percent = (share: number): string =>
  share < minShare ? 'less than 0.01 %' : `${(100 * share).toLocaleString('en-US', { maximumSignificantDigits: 2 })} %`
