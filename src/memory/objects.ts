import { cutOff, damaged } from './damage.js'
import { dead, extra, maxWritten, nothing, type Records, repeats, smi, strong, weak } from './records.js'
import { type Form, forms, type Run, rawsIn, runKinds, type Shape, slotsIn, variantOf } from './shapes.js'
import { type Counts, type InChunk, WholeObjects } from './whole-objects.js'

/** The facts of the header that are needed to read objects. */
export interface ObjectFacts {
  readonly nodes: number
  readonly rawWords: number
  readonly stringLimit: number
  readonly externalLimit: number
  readonly stringHeader: number
  readonly chunkBits: number
  /** Whether strings of a type have one byte per character. */
  isOneByte(type: number): boolean
}

/** Numbers have at most ten bytes, and a few are read between two checks against the end. */
const margin = 48
/** The largest start of an object, with its layout and the definition of its shape. */
const longestStart = 2 ** 22
const maxSlots = 2 ** 31

const [atObject, inSlots, inRaws, inExtras] = [0, 1, 2, 3]

/**
 * Reads objects into columns, as far as their bytes have arrived. One object may arrive in many parts. `WholeObjects`
 * reads most objects; this class reads the others, and reports damage.
 */
export class Objects {
  readonly #records: Records
  readonly #facts: ObjectFacts
  readonly #layoutOf: number[] = []
  #state = atObject
  #slotsLeft = 0
  #rawsLeft = 0
  #extrasLeft = 0
  #hasExtras = false
  #hasPrevious = false
  readonly #chunk: InChunk
  readonly #whole: WholeObjects
  readonly counts: Counts = { bytes: 0, edges: 0, weak: 0, smis: 0, sum: 0 }

  constructor(records: Records, facts: ObjectFacts) {
    this.#records = records
    this.#facts = facts
    this.#chunk = { left: 0, place: 0, places: 2 ** (facts.chunkBits - 3) }
    this.#whole = new WholeObjects(records, facts)
  }

  /** The number of objects still missing from the chunk. */
  get left(): number {
    return this.#chunk.left
  }

  /** Whether all objects have been read. */
  get isWhole(): boolean {
    return this.#records.count === this.#facts.nodes && this.left === 0
  }

