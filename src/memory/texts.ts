import type { StringTable } from '../graph/heap-graph.js'
import { withCapacity } from './columns.js'

/** The size of the later blocks. The first is small, for small heaps. */
const blockSize = 2 ** 22
/** Only the ends of longer texts are hashed; texts are always compared byte by byte. */
const hashed = 64
/** With more collisions, a text is stored again, so texts crafted to collide do not make the search endless. */
const maxProbes = 200

/**
 * The texts of a heap, each once, stored as Latin-1 or UTF-16 and decoded on request. The first string numbers are
 * implicit (`"0"`, `"1"` …): they are the names of slots, and take no memory.
 */
export class Texts implements StringTable {
  #blocks: Buffer[] = []
  #used = 0
  #room = 0
  #count = 0
  #block = new Uint32Array(1024)
  #start = new Uint32Array(1024)
  /** Twice the bytes, plus one if they are UTF-16. */
  #size = new Uint32Array(1024)
  #hash = new Uint32Array(1024)
  #slots = new Uint32Array(4096)
  readonly #made = new Map<string, number>()
  /** The number of implicit strings. Set once, before the table is used outside this folder. */
  numbers = 0

  get length(): number {
    return this.numbers + this.#count
  }

  at(index: number): string {
    if (index < this.numbers) return String(index)
    const text = index - this.numbers
    if (!(text >= 0 && text < this.#count)) throw new RangeError(`there is no string ${index}`)
    const size = this.#size[text]!
    const start = this.#start[text]!
    const block = this.#blocks[this.#block[text]!]!
    return block.toString((size & 1) === 1 ? 'utf16le' : 'latin1', start, start + (size >>> 1))
  }

  isShort(index: number, length: number): boolean {
    if (index < this.numbers) return length > 10
    const size = this.#size[index - this.numbers]!
    return ((size & 1) === 1 ? size >>> 2 : size >>> 1) < length
  }

  /** The number of a text, not counting the implicit strings. */
  add(bytes: Buffer, begin: number, end: number, isWide: boolean): number {
    if (isWide && isNarrow(bytes, begin, end)) {
      const narrow = Buffer.alloc((end - begin) / 2)
      for (let at = 0; at < narrow.length; at++) narrow[at] = bytes[begin + 2 * at]!
      return this.add(narrow, 0, narrow.length, false)
    }
    const size = (end - begin) * 2 + (isWide ? 1 : 0)
    const hash = hashOf(bytes, begin, end)
    const mask = this.#slots.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    let probes = 0
    for (let known = this.#slots[slot]!; known !== 0; known = this.#slots[slot]!) {
      const text = known - 1
      if (this.#hash[text] === hash && this.#size[text] === size && this.#is(text, bytes, begin, end)) return text
      if (++probes === maxProbes) return this.#keep(bytes, begin, end, size, hash, -1)
      slot = (slot + 1) & mask
    }
    return this.#keep(bytes, begin, end, size, hash, slot)
  }

  /** The number of a text that is not from the dump. */
  of(text: string): number {
    let at = this.#made.get(text)
    if (at === undefined) {
      const isWide = /[^\0-\xff]/.test(text)
      const bytes = Buffer.from(text, isWide ? 'utf16le' : 'latin1')
      at = this.add(bytes, 0, bytes.length, isWide)
      if (this.#made.size < 100_000) this.#made.set(text, at)
    }
    return at
  }

  /** A text by its number, not counting the implicit strings. */
  text(number: number): string {
    return this.at(number + this.numbers)
  }

  #is(text: number, bytes: Buffer, begin: number, end: number): boolean {
    const block = this.#blocks[this.#block[text]!]!
    const start = this.#start[text]!
    if (end - begin > 100) return block.compare(bytes, begin, end, start, start + end - begin) === 0
    for (let at = begin, other = start; at < end; at++, other++) if (bytes[at] !== block[other]) return false
    return true
  }

  #keep(bytes: Buffer, begin: number, end: number, size: number, hash: number, slot: number): number {
    const length = end - begin
    if (length > 2 ** 30) throw new RangeError('a string is too long')
    if (this.#used + length > this.#room || this.#blocks.length === 0) {
      this.#room = Math.max(length, Math.min(blockSize, 2 ** 16 * 4 ** this.#blocks.length))
      this.#blocks.push(Buffer.from(new ArrayBuffer(this.#room)))
      this.#used = 0
    }
    const text = this.#count++
    if (text === this.#block.length) {
      const needed = this.#count
      this.#block = withCapacity(this.#block, needed)
      this.#start = withCapacity(this.#start, needed)
      this.#size = withCapacity(this.#size, needed)
      this.#hash = withCapacity(this.#hash, needed)
    }
    const block = this.#blocks[this.#blocks.length - 1]!
    // For a few bytes, a loop is faster than a call.
    if (length > 64) bytes.copy(block, this.#used, begin, end)
    else for (let at = begin, to = this.#used; at < end; at++, to++) block[to] = bytes[at]!
    this.#block[text] = this.#blocks.length - 1
    this.#start[text] = this.#used
    this.#size[text] = size
    this.#hash[text] = hash
    this.#used += length
    if (slot >= 0) this.#slots[slot] = text + 1
    if (2 * this.#count > this.#slots.length) this.#rehash()
    return text
  }

  #rehash(): void {
    const slots = new Uint32Array(2 * this.#slots.length)
    const mask = slots.length - 1
    for (let text = 0; text < this.#count; text++) {
      const hash = this.#hash[text]!
      let slot = (hash ^ (hash >>> 15)) & mask
      let probes = 0
      while (slots[slot] !== 0 && ++probes < maxProbes) slot = (slot + 1) & mask
      if (slots[slot] === 0) slots[slot] = text + 1
    }
    this.#slots = slots
  }
}

function hashOf(bytes: Buffer, begin: number, end: number): number {
  let hash = end - begin
  const firstEnd = Math.min(end, begin + hashed)
  for (let at = begin; at < firstEnd; at++) hash = Math.imul(hash, 31) + bytes[at]!
  for (let at = Math.max(firstEnd, end - hashed); at < end; at++) hash = Math.imul(hash, 31) + bytes[at]!
  return Math.imul(hash, 0x9e3779b1) >>> 0
}

function isNarrow(bytes: Buffer, begin: number, end: number): boolean {
  for (let at = begin + 1; at < end; at += 2) if (bytes[at] !== 0) return false
  return true
}
