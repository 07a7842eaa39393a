import { LeakscopeError } from '../errors.js'
import { broken, type Cursor, truncated, unexpected } from './cursor.js'

/** Consumer of a section's rows, in their order. */
export interface RowSink {
  /** Takes one row in the file's column order; the array is reused. Throws on invalid values. */
  take(row: Float64Array): void
  /**
   * The fast path for typical rows: takes whole rows from `bytes[at]` on and returns where the first row begins that it
   * did not take. It takes no unusual row (white space, a number of more than nine digits, anything invalid, the last
   * row), and none that begins within `fastMargin` of `end`, so that it need not check whether a byte has arrived.
   */
  readonly takeFast?: ((bytes: Uint8Array, at: number, end: number) => number) | undefined
}

/**
 * More bytes than a row of nine-digit numbers can have: a row that begins this far from the end has arrived completely.
 */
export const fastMargin = 512

/** Reads a JSON array of whole numbers, exact up to 2^53, in rows of `width`. */
export async function readRows(cursor: Cursor, section: string, width: number, sink: RowSink): Promise<void> {
  await cursor.expect('[', `at the start of section \`${section}\``)
  const row: Row = { numbers: new Float64Array(width), length: 0, state: atStart }
  while (row.state !== atEnd) {
    if (row.length === 0 && row.state !== afterNumber && sink.takeFast !== undefined) {
      const { at } = cursor
      cursor.at = sink.takeFast(cursor.bytes, at, cursor.end)
      if (cursor.at > at) row.state = afterComma
    }
    if (takeSlowly(cursor, row, section, sink) || row.state === atEnd) continue
    if (!(await cursor.more())) throw truncated(cursor.ending, `in section \`${section}\``)
  }
  if (row.length > 0) {
    throw broken(cursor.position, `section \`${section}\` ends within a row of ${width} numbers`)
  }
}

/** A row of which `length` numbers have been read. */
interface Row {
  readonly numbers: Float64Array
  length: number
  state: number
}

// States: a number or the closing bracket may follow; a number; a comma or the closing bracket; nothing.
const [atStart, afterComma, afterNumber, atEnd] = [0, 1, 2, 3]

/**
 * The slow path, which handles all of JSON. Reads until the bytes or the array end, or until the fast path, if there is
 * one, can continue: then it returns true.
 */
function takeSlowly(cursor: Cursor, row: Row, section: string, sink: RowSink): boolean {
  const { bytes } = cursor
  const { numbers } = row
  const width = numbers.length
  const end = endOfWholeNumbers(cursor, section)
  const base = cursor.position - cursor.at
  let { at } = cursor
  let { length, state } = row
  let hasTaken = false

  while (at < end && state !== atEnd) {
    const byte = bytes[at]!
    if ((byte ^ zero) < 10 && state !== afterNumber) {
      const start = at
      let number = byte ^ zero
      // The last byte before `end` is never a digit, so this stops at a byte that has arrived.
      for (let digit = bytes[++at]! ^ zero; digit < 10; digit = bytes[++at]! ^ zero) number = number * 10 + digit
      if (number > Number.MAX_SAFE_INTEGER) {
        throw broken(base + start, 'a number is greater than any valid size or index')
      }
      numbers[length++] = number
      state = afterNumber
      if (length < width) continue
      cursor.at = at
      sink.take(numbers)
      length = 0
      hasTaken = sink.takeFast !== undefined
    } else if (byte === comma && state === afterNumber) {
      at++
      state = afterComma
      if (hasTaken) break
    } else if (byte === bracket && state !== afterComma) {
      at++
      state = atEnd
    } else if (byte === 0x20 || byte === lineFeed || byte === 0x0d || byte === 0x09) at++
    else {
      cursor.at = at
      if (byte === minus) throw broken(cursor.position, `section \`${section}\` has a negative number`)
      throw unexpected(cursor, byte, `a ${state === afterNumber ? 'comma' : 'whole number'} in section \`${section}\``)
    }
  }
  cursor.at = at
  row.length = length
  row.state = state
  return hasTaken && state === afterComma
}

const [zero, comma, bracket, minus, lineFeed] = [0x30, 0x2c, 0x5d, 0x2d, 0x0a]

/** Where to stop so as not to read a partly arrived number. */
function endOfWholeNumbers(cursor: Cursor, section: string): number {
  const { bytes, at } = cursor
  let { end } = cursor
  while (end > at && (bytes[end - 1]! ^ zero) < 10) end--
  // The largest exact number has 16 digits.
  if (cursor.end - end > 32)
    throw broken(cursor.position + end - at, `section \`${section}\` has a number that is too long`)
  return end
}

/** Allocates a column of a length from the header; a damaged header may ask for more than the available memory. */
export function allocated<Column>(length: number, make: (length: number) => Column): Column {
  try {
    return make(length)
  } catch (cause) {
    throw new LeakscopeError(
      'BAD_SNAPSHOT',
      `the header has ${length} nodes or edges, for which there is not enough memory`,
      {
        hint: 'Capture the heap again, or read it on a machine with more memory.',
        cause,
      },
    )
  }
}
