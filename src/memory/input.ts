import { unlessAborted } from '../task.js'
import { cutOff, damaged } from './damage.js'

const roomSize = 2 ** 18
/** Nothing that has to be in memory at once is longer: V8's longest string has 2^29 characters of two bytes. */
const longest = 2 ** 30 + 2 ** 16
/** Zeros behind what has arrived, so that a number that is read past the end ends. */
const padding = 64

/**
 * A place in a stream of bytes. What has arrived and is not yet used lies in `bytes` from `at` to `end`; behind it stand zeros. Reading
 * one number may pass `end`: `settle` says whether it did.
 */
export class Input {
  bytes: Buffer = roomOf(roomSize)
  at = 0
  end = 0
  /** Whether the stream has ended: what lies in `bytes` is all. */
  isLast = false
  readonly #parts: AsyncIterator<Uint8Array>
  readonly #signal: AbortSignal
  #base = 0

  constructor(parts: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#parts = parts[Symbol.asyncIterator]()
    this.#signal = signal
  }

  /** Position in the stream, in bytes from its start. */
  get position(): number {
    return this.#base + this.at
  }

  /** Brings the next part of the stream; false at its end. `at` moves to 0. */
  async more(): Promise<boolean> {
    this.#signal.throwIfAborted()
    if (this.isLast) return false
    const { value, done } = await unlessAborted(this.#parts.next(), this.#signal)
    const part = done === true ? new Uint8Array() : value
    this.isLast = done === true
    this.#take(part)
    return !this.isLast
  }

  /** Brings so many bytes, or all there are. */
  async atLeast(length: number): Promise<boolean> {
    while (this.end - this.at < length) if (!(await this.more())) return false
    return true
  }

  #take(part: Uint8Array): void {
    const unused = this.end - this.at
    const needed = unused + part.length + padding
    if (needed > longest) throw damaged(this.position, 'begins something that is too long')
    const room = needed > this.bytes.length ? roomOf(Math.max(needed, 2 * this.bytes.length)) : this.bytes
    this.bytes.copy(room, 0, this.at, this.end)
    room.set(part, unused)
    room.fill(0, unused + part.length, needed)
    this.#base += this.at
    this.bytes = room
    this.at = 0
    this.end = unused + part.length
  }

  /** One byte. */
  async byte(where: string): Promise<number> {
    if (!(await this.atLeast(1))) throw cutOff(this.position, where)
    return this.bytes[this.at++]!
  }

  /** One number of at most ten bytes. */
  async number(where: string, most: number = Number.MAX_SAFE_INTEGER): Promise<number> {
    if (this.end - this.at < 10) await this.atLeast(10)
    const number = this.takeNumber()
    if (this.at > this.end) throw cutOff(this.end + this.#base, where)
    if (number > most) throw damaged(this.position, `stands ${number} ${where}, where ${most} is the most`)
    return number
  }

  /** A text that says how long it is. */
  async text(where: string, most: number): Promise<string> {
    const length = await this.number(where, most)
    if (!(await this.atLeast(length))) throw cutOff(this.#base + this.end, where)
    this.at += length
    return this.bytes.toString('utf8', this.at - length, this.at)
  }

  /** A JSON object that says how long it is. */
  async json(where: string): Promise<Readonly<Record<string, unknown>>> {
    const begin = this.position
    const text = await this.text(where, 2 ** 24)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw damaged(begin, `begins ${where}, which is not JSON`)
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw damaged(begin, `begins ${where}, which is not an object`)
    return value as Record<string, unknown>
  }

  /** A number whose bytes have arrived, or that ends in the zeros behind them. */
  takeNumber(): number {
    let number = 0
    for (let scale = 1, count = 0; ; scale *= 128) {
      const byte = this.bytes[this.at++]!
      number += (byte & 127) * scale
      if (byte < 128) break
      if (++count === 10) throw damaged(this.position, 'stands a number without end')
    }
    if (number > Number.MAX_SAFE_INTEGER) throw damaged(this.position, 'stands a number greater than any')
    return number
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#parts.return?.()
  }
}

// Of its own, never out of the pool that buffers share.
const roomOf = (size: number): Buffer => Buffer.from(new ArrayBuffer(size))
