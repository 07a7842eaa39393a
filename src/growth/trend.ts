import { extremes, median, risingByChance, slope } from './statistics.js'

/**
 * The shape of a series of readings:
 * - `flat`: no change worth reporting
 * - `line`: up, round after round, with no end in sight
 * - `plateau`: up at first, then level: bounded so far (a cache that filled)
 * - `step`: up once, level before and after (something loaded lazily)
 * - `sawtooth`: up, and most of it down again (a queue that drains, a cache that is flushed)
 * - `noisy`: changes enough to be reported, but without a significant direction
 */
export type TrendShape = 'flat' | 'line' | 'plateau' | 'step' | 'sawtooth' | 'noisy'

export interface Trend {
  readonly shape: TrendShape
  /** Theil–Sen, per round. */
  readonly perRound: number
  /** One-sided Mann–Kendall p: the probability of such a steady rise by chance. */
  readonly chance: number
}

/**
 * The trend of readings that are a round apart. `smallest` is the smallest total change worth reporting, in the
 * readings' unit.
 */
export function trend(values: readonly number[], smallest: number): Trend {
  const perRound = slope(values)
  const chance = risingByChance(values)
  return { shape: shapeOf(values, perRound, chance, smallest), perRound, chance }
}

/**
 * The significance level: a rise that occurs by chance in at most one of twenty series. 5 readings with one falling
 * pair still pass.
 */
export const believedChance = 0.05

/** The share of the rise that must be lost again for a sawtooth, and that a single step must make for a step. */
const lost = 0.5
const most = 0.8
/** The growth of the last rounds relative to that of the earlier ones, below which the series is levelling off. */
const levelled = 1 / 3

function shapeOf(values: readonly number[], perRound: number, chance: number, smallest: number): TrendShape {
  const rounds = values.length - 1
  if (rounds < 1) return 'flat'
  const { climb, fall } = extremes(values)
  if (climb < smallest) return fall < smallest || perRound < 0 ? 'flat' : 'noisy'
  if (fall >= smallest && fall > lost * climb) return 'sawtooth'
  if (rounds < 2) return chance < 1 ? 'line' : 'noisy'

  const gains = values.slice(1).map((value, i) => value - values[i]!)
  const total = values[rounds]! - values[0]!
  const steepest = gains.indexOf(Math.max(...gains))
  if (rounds >= 3 && gains[steepest]! >= most * total && levelBeside(gains, steepest, smallest)) return 'step'
  if (rounds >= 3 && levellingOff(gains, smallest)) return 'plateau'
  return chance <= believedChance || (rounds < 4 && gains.every(gain => gain > 0)) ? 'line' : 'noisy'
}

/** A step in the last round may be the first of many, so it is not reported as one. */
function levelBeside(gains: readonly number[], steepest: number, smallest: number): boolean {
  if (steepest === gains.length - 1) return false
  const rest = gains.filter((_, i) => i !== steepest)
  return Math.abs(median(rest)) * gains.length < smallest
}

/**
 * Whether the last third of the rounds (the last of three, otherwise at least two) gained little compared with the
 * earlier ones.
 */
function levellingOff(gains: readonly number[], smallest: number): boolean {
  const lately = gains.slice(gains.length >= 4 ? -Math.max(2, Math.floor(gains.length / 3)) : -1)
  const before = gains.slice(0, -lately.length)
  const mean = (of: readonly number[]): number => of.reduce((sum, gain) => sum + gain, 0) / of.length
  if (mean(before) * before.length < smallest / 2) return false
  const last = gains.at(-1)!
  const ended = last <= mean(before) / 10 && isEasing(gains)
  return mean(lately) <= levelled * mean(before) || ended
}

/** Whether no round gained more than the previous one: a curve that flattens, not a line with a pause. */
const isEasing = (gains: readonly number[]): boolean => gains.every((gain, i) => i === 0 || gain <= gains[i - 1]! * 1.1)