  /** Starts a chunk. */
  chunk(position: number, address: number, count: number, isReadOnly: boolean): void {
    const { chunkAddress, chunkFirst, count: before } = this.#records
    const last = chunkAddress.at(-1)
    const { place, places } = this.#chunk
    const end = last === undefined ? 0 : last * places + place
    if (last !== undefined && (address <= last || address * places < end))
      throw damaged(position, 'a chunk overlaps the previous one')
    if (count < 1 || count > places) throw damaged(position, `a chunk of ${count} objects`)
    if (before + count > this.#facts.nodes)
      throw damaged(position, `more objects than the ${this.#facts.nodes} in the header`)
    chunkAddress.push(address)
    chunkFirst.push(before)
    this.#records.chunkReadOnly.push(isReadOnly)
    this.#chunk.left = count
    this.#chunk.place = 0
    this.#records.reserveObjects(count)
  }

  /**
   * Reads as many as possible of the bytes from `begin` to `end`, and returns the position where it stopped. `isLast`:
   * no more bytes will arrive. Zeros follow `end`.
   */
  take(bytes: Buffer, begin: number, end: number, isLast: boolean, base: number): number {
    const last = isLast ? end : end - margin
    let at = begin
    while (this.left > 0 && at < last) {
      if (this.#state === atObject) {
        at = this.#whole.read(bytes, at, last, this.#chunk, this.counts)
        if (this.left === 0 || at >= last) return at
        const next = this.#open(bytes, at, end, isLast, base)
        if (next < 0) {
          if (isLast) throw cutOff(base + end, 'part of an object')
          if (end - at > longestStart + 2 * this.#needed) throw damaged(base + at, 'an object is too long')
          return at
        }
        at = next
      }
      if (this.#state === inSlots) {
        at = this.#slots(bytes, at, last, end, base)
        if (this.#slotsLeft > 0) break
        this.#state = inRaws
      }
      if (this.#state === inRaws) {
        at = this.#raws(bytes, at, last)
        if (this.#rawsLeft > 0) break
        this.#state = inExtras
      }
      if (this.#state === inExtras) {
        at = this.#extras(bytes, at, last, base)
        if (this.#hasExtras || this.#extrasLeft > 0) break
        this.#close()
      }
    }
    return at
  }

  #needed = 0
  #at = 0

  /** Reads the number at `#at`, of at most ten bytes, and moves `#at` past it. */
  #number(bytes: Buffer): number {
    let byte = bytes[this.#at++]!
    if (byte < 128) return byte
    let number = byte & 127
    for (let scale = 128, count = 1; count < 10; scale *= 128, count++) {
      byte = bytes[this.#at++]!
      number += (byte & 127) * scale
      if (byte < 128) break
    }
    return number
  }

  /** Reads an object up to its slots. Returns their position; -1, without any effect, if too few bytes have arrived. */
  #open(bytes: Buffer, begin: number, end: number, isLast: boolean, base: number): number {
    const records = this.#records
    const { shapes, variants } = records
    this.#at = begin
    this.#needed = 0
    this.#newType = undefined
    const head = this.#number(bytes)
    const gap = head & 1 ? this.#number(bytes) : 0
    const number = Math.floor(head / 8)
    const place = this.#chunk.place + gap
    if (place >= this.#chunk.places) throw damaged(base + begin, 'an object is beyond the end of its chunk')
    if (number > shapes.length) throw damaged(base + begin, `an object has shape ${number} of ${shapes.length}`)
    const shape = shapes[number] ?? this.#define(bytes, end, base)
    if (shape === undefined) return -1
    const object = records.count
    const isString = shape.form !== 'slots'
    let words = 0
    let text = 0
    let runs: readonly Run[] | undefined
    if (isString) {
      if ((head & 2) !== 0) throw damaged(base + begin, 'a string has a layout')
      words = this.#string(bytes, shape, end, base)
      text = this.#text
    } else {
      words = shape.words === 0 ? this.#number(bytes) : shape.words
      // Past the end there are only zeros.
      if (this.#at <= end && (words < 1 || words > maxSlots / 8))
        throw damaged(base + begin, `an object has ${words} words`)
      if ((head & 2) !== 0) runs = this.#runs(bytes, end, base)
    }
    if (this.#at > end || words < 0 || ((head & 2) !== 0 && runs === undefined)) {
      if (isLast) throw cutOff(base + end, 'part of an object')
      return -1
    }

    if (number === shapes.length) shapes.push(shape)
    if (this.#newType !== undefined) records.typeNames.set(shape.type, this.#newType)
    let layout = this.#layoutOf[number]
    if (layout === undefined || runs !== undefined) {
      const variant = variantOf(number, runs ?? (isString ? [] : plain))
      layout = variants.push(variant) - 1
      this.#layoutOf[number] = layout
      this.#whole.setVariant(number, shape, layout, variant)
    }
    records.variant[object] = layout
    records.size[object] = 8 * words
    records.place[object] = place
    records.text[object] = text
    if (isString) {
      records.reserveRaws(1)
      records.rawLow[records.rawCount] = this.#length
      records.rawHigh[records.rawCount++] = 0
    } else {
      const variant = variants[layout]!
      this.#slotsLeft = slotsIn(variant, words)
      this.#rawsLeft = rawsIn(variant, words, this.#facts.rawWords)
      if (this.#rawsLeft > 0) records.reserveRaws(this.#rawsLeft)
    }
    this.#chunk.place = place + words
    this.#hasExtras = (head & 4) !== 0
    this.#hasPrevious = false
    this.#state = inSlots
    return this.#at
  }

  /** The name of the object's type, if it is new. */
  #newType: string | undefined = undefined
  /** For a string: the number of its text, and its length in characters. */
  #text = 0
  #length = 0

  #define(bytes: Buffer, end: number, base: number): Shape | undefined {
    const begin = this.#at
    const type = this.#number(bytes)
    if (type > 0xffff) throw damaged(base + begin, `a shape has type ${type}`)
    if (!this.#records.typeNames.has(type)) {
      const length = this.#number(bytes)
      if (length > 200) throw damaged(base + begin, `the name of a type has ${length} characters`)
      if (this.#at + length > end) return undefined
      this.#newType = bytes.toString('latin1', this.#at, this.#at + length)
      this.#at += length
    }
    if (this.#at + 15 > end) return undefined
    const form: Form | undefined = forms[bytes[this.#at++]!]
    if (form === undefined) throw damaged(base + begin, `a shape has form ${bytes[this.#at - 1]}`)
    const words = bytes[this.#at++]!
    if (words === 0 && form === 'external') throw damaged(base + begin, 'an external string has no size')
    const map = Uint8Array.from(bytes.subarray(this.#at, this.#at + 12))
    this.#at += 12
    const mapNode = this.#number(bytes)
    if (this.#at > end) return undefined
    if (mapNode >= this.#facts.nodes) throw damaged(base + begin, `the map of a shape is node ${mapNode}`)
    return { type, form, words, map, mapNode }
  }

  #runs(bytes: Buffer, end: number, base: number): Run[] | undefined {
    const count = this.#number(bytes)
    const runs: Run[] = []
    let before = 1
    for (let run = 0; run < count; run++) {
      const start = before + this.#number(bytes)
      const length = this.#number(bytes)
      const kind = runKinds[bytes[this.#at++]!]
      if (this.#at > end) return undefined
      if (kind === undefined) throw damaged(base + this.#at - 1, `a run has kind ${bytes[this.#at - 1]}`)
      if (start + length > maxSlots) throw damaged(base + this.#at, 'a run is too long')
      before = length === 0 ? Number.POSITIVE_INFINITY : start + length
      runs.push({ start, end: before, kind })
      if (length === 0 && run + 1 < count) throw damaged(base + this.#at, 'a run follows the last')
    }
    return runs
  }

  /** Reads a string. Returns its size in words; -1 if too few bytes have arrived. */
  #string(bytes: Buffer, shape: Shape, end: number, base: number): number {
    const { stringLimit, externalLimit, stringHeader, isOneByte } = this.#facts
    this.#number(bytes) // the hash
    const length = this.#number(bytes)
    if (length > 2 ** 30) throw damaged(base + this.#at, `a string has ${length} characters`)
    let written = Math.min(length, stringLimit)
    let isWide = shape.form === 'two bytes'
    if (shape.form === 'external') {
      isWide = !isOneByte(shape.type)
      written = this.#number(bytes)
      if (written > externalLimit || written > length)
        throw damaged(base + this.#at, `an external string includes ${written} characters`)
    }
    const byteLength = isWide ? 2 * written : written
    if (this.#at + byteLength > end) {
      this.#needed = byteLength
      return -1
    }
    this.#length = length
    this.#text = this.#records.texts.add(bytes, this.#at, this.#at + byteLength, isWide)
    this.#at += byteLength
    if (shape.form === 'external') return shape.words
    return Math.ceil((stringHeader + (isWide ? 2 * length : length)) / 8)
  }

  #slots(bytes: Buffer, begin: number, last: number, end: number, base: number): number {
    let left = this.#slotsLeft
    if (left === 0) return begin
    const records = this.#records
    records.reserveSlots(Math.min(left, end - begin) + 2 * maxWritten)
    let { how, to } = records
    const self = records.count
    const { nodes } = this.#facts
    let slot = records.slotCount
    const { counts } = this
    let { sum, edges, weak: weakEdges, smis } = counts
    let hasPrevious = this.#hasPrevious
    let at = begin

    while (left > 0 && at < last) {
      let value = bytes[at++]!
      if (value > 127) {
        let byte = bytes[at++]!
        value = (value & 127) | ((byte & 127) << 7)
        if (byte > 127) {
          byte = bytes[at++]!
          value |= (byte & 127) << 14
          if (byte > 127) {
            byte = bytes[at++]!
            value |= (byte & 127) << 21
            for (let scale = 2 ** 28; byte > 127; scale *= 128) {
              byte = bytes[at++]!
              value += (byte & 127) * scale
              if (scale > 2 ** 62) throw damaged(base + at, 'a number has more than ten bytes')
            }
          }
        }
      }
      const kind = value % 4
      const half = value < 2 ** 31 ? value >>> 2 : Math.floor(value / 4)
      if (kind < 2) {
        const target = self + (half % 2 === 0 ? half / 2 : -(half + 1) / 2)
        if (!(target >= 0 && target < nodes)) throw damaged(base + at, `a reference to node ${target} of ${nodes}`)
        to[slot] = target
        how[slot++] = kind
        sum = (sum + target) | 0
        edges++
        weakEdges += kind
      } else if (kind === 2) {
        const number = half % 2 === 0 ? half / 2 : -(half + 1) / 2
        if (!(number >= -(2 ** 31) && number < 2 ** 31)) throw damaged(base + at, `the small integer ${number}`)
        to[slot] = number
        how[slot++] = smi
        smis++
      } else if (half < 2) {
        to[slot] = 0
        how[slot++] = half === 0 ? nothing : dead
      } else if (half === 2) {
        this.#at = at
        const count = this.#number(bytes)
        at = this.#at
        if (!hasPrevious || count < 1 || count > left) throw damaged(base + at, `a value is repeated ${count} times`)
        const before = how[slot - 1]!
        const value = to[slot - 1]!
        if (before === repeats) throw damaged(base + at, 'a repetition is repeated')
        if (before < 2) {
          edges += count
          weakEdges += before * count
          sum = (sum + Math.imul(count, value)) | 0
        } else if (before === smi) smis += count
        left -= count
        if (count > maxWritten) {
          to[slot] = count
          how[slot++] = repeats
          records.repeating[self] = 1
        } else {
          for (const stop = slot + count; slot < stop; slot++) {
            to[slot] = value
            how[slot] = before
          }
        }
        if (slot + (end - at) + 2 * maxWritten > to.length) {
          records.slotCount = slot
          records.reserveSlots(Math.min(left, end - at) + 2 * maxWritten)
          ;({ how, to } = records)
        }
        continue
      } else throw damaged(base + at, `a value has kind ${half}`)
      left--
      hasPrevious = true
    }
    records.slotCount = slot
    this.#slotsLeft = left
    this.#hasPrevious = hasPrevious
    counts.sum = sum
    counts.edges = edges
    counts.weak = weakEdges
    counts.smis = smis
    return at
  }

  #raws(bytes: Buffer, begin: number, last: number): number {
    const { rawLow, rawHigh } = this.#records
    this.#at = begin
    while (this.#rawsLeft > 0 && this.#at < last) {
      const word = this.#number(bytes)
      const raw = this.#records.rawCount++
      if (word % 2 === 0) {
        const half = word / 2
        rawLow[raw] = 0
        rawHigh[raw] = half % 2 === 0 ? half / 2 : -(half + 1) / 2
      } else {
        rawLow[raw] = bytes.readUInt32LE(this.#at)
        rawHigh[raw] = bytes.readInt32LE(this.#at + 4)
        this.#at += 8
      }
      this.#rawsLeft--
    }
    return this.#at
  }

  #extras(bytes: Buffer, begin: number, last: number, base: number): number {
    const { counts } = this
    const records = this.#records
    this.#at = begin
    if (this.#hasExtras) {
      if (begin >= last) return begin
      this.#extrasLeft = this.#number(bytes)
      this.#hasExtras = false
    }
    while (this.#extrasLeft > 0 && this.#at < last) {
      const kind = bytes[this.#at++]!
      const value = this.#number(bytes)
      if (kind < 1 || kind > 3) throw damaged(base + this.#at, `an extra reference has kind ${kind}`)
      records.reserveSlots(1)
      const slot = records.slotCount++
      const half = Math.floor(value / 4)
      const how = value % 4
      if (how > 1) {
        records.to[slot] = 0
        records.how[slot] = nothing + extra * kind
        if (how === 2) counts.smis++
      } else {
        const target = records.count + (half % 2 === 0 ? half / 2 : -(half + 1) / 2)
        if (!(target >= 0 && target < this.#facts.nodes))
          throw damaged(base + this.#at, `a reference to node ${target} of ${this.#facts.nodes}`)
        records.to[slot] = target
        records.how[slot] = (how === 1 ? weak : strong) + extra * kind
        counts.sum = (counts.sum + target) | 0
        counts.edges++
        if (how === 1) counts.weak++
      }
      this.#extrasLeft--
    }
    return this.#at
  }

  #close(): void {
    const records = this.#records
    this.counts.bytes += records.size[records.count]!
    records.count++
    records.firstSlot[records.count] = records.slotCount
    records.firstRaw[records.count] = records.rawCount
    this.#chunk.left--
    this.#state = atObject
  }
}

const plain: readonly Run[] = [{ start: 1, end: Number.POSITIVE_INFINITY, kind: 'plain' }]
