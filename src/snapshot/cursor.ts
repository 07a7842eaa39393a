import { LeakscopeError } from '../errors.js'
import { unlessAborted } from '../task.js'
import type { Source } from './source.js'

/** As much as stays in the processor's cache between being read and being parsed, and enough for reading to be seldom. */
const roomSize = 2 ** 20

/**
 * A place in a stream of bytes. What has arrived and is not yet used lies in `bytes` from `at` to `end`; whoever uses some moves `at`
 * on. Loops over the bytes are synchronous and ask for more only when these run out.
 */
export class Cursor {
  /** A Buffer, whose `indexOf` is several times as fast as that of other typed arrays. */
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

  /** Position in the stream behind what has arrived. */
  get ending(): number {
    return this.#base + this.end
  }

  /** Brings more behind what is not yet used; false at the end of the stream. `at` moves to 0. */
  async more(): Promise<boolean> {
    this.#signal.throwIfAborted()
    this.#makeRoom()
    const reading = this.#source.read(this.bytes.subarray(this.end))
    const arrived = typeof reading === 'number' ? reading : await unlessAborted(reading, this.#signal)
    this.end += arrived
    return arrived > 0
  }

  /** Moves what is unused to the front. If it is long (a long string), the room grows: else it would be moved over and over. */
  #makeRoom(): void {
    const unused = this.bytes.subarray(this.at, this.end)
    if (unused.length > this.bytes.length / 2) this.bytes = roomOf(2 * this.bytes.length)
    this.bytes.set(unused)
    this.#base += this.at
    this.at = 0
    this.end = unused.length
  }

  /** Moves past white space to the byte behind it and gives that, or -1 at the end of the stream. */
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

  /** Moves past white space and the byte that must stand behind it. */
  async expect(character: string, where: string): Promise<void> {
    const byte = await this.peek()
    if (byte !== character.charCodeAt(0)) throw unexpected(this, byte, `\`${character}\` ${where}`)
    this.at++
  }

  /** Lets go of the stream, whether or not it has ended. */
  async close(): Promise<void> {
    await this.#source.close()
  }
}

// Of its own, never out of the pool that buffers share.
const roomOf = (size: number): Buffer => Buffer.from(new ArrayBuffer(size))

/** The snapshot says something that cannot be. */
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

/** Another byte stands where `wanted` should; -1 for none. */
export const unexpected = (cursor: Cursor, byte: number, wanted: string): LeakscopeError =>
  byte < 0
    ? truncated(cursor.position, `where ${wanted} is expected`)
    : broken(cursor.position, `expected ${wanted}, found ${shown(byte)}`)

const shown = (byte: number): string =>
  byte > 0x20 && byte < 0x7f ? `\`${String.fromCharCode(byte)}\`` : `the byte 0x${byte.toString(16).padStart(2, '0')}`
