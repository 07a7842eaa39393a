import { withRoom } from './columns.js'
import type { Shape, Variant } from './shapes.js'
import { Texts } from './texts.js'

/** What stands in a slot. */
export const strong = 0
export const weak = 1
export const smi = 2
export const nothing = 3
export const dead = 4
/** The slot before it comes again, so many times more. */
export const repeats = 8
/** A slot that comes again is written out so often; more often, and it is counted. */
export const mostWritten = 64
/** A reference that is in no slot of the object; the number of its kind times this is added. */
export const extra = 16

/**
 * The objects of a heap as they lie in memory: shapes, sizes, tagged slots and raw words as columns. Nothing has a name yet. Objects are
 * numbered by address.
 */
export class Records {
  count = 0
  /** By object: which of `variants` it is. */
  variant: Uint32Array = new Uint32Array(1024)
  /** By object: bytes. */
  size: Uint32Array = new Uint32Array(1024)
  /** By object: its place in the chunk, in words. */
  place: Uint16Array = new Uint16Array(1024)
  /** By object: its first slot, and one more for the end. */
  firstSlot: Uint32Array = new Uint32Array(1025)
  /** By object: its first raw word. */
  firstRaw: Uint32Array = new Uint32Array(1025)
  /** By object: of a string, its text. */
  text: Uint32Array = new Uint32Array(1024)
  slotCount = 0
  /** By slot: `strong`, `weak` … */
  how: Uint8Array = new Uint8Array(4096)
  /** By slot: the object it refers to, or the number it holds. */
  to: Int32Array = new Int32Array(4096)
  rawCount = 0
  rawLow: Uint32Array = new Uint32Array(1024)
  rawHigh: Int32Array = new Int32Array(1024)
  readonly shapes: Shape[] = []
  readonly variants: Variant[] = []
  readonly typeNames: Map<number, string> = new Map()
  readonly texts: Texts = new Texts()
  /** By object: 1 where a slot comes again more often than is written out. */
  repeating: Uint8Array = new Uint8Array(1024)
  /** By chunk: its address in units of 256 KB, and its first object. */
  chunkAddress: number[] = []
  chunkFirst: number[] = []
  /** By chunk: whether it is of the memory that V8 never changes. */
  chunkReadOnly: boolean[] = []

  /** Room for so many objects more. */
  reserveObjects(more: number): void {
    const needed = this.count + more
    this.variant = withRoom(this.variant, needed)
    this.size = withRoom(this.size, needed)
    this.place = withRoom(this.place, needed)
    this.firstSlot = withRoom(this.firstSlot, needed + 1)
    this.firstRaw = withRoom(this.firstRaw, needed + 1)
    this.text = withRoom(this.text, needed)
    this.repeating = withRoom(this.repeating, needed)
  }

  /** Room for so many slots more. */
  reserveSlots(more: number): void {
    this.how = withRoom(this.how, this.slotCount + more)
    this.to = withRoom(this.to, this.slotCount + more)
  }

  /** Room for so many raw words more. */
  reserveRaws(more: number): void {
    this.rawLow = withRoom(this.rawLow, this.rawCount + more)
    this.rawHigh = withRoom(this.rawHigh, this.rawCount + more)
  }
}
