import { isClear, isLostAtLast, rise } from './rise.js'
import { median } from './statistics.js'
import { areDistinct, draws, type Known, lotOf, rowsBySignature, type Sample } from './turnover.js'

/** A rising number of long-lived objects. */
export interface LongLived {
  /** By heap, from the first for which there is a heap that long before. */
  readonly count: readonly number[]
  /** The number at first, from the first few heaps. */
  readonly first: number
  /** The gain by the end of the series. */
  readonly gain: number
  /** Whether there were enough heaps to be sure. */
  readonly isSure: boolean
}

/** Finds whether the number of long-lived objects of some signatures rises. */
export type FindLongLived = (signatures: readonly number[]) => LongLived | undefined

/** The minimum number of readings for a trend: of this many, one series in a thousand rises by chance. */
const minReadings = 6
const sureReadings = 8

/**
 * Counts the objects of a path that already existed some heaps earlier: two heaps of eight, a third of more. This
 * reveals a leak among many objects that come and go: of three hundred requests in progress there are sometimes more,
 * sometimes fewer, but of those that are never answered only more. A bounded set of long-lived objects loses as many as
 * it gains. `at` has the times of the heaps.
 */
export function longLived(samples: readonly Sample[], at: readonly number[]): FindLongLived {
  const lag = Math.max(2, Math.floor(samples.length / 3))
  const readings = samples.length - lag
  if (readings < minReadings) return () => undefined
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

/** By heap, from the first for which there is a heap that long before. */
function thereBefore(heaps: readonly Indexed[], signatures: readonly number[], lag: number): number[] {
  const shares = heaps.flatMap(({ share }) => signatures.map(one => share[one] ?? 1))
  // An object sampled at the smallest share was sampled in all heaps.
  const least = Math.min(...shares)
  const keys = heaps.map(heap => new Set(keysOf(heap, signatures, least)))
  return keys.slice(lag).map((now, heap) => {
    const before = keys[heap]!
    let both = 0
    for (const key of now) if (before.has(key)) both++
    return both / least
  })
}

/** The keys that identify a share of the objects of some signatures. */
const keysOf = ({ key, rowsOf }: Indexed, signatures: readonly number[], share: number): number[] =>
  signatures
    .flatMap(one => rowsOf.get(one) ?? [])
    .map(row => key[row]!)
    .filter(one => lotOf(one) < share * draws)
