import type { StringTable } from '../graph/heap-graph.js'
import { broken, type Cursor, truncated, unexpected } from './cursor.js'

/**
 * Reads a JSON array of strings and keeps its bytes; a string is decoded when it is asked for. So a heap's strings need
 * their size in the file and 4 bytes each.
 */
export async function readTexts(cursor: Cursor, texts: Texts = new Texts()): Promise<StringTable> {
  await cursor.expect('[', 'at the start of section `strings`')
  let state = atStart
  for (;;) {
    state = scan(cursor, texts, state)
    if (state === atEnd) return texts
    if (cursor.end - cursor.at > longest) throw broken(cursor.position, 'a string does not end')
    if (!(await cursor.more())) throw truncated(cursor.ending, `in section \`strings\`, after ${texts.length} of them`)
  }
}

/** V8 cuts strings at 1,024 characters: nothing this long is valid. */
const longest = 16 * 2 ** 20

// States: a string or the closing bracket may follow; a string; a comma or the closing bracket; nothing.
const [atStart, afterComma, afterText, atEnd] = [0, 1, 2, 3]

/** Takes the complete strings that have arrived and returns the next state. */
function scan(cursor: Cursor, texts: Texts, before: number): number {
  const { bytes, at: begin, end } = cursor
  const base = texts.reserve(end - begin)
  let state = before
  let taken = begin
  let at = begin
  while (at < end && state !== atEnd) {
    const byte = bytes[at]!
    if (byte === quote && state !== afterText) {
      const close = closingQuote(cursor, at)
      if (close < 0) break
      texts.add(base + at + 1 - begin)
      at = close + 1
      taken = at
      state = afterText
    } else if (byte === comma && state === afterText) {
      at++
      state = afterComma
    } else if (byte === bracket && state !== afterComma) {
      at++
      state = atEnd
    } else if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at++
    else {
      cursor.at = at
      throw unexpected(cursor, byte, `a ${state === afterText ? 'comma' : 'string'} in section \`strings\``)
    }
  }
  texts.keep(bytes.subarray(begin, taken))
  cursor.at = at
  return state
}

const [quote, comma, bracket, backslash] = [0x22, 0x2c, 0x5d, 0x5c]

/**
 * The closing quote of the string that opens at `open`; -1 if it has not arrived. Checks that the string can be decoded
 * later.
 */
function closingQuote({ bytes, at: origin, end, position }: Cursor, open: number): number {
  const fail = (at: number, what: string) => broken(position + at - origin, `a string has ${what}`)
  for (let at = open + 1; at < end; at++) {
    const byte = bytes[at]!
    if (isPlain[byte] === 1) continue
    if (byte === quote) return at
    if (byte !== backslash) throw fail(at, 'a control character')
    if (at + 1 >= end) return -1
    const escaped = String.fromCharCode(bytes[++at]!)
    if (escaped !== 'u') {
      if (!'"\\/bfnrt'.includes(escaped)) throw fail(at, `the invalid escape \`\\${escaped}\``)
      continue
    }
    if (at + 4 >= end) return -1
    for (const last = at + 4; at < last; ) if (!isHex(bytes[++at]!)) throw fail(at, 'a \\u escape without four digits')
  }
  return -1
}

/** By byte: 1 for bytes that stand for themselves in a string and do not end it. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte !== quote && byte !== backslash ? 1 : 0,
)

const isHex = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)

/** A piece of the section: a single buffer of some gigabytes may not be available. */
interface Block {
  /** Index of its first string. */
  readonly first: number
  readonly bytes: Buffer
  used: number
  /** Where each string begins, after its opening quote. */
  starts: Uint32Array
  count: number
}

/** Strings as they arrive; those that have arrived are available even if the rest never comes. */
export class Texts implements StringTable {
  readonly #blocks: Block[] = [newBlock(0, 2 ** 18)]
  length = 0

  at(index: number): string {
    const { first, bytes, starts } = this.#blockOf(index)
    const start = starts[index - first]!
    let end = start
    let plain = true
    for (let byte = bytes[end]!; byte !== quote; byte = bytes[++end]!) {
      if (byte === backslash) end++
      if (byte === backslash || byte >= 0x80) plain = false
    }
    return plain ? bytes.toString('latin1', start, end) : JSON.parse(`"${bytes.toString('utf8', start, end)}"`)
  }

  isShort(index: number, length: number): boolean {
    const { first, starts, count, used } = this.#blockOf(index)
    const next = index - first + 1
    // A character takes at least a byte. Two strings are separated by two quotes, a comma and perhaps white space.
    return (next < count ? starts[next]! : used) - starts[index - first]! < length
  }

  /** Reserves that many bytes in one block and returns their offset in it. */
  reserve(length: number): number {
    const last = this.#blocks.at(-1)!
    if (last.used + length <= last.bytes.length) return last.used
    last.starts = last.starts.slice(0, last.count)
    this.#blocks.push(newBlock(this.length, Math.max(length, Math.min(2 * last.bytes.length, 2 ** 26))))
    return 0
  }

  /** Records the offset in the block at which a string begins. */
  add(start: number): void {
    const block = this.#blocks.at(-1)!
    if (block.count === block.starts.length) {
      const longer = new Uint32Array(2 * block.count)
      longer.set(block.starts)
      block.starts = longer
    }
    block.starts[block.count++] = start
    this.length++
  }

  /** Copies the bytes of the strings added since `reserve`. */
  keep(bytes: Uint8Array): void {
    const block = this.#blocks.at(-1)!
    block.bytes.set(bytes, block.used)
    block.used += bytes.length
  }

  #blockOf(index: number): Block {
    if (!(index >= 0 && index < this.length)) throw new RangeError(`there is no string ${index}`)
    let at = this.#blocks.length - 1
    while (this.#blocks[at]!.first > index) at--
    return this.#blocks[at]!
  }
}

const newBlock = (first: number, size: number): Block => ({
  first,
  bytes: Buffer.from(new ArrayBuffer(size)),
  used: 0,
  starts: new Uint32Array(size >>> 5),
  count: 0,
})
