import { unlessAborted } from '../task.js'
import { cutOff, damaged } from './damage.js'

const bufferSize = 2 ** 18
/** The longest part that has to be in memory at once: V8's longest string has 2^29 characters of two bytes. */
const longest = 2 ** 30 + 2 ** 16
/** Zeros after the bytes that have arrived, so that reading a number past the end terminates. */
const padding = 64

/**
 * A position in a stream of bytes. The bytes that have arrived and are not yet used are `bytes` from `at` to `end`;
 * zeros follow. Reading a number may pass `end`: the caller compares `at` with `end`.
 */
export class Input {
  bytes: Buffer = newBuffer(bufferSize)
  at = 0
  end = 0
  /** Whether the stream has ended: nothing follows `bytes`. */
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

  /** Waits for the next part of the stream; false at its end. `at` becomes 0. */
  async more(): Promise<boolean> {
    this.#signal.throwIfAborted()
    if (this.isLast) return false
    const { value, done } = await unlessAborted(this.#parts.next(), this.#signal)
    const part = done === true ? new Uint8Array() : value
    this.isLast = done === true
    this.#take(part)
    return !this.isLast
  }

  /** Waits for `length` bytes; false if the stream ends before. */
  async atLeast(length: number): Promise<boolean> {
    while (this.end - this.at < length) if (!(await this.more())) return false
    return true
  }

  #take(part: Uint8Array): void {
    const unused = this.end - this.at
    const needed = unused + part.length + padding
    if (needed > longest) throw damaged(this.position, 'a value is too long')
    const buffer = needed > this.bytes.length ? newBuffer(Math.max(needed, 2 * this.bytes.length)) : this.bytes
    this.bytes.copy(buffer, 0, this.at, this.end)
    buffer.set(part, unused)
    buffer.fill(0, unused + part.length, needed)
    this.#base += this.at
    this.bytes = buffer
    this.at = 0
    this.end = unused + part.length
  }

  /** Reads one byte; `part` names it in errors. */
  async byte(part: string): Promise<number> {
    if (!(await this.atLeast(1))) throw cutOff(this.position, part)
    return this.bytes[this.at++]!
  }

  /** Reads one number of at most ten bytes. */
  async number(part: string, max: number = Number.MAX_SAFE_INTEGER): Promise<number> {
    if (this.end - this.at < 10) await this.atLeast(10)
    const number = this.takeNumber()
    if (this.at > this.end) throw cutOff(this.end + this.#base, part)
    if (number > max) throw damaged(this.position, `${part} is ${number}, more than ${max}`)
    return number
  }

  /** Reads a text preceded by its length. */
  async text(part: string, max: number): Promise<string> {
    const length = await this.number(part, max)
    if (!(await this.atLeast(length))) throw cutOff(this.#base + this.end, part)
    this.at += length
    return this.bytes.toString('utf8', this.at - length, this.at)
  }

  /** Reads a JSON object preceded by its length. */
  async json(part: string): Promise<Readonly<Record<string, unknown>>> {
    const begin = this.position
    const text = await this.text(part, 2 ** 24)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw damaged(begin, `${part} is not JSON`)
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw damaged(begin, `${part} is not an object`)
    return value as Record<string, unknown>
  }

  /** Reads a number from bytes that have arrived, or the zeros after them. */
  takeNumber(): number {
    let number = 0
    for (let scale = 1, count = 0; ; scale *= 128) {
      const byte = this.bytes[this.at++]!
      number += (byte & 127) * scale
      if (byte < 128) break
      if (++count === 10) throw damaged(this.position, 'a number has more than ten bytes')
    }
    if (number > Number.MAX_SAFE_INTEGER) throw damaged(this.position, 'a number exceeds 2^53')
    return number
  }

  /** Closes the stream. */
  async close(): Promise<void> {
    await this.#parts.return?.()
  }
}

// Not from the pool that buffers share.
const newBuffer = (size: number): Buffer => Buffer.from(new ArrayBuffer(size))
