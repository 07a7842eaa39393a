import type { Grouping } from './groupings.js'
import type { HeapSummary } from './heap-summary.js'
import type { FindLongLived, LongLived } from './long-lived.js'
import { chanceAlone, isClear, isStair, type Rise, rise } from './rise.js'
import type { SignatureTable } from './signature-table.js'
import { isPartOfString } from './step-words.js'

/** A group of signatures whose number of objects or bytes grows from heap to heap. */
export interface Growing {
  readonly by: Grouping['by']
  readonly signatures: readonly number[]
  /** By heap: the number of objects; `bytes` includes what only they lead to. */
  readonly count: readonly number[]
  readonly bytes: readonly number[]
  readonly rise: Rise
  /** Bytes gained over the series. */
  readonly gained: number
  /** Whether it gained no objects, but bytes: numbers in an array, a text. */
  readonly inPlace: boolean
  /** Set if its long-lived objects increase; `isHidden`: the total shows no clear trend, since others come and go. */
  readonly longLived?: LongLived | undefined
  readonly isHidden?: boolean
  /** Whether it rises in steps, but too few to decide. */
  readonly isUnclear?: boolean
  /**
   * Whether it gains enough to be reported. A smaller gain may still retain a larger one: one request per round with
   * twenty lines each.
   */
  readonly isWorth: boolean
}

/** Totals by heap and signature. */
export interface Totals {
  readonly count: readonly Float64Array[]
  readonly bytes: readonly Float64Array[]
  /** Bytes of the signature and all its continuations. */
  readonly below: readonly Float64Array[]
  /** The number of entries in its stores. */
  readonly entries: readonly Float64Array[]
}

export function totals(table: SignatureTable, summaries: readonly HeapSummary[]): Totals {
  const widened = (column: Float64Array): Float64Array => {
    const wide = new Float64Array(table.length)
    wide.set(column)
    return wide
  }
  const bytes = summaries.map(summary => widened(summary.bytes))
  const below = bytes.map(column => {
    const sum = column.slice()
    // A signature always has a larger number than the one it continues.
    for (let at = sum.length - 1; at > 0; at--) sum[table.above[at]!]! += sum[at]!
    return sum
  })
  return {
    count: summaries.map(summary => widened(summary.count)),
    bytes,
    below,
    entries: summaries.map(summary => widened(summary.entries)),
  }
}

/** The minimum number of objects gained per heap, unless they have this many bytes. */
const fewest = 3
/** One per heap, or occasionally none. */
const minSeen = 0.75
const heavy = 10 * 1024
/** The minimum total gain of growth in place, in bytes. */
const heavyInPlace = 128 * 1024

/** The groups that grow beyond chance, or that grew and level off. `at` has the time of each heap. */
export function growing(
  grouping: Grouping,
  table: SignatureTable,
  { count, bytes, below }: Totals,
  at: readonly number[],
  findLongLived: FindLongLived,
): Growing[] {
  const members: number[][] = Array.from({ length: grouping.groups }, () => [])
  for (let signature = 1; signature < grouping.of.length; signature++) members[grouping.of[signature]!]!.push(signature)
  return members.flatMap((signatures): Growing[] => {
    if (signatures.length === 0) return []
    const sums = (columns: readonly Float64Array[]): number[] =>
      columns.map(column => signatures.reduce((sum, signature) => sum + column[signature]!, 0))
    const counts = sums(count)
    // A string includes the bytes of its parts: V8 flattens it when it is read.
    const isText = isString(table, signatures[0]!)
    const own = sums(isText ? below : bytes)
    if (isLevel(counts) && isLevel(own)) return []
    const first = counts[0]!
    const peak = Math.max(...counts)
    if (peak - Math.min(...counts) >= 1) {
      const more = moreObjects(grouping.by, signatures, counts, sums(below), at, findLongLived)
      if (more !== undefined && !areFewParts(table, signatures, count.at(-1)!, more.rise.gain, more.gained))
        return [more]
    }
    // Growth in place always has the same path.
    if (grouping.by !== 'path') return []
    const found = rise(own, at)
    if (first === 0 || found.gain < heavyInPlace || !isClear(found) || peak > 1.2 * Math.max(1, Math.min(...counts)))
      return []
    const gained = found.gain
    if (isText && gained < longParts * peak) return []
    return [
      { by: grouping.by, signatures, count: counts, bytes: own, rise: found, gained, inPlace: true, isWorth: true },
    ]
  })
}

/**
 * A group that gained objects: beyond chance, levelling off, hidden by objects that come and go, or in steps. Otherwise
 * `undefined`.
 */
function moreObjects(
  by: Grouping['by'],
  signatures: readonly number[],
  count: readonly number[],
  bytes: readonly number[],
  at: readonly number[],
  findLongLived: FindLongLived,
): Growing | undefined {
  const intervals = at.length - 1
  const byPath = by === 'path'
  const whole = rise(count, at)
  const longLived = byPath && whole.gain > 0 ? findLongLived(signatures) : undefined
  const inSteps = byPath && isStair(count)
  const isLevelling = whole.isLevelling && !inSteps
  const isMore = isLevelling
    ? Math.max(...count) - count[0]! > chanceAlone(count[0]!)
    : !whole.isLevelling && isClear(whole)
  const isHidden = !isMore && longLived !== undefined && isHiddenIn(whole, longLived)
  const isUnclear = !isMore && !isHidden
  if (isUnclear && !inSteps) return undefined
  const found = isHidden ? { ...whole, gain: longLived.gain, isLevelling: false } : { ...whole, isLevelling }
  const gained = isHidden ? (found.gain * bytes.at(-1)!) / count.at(-1)! : rise(bytes, at).gain
  const isSome = found.gain >= minSeen * intervals
  const isWorth = found.gain >= fewest * intervals || (isSome && gained >= heavy * intervals)
  if (!isWorth && !(byPath && isSome)) return undefined
  return {
    by,
    signatures,
    count,
    bytes,
    rise: found,
    gained,
    inPlace: false,
    ...(longLived === undefined ? {} : { longLived, isHidden }),
    ...(isUnclear ? { isUnclear } : {}),
    isWorth,
  }
}

/**
 * The long-lived objects must gain beyond chance, and the total must gain about as much: a cache whose entries only
 * live longer does not have more of them.
 */
const isHiddenIn = ({ gain }: Rise, longLived: LongLived): boolean =>
  longLived.gain > chanceAlone(2 * longLived.first) && gain >= longLived.gain / 2

const isString = (table: SignatureTable, signature: number): boolean =>
  table.text(table.type[signature]!) === '(string)'

/** Limits for the parts of a concatenated string: their number and their bytes. */
const manyParts = 16
const longParts = 512

/**
 * Whether these are parts of strings, so few per string that they only reflect how V8 stores it: as texts get longer
 * (`user-9999`, `user-10000`), those of a bounded store become concatenated. A growing text has more and more parts.
 */
function areFewParts(
  table: SignatureTable,
  signatures: readonly number[],
  count: Float64Array,
  gain: number,
  bytes: number,
): boolean {
  if (!isPartOfString(table, signatures[0]!)) return false
  const above = new Set(signatures.map(signature => table.above[signature]!))
  const strings = [...above].reduce((sum, signature) => sum + count[signature]!, 0)
  return gain < manyParts * strings && bytes < longParts * strings
}

const isLevel = (values: readonly number[]): boolean => values.every(value => value === values[0])
