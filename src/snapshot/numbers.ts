import { LeakscopeError } from '../errors.js'
import { broken, type Cursor, truncated, unexpected } from './cursor.js'

/**
 * Takes `count` rows of numbers, one after the other in `rows`, which is filled anew afterwards. A number too great for 32 bits
 * stands there as `huge`, and `hugeAt` tells which it is by its place in `rows`.
 */
export type RowSink = (rows: Uint32Array, count: number, hugeAt: (place: number) => number) => void

/** Stands for itself and everything above. Only sizes may be so great, so that the columns are read as integers. */
export const huge: number = 2 ** 32 - 1

/** Reads a JSON array of whole numbers in rows of `width` and gives how many rows there were. */
export async function readRows(cursor: Cursor, section: string, width: number, sink: RowSink): Promise<number> {
  await cursor.expect('[', `at the start of section \`${section}\``)
  const batch: Batch = { numbers: new Uint32Array(width * batchRows), huge: new Map(), length: 0, state: atStart }
  const hugeAt = (place: number): number => batch.huge.get(place)!
  let rows = 0
  const flush = (): void => {
    const count = batch.length / width
    sink(batch.numbers, count, hugeAt)
    rows += count
    batch.length = 0
    batch.huge.clear()
  }

  while (batch.state !== atEnd) {
    scan(cursor, batch, section)
    if (batch.length === batch.numbers.length) flush()
    else if (batch.state !== atEnd && !(await cursor.more()))
      throw truncated(cursor.ending, `in section \`${section}\``)
  }
  if (batch.length % width !== 0) {
    throw broken(cursor.position, `section \`${section}\` ends within a row of ${width} numbers`)
  }
  flush()
  return rows
}

/** So many rows that a batch stays in the processor's cache between being read and being spread over the columns. */
const batchRows = 2048

interface Batch {
  readonly numbers: Uint32Array
  readonly huge: Map<number, number>
  length: number
  state: number
}

// What may come next: a number or the closing bracket; a number; a comma or the closing bracket; nothing.
const [atStart, afterComma, afterNumber, atEnd] = [0, 1, 2, 3]

/** Reads on until the batch is full, or the bytes or the array come to their end. */
function scan(cursor: Cursor, batch: Batch, section: string): void {
  const { bytes } = cursor
  const { numbers } = batch
  const capacity = numbers.length
  const end = endOfWholeNumbers(cursor, section)
  let { at } = cursor
  let { length, state } = batch

  while (at < end && length < capacity && state !== atEnd) {
    const byte = bytes[at]!
    if ((byte ^ zero) < 10 && state !== afterNumber) {
      const start = at
      let number = byte ^ zero
      // A digit is never the last byte before `end`, so this stops at a byte that has arrived.
      for (let digit = bytes[++at]! ^ zero; digit < 10; digit = bytes[++at]! ^ zero) {
        number = (Math.imul(number, 10) + digit) | 0
      }
      if (at - start >= 10) {
        const large = largeNumber(cursor, start, at)
        if (large >= huge) batch.huge.set(length, large)
        number = Math.min(large, huge)
      }
      numbers[length++] = number
      // Up to Node.js 22 a row ends with a line feed, and the comma stands on the next line.
      if (bytes[at] === lineFeed) at++
      state = afterNumber
      if (bytes[at] === comma && at < end) {
        at++
        state = afterComma
      }
    } else if (byte === comma && state === afterNumber) {
      at++
      state = afterComma
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
  batch.length = length
  batch.state = state
}

const [zero, comma, bracket, minus, lineFeed] = [0x30, 0x2c, 0x5d, 0x2d, 0x0a]

/** Where to stop so as not to read a number of which only a part has arrived. */
function endOfWholeNumbers(cursor: Cursor, section: string): number {
  const { bytes, at } = cursor
  let { end } = cursor
  while (end > at && (bytes[end - 1]! ^ zero) < 10) end--
  // The largest number that can be told exactly has 16 digits.
  if (cursor.end - end > 32) throw broken(cursor.position + end - at, `section \`${section}\` has a number without end`)
  return end
}

/** A number of more digits than 32 bits can surely hold. */
function largeNumber(cursor: Cursor, start: number, end: number): number {
  let number = 0
  for (let at = start; at < end; at++) number = number * 10 + (cursor.bytes[at]! ^ zero)
  if (number > Number.MAX_SAFE_INTEGER) {
    throw broken(cursor.position + start - cursor.at, 'stands a number greater than any size or index')
  }
  return number
}

/** A column of a length that the header asks for; a header that was damaged may ask for more than there is memory. */
export function allocated<Column>(length: number, make: (length: number) => Column): Column {
  try {
    return make(length)
  } catch (cause) {
    throw new LeakscopeError(
      'BAD_SNAPSHOT',
      `the header tells of ${length} nodes or edges, for which there is no memory`,
      {
        hint: 'Capture the heap again, or read it on a machine with more memory.',
        cause,
      },
    )
  }
}
