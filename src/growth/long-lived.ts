import { isClear, isLostAtLast, rise } from './rise.js'
import { median } from './statistics.js'
import { areDistinct, draws, type Known, lotOf, rowsBySignature, type Sample } from './turnover.js'

/** Of what lives long there are more and more. */
export interface LongLived {
  /** By heap, from the first that has one so long before. */
  readonly count: readonly number[]
  /** How many there were at first, as the first few heaps say. */
  readonly first: number
  /** How many more by the end of the series. */
  readonly gain: number
  /** Whether there were heaps enough to be sure. */
  readonly isSure: boolean
}

/** Whether of the objects of some signatures those that live long become more. */
export type FindLongLived = (signatures: readonly number[]) => LongLived | undefined

/** Fewer readings say nothing of a trend; of so many, one row of a thousand rises by chance. */
const fewestReadings = 6
const sureReadings = 8

/**
 * How many objects of a path were there some heaps before, too: of eight heaps two, of more a third. A leak among much that comes and goes is
 * seen by it: of three hundred requests under way there are now more, now fewer; of those that are never answered only more. What lives as long
 * as that, and is bounded, goes as often as it comes. `at` has the moments of the heaps.
 */
export function longLived(samples: readonly Sample[], at: readonly number[]): FindLongLived {
  const lag = Math.max(2, Math.floor(samples.length / 3))
  const readings = samples.length - lag
  if (readings < fewestReadings) return () => undefined
  const places = samples.map(({ byPlace }) => indexed(byPlace))
  const texts = samples.flatMap(({ byText }) => (byText === undefined ? [] : indexed(byText)))
  const moments = at.slice(lag)
  const whole = (at.at(-1)! - at[0]!) / (moments.at(-1)! - moments[0]!)
  return signatures => {
    const byText = texts.length < samples.length ? [] : keysOf(texts.at(-1)!, signatures, 1)
    const hasTexts = areDistinct(byText, keysOf(places.at(-1)!, signatures, 1).length)
    const count = thereBefore(hasTexts ? texts : places, signatures, lag)
    const found = rise(count, moments)
    if (!isClear(found) || found.isLevelling || isLostAtLast(count)) return undefined
    return { count, first: median(count.slice(0, 3)), gain: whole * found.gain, isSure: readings >= sureReadings }
  }
}

interface Indexed extends Known {
  readonly rowsOf: ReadonlyMap<number, readonly number[]>
}

const indexed = (known: Known): Indexed => ({ ...known, rowsOf: rowsBySignature(known) })

/** By heap, from the first that has one so long before. */
function thereBefore(heaps: readonly Indexed[], signatures: readonly number[], lag: number): number[] {
  const shares = heaps.flatMap(({ share }) => signatures.map(one => share[one] ?? 1))
  // Whoever was drawn by the smallest share was drawn in all heaps.
  const least = Math.min(...shares)
  const keys = heaps.map(heap => new Set(keysOf(heap, signatures, least)))
  return keys.slice(lag).map((now, heap) => {
    const before = keys[heap]!
    let both = 0
    for (const key of now) if (before.has(key)) both++
    return both / least
  })
}

/** What the objects of some signatures are known by, of a share of them. */
const keysOf = ({ key, rowsOf }: Indexed, signatures: readonly number[], share: number): number[] =>
  signatures
    .flatMap(one => rowsOf.get(one) ?? [])
    .map(row => key[row]!)
    .filter(one => lotOf(one) < share * draws)
