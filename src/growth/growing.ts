import type { Grouping } from './groupings.js'
import type { HeapSummary } from './heap-summary.js'
import type { FindLongLived, LongLived } from './long-lived.js'
import { chanceAlone, isClear, isStair, type Rise, rise } from './rise.js'
import type { SignatureTable } from './signature-table.js'
import { isPartOfString } from './step-words.js'

/** A group of signatures that has more objects, or more bytes, heap by heap. */
export interface Growing {
  readonly by: Grouping['by']
  readonly signatures: readonly number[]
  /** By heap: objects, and the bytes of them and of what they alone lead to. */
  readonly count: readonly number[]
  readonly bytes: readonly number[]
  readonly rise: Rise
  /** Bytes gained over the series. */
  readonly gained: number
  /** Whether it has no more objects than before, but larger ones: numbers in an array, a text. */
  readonly inPlace: boolean
  /** Set where of its objects those that live long become more; and whether all together, as some come and go, show no clear trend. */
  readonly longLived?: LongLived | undefined
  readonly isHidden?: boolean
  /** Whether it rises in steps, of which so few say nothing yet. */
  readonly isUnclear?: boolean
  /** Whether it gains enough to be reported. What gains less may still be what retains that: one request a round, of twenty lines each. */
  readonly isWorth: boolean
}

/** Sums over signatures, heap by heap. */
export interface Totals {
  readonly count: readonly Float64Array[]
  readonly bytes: readonly Float64Array[]
  /** Bytes at the signature and all that continue it. */
  readonly below: readonly Float64Array[]
  /** How many entries its stores have. */
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
    // A signature is always behind the one it continues.
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

/** Fewer objects than this from heap to heap are not reported, unless they weigh as much as that. */
const fewest = 3
/** One from heap to heap, or now and then none. */
const fewestSeen = 0.75
const heavy = 10 * 1024
/** What grows in place must gain so much in all. */
const heavyInPlace = 128 * 1024

/** The groups that grow beyond chance, or that grew and level off. `at` has the moment of each heap. */
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
    // A string has the bytes of its parts: V8 puts them together when it is read.
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
    // What grows in place is always at the same path.
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

/** A group that has more objects, if it has: beyond chance, as a cache that fills, hidden by what comes and goes, or in steps. */
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
  const isSome = found.gain >= fewestSeen * intervals
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

/** What lives long must gain beyond chance, and about as much must be gained in all: a cache whose entries live longer than before has no more. */
const isHiddenIn = ({ gain }: Rise, longLived: LongLived): boolean =>
  longLived.gain > chanceAlone(2 * longLived.first) && gain >= longLived.gain / 2

const isString = (table: SignatureTable, signature: number): boolean =>
  table.text(table.type[signature]!) === '(string)'

/** A string that was put together may have fewer parts than this, and parts of fewer bytes. */
const manyParts = 16
const longParts = 512

/**
 * Whether these are parts of strings, so few of each string that they are how V8 writes it: where texts get longer (`user-9999`,
 * `user-10000`) those of a bounded store are in parts one after the other. A text that grows has ever more.
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
