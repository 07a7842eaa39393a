import { withCapacity } from './columns.js'
import type { Shape, Variant } from './shapes.js'
import { Texts } from './texts.js'

/** The kinds of slots. */
export const strong = 0
export const weak = 1
export const smi = 2
export const nothing = 3
export const dead = 4
/** Repeats the previous slot as many times as `to` says. */
export const repeats = 8
/** Up to this many repetitions are stored as slots; more are stored as a count. */
export const maxWritten = 64
/** For a reference from outside the slots, this is added once per number of its kind. */
export const extra = 16

/**
 * The objects of a heap as they are in memory: shapes, sizes, tagged slots and raw words as columns, without names.
 * Objects are numbered by address.
 */
export class Records {
  count = 0
  /** By object: the index of its variant. */
  variant: Uint32Array = new Uint32Array(1024)
  /** By object: bytes. */
  size: Uint32Array = new Uint32Array(1024)
  /** By object: its position in the chunk, in words. */
  place: Uint16Array = new Uint16Array(1024)
  /** By object: its first slot; one more entry for the end. */
  firstSlot: Uint32Array = new Uint32Array(1025)
  /** By object: its first raw word. */
  firstRaw: Uint32Array = new Uint32Array(1025)
  /** By object: for a string, the number of its text. */
  text: Uint32Array = new Uint32Array(1024)
  slotCount = 0
  /** By slot: `strong`, `weak` … */
  how: Uint8Array = new Uint8Array(4096)
  /** By slot: the object it refers to, or its number. */
  to: Int32Array = new Int32Array(4096)
  rawCount = 0
  rawLow: Uint32Array = new Uint32Array(1024)
  rawHigh: Int32Array = new Int32Array(1024)
  readonly shapes: Shape[] = []
  readonly variants: Variant[] = []
  readonly typeNames: Map<number, string> = new Map()
  readonly texts: Texts = new Texts()
  /** By object: 1 if it has a counted repetition. */
  repeating: Uint8Array = new Uint8Array(1024)
  /** By chunk: its address in units of 256 KB, and its first object. */
  chunkAddress: number[] = []
  chunkFirst: number[] = []
  /** By chunk: whether it is in V8's read-only space. */
  chunkReadOnly: boolean[] = []

  /** Reserves capacity for `more` objects. */
  reserveObjects(more: number): void {
    const needed = this.count + more
    this.variant = withCapacity(this.variant, needed)
    this.size = withCapacity(this.size, needed)
    this.place = withCapacity(this.place, needed)
    this.firstSlot = withCapacity(this.firstSlot, needed + 1)
    this.firstRaw = withCapacity(this.firstRaw, needed + 1)
    this.text = withCapacity(this.text, needed)
    this.repeating = withCapacity(this.repeating, needed)
  }

  /** Reserves capacity for `more` slots. */
  reserveSlots(more: number): void {
    this.how = withCapacity(this.how, this.slotCount + more)
    this.to = withCapacity(this.to, this.slotCount + more)
  }

  /** Reserves capacity for `more` raw words. */
  reserveRaws(more: number): void {
    this.rawLow = withCapacity(this.rawLow, this.rawCount + more)
    this.rawHigh = withCapacity(this.rawHigh, this.rawCount + more)
  }
}
