import { extremes, median, slope } from './statistics.js'

/** How the readings of one thing over the heaps of a series rise. */
export interface Rise {
  /** From the first heap to the last, by the line through the readings (Theil–Sen). */
  readonly gain: number
  /** The gain against what the readings scatter about their line, the oddest left out: 4 and more is no chance. */
  readonly clarity: number
  /** Whether what is left without the oddest readings rises, or stays level here and there, each time: of twelve and more, nearly each. */
  readonly isSteady: boolean
  /** Whether the later half rises less than a third as fast as the earlier: a cache that fills. */
  readonly isLevelling: boolean
  /** Whether it clearly rises less than before, though by more than that: it may level off yet. */
  readonly isSlowing: boolean
}

/**
 * Readings that may be off without a word: a heap taken in a burst of requests, or in a callback that hides a path. One of four to six, two
 * of seven to eleven, and a quarter of more.
 */
export const oddReadings = (readings: number): number =>
  readings >= 12 ? readings >> 2 : readings >= 7 ? 2 : readings >= 4 ? 1 : 0

/**
 * How often what is left of them may fall all the same. Of more readings ever more fall by chance, and a leak among much that comes and goes
 * would be found the less the longer one looks.
 */
const fallsAllowed = (readings: number): number => (readings >= 12 ? readings >> 3 : 0)

/**
 * Fits a line to readings taken at moments `at`, and says how clear it is. Measured on 40,000 rows of independent normal readings: a
 * clarity of 4 with a steady rise comes by chance in 5.8 % of rows of five and 0.6 % of eight; with a gain of three standard deviations besides in
 * 0.8 % and 0.1 %.
 */
export function rise(values: readonly number[], at: readonly number[]): Rise {
  const perUnit = slope(values, at)
  const start = median(values.map((value, i) => value - perUnit * at[i]!))
  const off = values.map((value, i) => Math.abs(value - start - perUnit * at[i]!))
  const kept = values
    .map((_, i) => i)
    .sort((a, b) => off[a]! - off[b]!)
    .slice(0, values.length - oddReadings(values.length))
  const scatter = Math.max(0, ...kept.map(i => off[i]!))
  const gain = perUnit * (at.at(-1)! - at[0]!)
  const inOrder = kept.sort((a, b) => a - b)
  const falls = inOrder.filter((i, place) => place > 0 && values[i]! < values[inOrder[place - 1]!]!).length
  return {
    gain,
    clarity: gain <= 0 ? 0 : gain / Math.max(scatter, gain / 1000),
    isSteady: falls <= fallsAllowed(values.length),
    ...levels(values, at),
  }
}

/** A row that falls back by more than this share of its climb is no cache that fills, and no queue that only gets longer. */
const mostLost = 0.25

export function fellBack(values: readonly number[]): boolean {
  const { climb, fall } = extremes(values)
  return fall > mostLost * climb
}

/** Whether the last reading has lost more than half of what was gained: a list that was just emptied. */
export function isLostAtLast(values: readonly number[]): boolean {
  const peak = Math.max(...values)
  return peak - values.at(-1)! > (peak - values[0]!) / 2
}

function levels(values: readonly number[], at: readonly number[]): Pick<Rise, 'isLevelling' | 'isSlowing'> {
  if (values.length < 3 || fellBack(values)) return { isLevelling: false, isSlowing: false }
  const middle = values.length >> 1
  const early = slope(values.slice(0, middle + 1), at.slice(0, middle + 1))
  const from = values.length % 2 === 1 ? middle : middle - 1
  const late = slope(values.slice(from), at.slice(from))
  return {
    isLevelling: early > 0 && late < early / 3,
    isSlowing: early > 0 && late < slower * early && slowsThroughout(values, at),
  }
}

const slower = 2 / 3

/**
 * Whether each quarter of the readings, of few each third, rises less than the one before. Where a program gets slower at some moment, as its
 * machine is busy, one does: of leaks that then gain three fifths, 5 % look like this, and of caches that fill by ever rarer keys 95 %
 * (sixteen readings, simulated).
 */
function slowsThroughout(values: readonly number[], at: readonly number[]): boolean {
  const parts = values.length >= manyReadings ? 4 : 3
  const ends = Array.from({ length: parts + 1 }, (_, part) => Math.round((part * (values.length - 1)) / parts))
  const steepness = ends.slice(1).map((end, i) => (values[end]! - values[ends[i]!]!) / (at[end]! - at[ends[i]!]!))
  return values.length >= fewestToSlow && steepness.every((one, i) => i === 0 || one < lessEach * steepness[i - 1]!)
}

const manyReadings = 12
const fewestToSlow = 8
const lessEach = 0.9

/** Below this, and without a steady rise, a gain may be chance. */
const clear = 4

/** Whether readings rise beyond chance. Of two or three readings each must. */
export const isClear = ({ clarity, isSteady }: Rise): boolean => clarity >= clear && isSteady

/** Steps of one stair are of a size: none is smaller than this share of the largest. */
const leastStep = 0.5

/**
 * Whether readings never fall and rise in a few steps of about one size, the last of them late: jobs that are done once a minute, of which
 * all results stay. The line through them is not clear yet; a cache that warms up in steps rises at first, and less and less.
 */
export function isStair(values: readonly number[]): boolean {
  const steps = values.slice(1).map((value, at) => value - values[at]!)
  const up = steps.filter(step => step !== 0)
  const isLate = steps.findLastIndex(step => step > 0) >= steps.length / 2
  return up.length >= 2 && isLate && Math.min(...up) >= leastStep * Math.max(...up)
}

/** As straight as this, over the square of the number of readings, is one of ten thousand random walks: 91 for eight, 23 for sixteen. */
const straightest = 5800
/** Three or four are often straight. */
const fewestOfLine = 5

/** Whether readings rise in so straight a line that nothing walks like it by chance, however far it went. The more readings, the sooner. */
export const isNoWalk = (rise: Rise, readings: number): boolean =>
  readings >= fewestOfLine && isClear(rise) && rise.clarity >= straightest / readings ** 2

/**
 * How many of what comes and goes (requests under way, what waits to be forgotten) may be there by chance: their number, n, moves by √n
 * (Poisson), and a rise by four times as much is no chance.
 */
export const chanceAlone = (before: number): number => 4 * Math.sqrt(Math.max(0, before))
