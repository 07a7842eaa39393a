import { LeakscopeError } from '../errors.js'
import { unlessAborted } from '../task.js'
import type { Source } from './source.js'

/** Small enough to stay in the processor's cache between reading and parsing, large enough for few reads. */
const roomSize = 2 ** 20

/**
 * A position in a stream of bytes. Bytes that have arrived and are not yet consumed are in `bytes` from `at` to `end`;
 * consumers advance `at`. Loops over the bytes are synchronous and only await more when they run out.
 */
export class Cursor {
  /** A Buffer: its `indexOf` is several times as fast as that of other typed arrays. */
  bytes: Buffer = roomOf(roomSize)
  at = 0
  end = 0
  readonly #source: Source
  readonly #signal: AbortSignal
  /** Position in the stream of bytes[0]. */
  #base = 0

  constructor(source: Source, signal: AbortSignal) {
    this.#source = source
    this.#signal = signal
  }

  /** Position in the stream, in bytes from its start. */
  get position(): number {
    return this.#base + this.at
  }

  /** Position in the stream after the bytes that have arrived. */
  get ending(): number {
    return this.#base + this.end
  }

  /** Reads more bytes after the unconsumed ones; false at the end of the stream. `at` moves to 0. */
  async more(): Promise<boolean> {
    this.#signal.throwIfAborted()
    this.#makeRoom()
    const reading = this.#source.read(this.bytes.subarray(this.end))
    const arrived = typeof reading === 'number' ? reading : await unlessAborted(reading, this.#signal)
    this.end += arrived
    return arrived > 0
  }

  /**
   * Moves unconsumed bytes to the front. If there are many (a long string), the buffer grows, or they would be moved
   * repeatedly.
   */
  #makeRoom(): void {
    const unused = this.bytes.subarray(this.at, this.end)
    if (unused.length > this.bytes.length / 2) this.bytes = roomOf(2 * this.bytes.length)
    this.bytes.set(unused)
    this.#base += this.at
    this.at = 0
    this.end = unused.length
  }

  /** Skips white space and returns the next byte without consuming it, or -1 at the end of the stream. */
  async peek(): Promise<number> {
    for (;;) {
      while (this.at < this.end) {
        const byte = this.bytes[this.at]!
        if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte
        this.at++
      }
      if (!(await this.more())) return -1
    }
  }

  /** Skips white space and the required character after it. */
  async expect(character: string, where: string): Promise<void> {
    const byte = await this.peek()
    if (byte !== character.charCodeAt(0)) throw unexpected(this, byte, `\`${character}\` ${where}`)
    this.at++
  }

  /** Closes the stream, whether or not it has ended. */
  async close(): Promise<void> {
    await this.#source.close()
  }
}

// Its own memory, not from the shared buffer pool.
const roomOf = (size: number): Buffer => Buffer.from(new ArrayBuffer(size))

/** The error for invalid content. */
export const broken = (position: number, reason: string): LeakscopeError =>
  new LeakscopeError('BAD_SNAPSHOT', `damaged heap snapshot near byte ${position}: ${reason}`, {
    hint: 'Capture the heap again; if the file was copied, compare its size with the original.',
  })

/** The snapshot ends before it should. */
export class CutOff extends LeakscopeError {
  constructor(position: number, where: string) {
    super('BAD_SNAPSHOT', `the heap snapshot is cut off: it ends at byte ${position}, ${where}`, {
      hint: 'Capture the heap again, and let it finish writing.',
    })
  }
}

export const truncated = (position: number, where: string): CutOff => new CutOff(position, where)

/** The error for a byte other than `wanted`; -1 for the end of the stream. */
export const unexpected = (cursor: Cursor, byte: number, wanted: string): LeakscopeError =>
  byte < 0
    ? truncated(cursor.position, `where ${wanted} is expected`)
    : broken(cursor.position, `expected ${wanted}, found ${shown(byte)}`)

const shown = (byte: number): string =>
  byte > 0x20 && byte < 0x7f ? `\`${String.fromCharCode(byte)}\`` : `byte 0x${byte.toString(16).padStart(2, '0')}`
