import { withCapacity } from './columns.js'
import { dead, extra, maxWritten, nothing, type Records, smi, strong } from './records.js'
import { rawsIn, type Shape, slotsIn, type Variant } from './shapes.js'

/** The facts of the header that are needed to read whole objects. */
export interface WholeFacts {
  readonly nodes: number
  readonly rawWords: number
  readonly stringLimit: number
  readonly stringHeader: number
}

/** What is counted while objects are read, for comparison with the trailer. */
export interface Counts {
  bytes: number
  edges: number
  weak: number
  smis: number
  sum: number
}

/** The reader's position in a chunk. */
export interface InChunk {
  /** Objects still to be read. */
  left: number
  /** The end of the last object, in words from the start of the chunk. */
  place: number
  /** Words of a chunk. */
  readonly places: number
}

/** How the objects of a shape are read. */
const [notWhole, ofOneSize, ofOwnSize, oneByte, twoBytes] = [0, 1, 2, 3, 4]
/**
 * By shape: how, variant, words, slots, raw words. For objects of varying size, the word of the first slot replaces
 * `slots`.
 */
const perShape = 8
/** The most bytes of an object's start, of a slot, of a raw word, and of a reference outside the slots. */
const [perStart, perSlot, perRaw, perExtra] = [16, 5, 9, 7]

/**
 * The fast path for most objects: of a known shape, without an explicit layout or extra references, with small numbers
 * in their slots, and completely arrived. It makes no call per object or slot, so it takes a third of the time of
 * `Objects`, which reads all others.
 */
export class WholeObjects {
  readonly #records: Records
  readonly #facts: WholeFacts
  #shapes: Int32Array = new Int32Array(perShape * 256)

  constructor(records: Records, facts: WholeFacts) {
    this.#records = records
    this.#facts = facts
  }

  /** Sets the variant of all following objects of a shape. */
  setVariant(number: number, { form, words }: Shape, variant: number, layout: Variant): void {
    const at = perShape * number
    this.#shapes = withCapacity(this.#shapes, at + perShape)
    const { rawWords } = this.#facts
    const { simpleFrom } = layout
    if (form === 'one byte' || form === 'two bytes')
      this.#shapes.set([form === 'one byte' ? oneByte : twoBytes, variant], at)
    else if (form === 'slots' && words > 0)
      this.#shapes.set([ofOneSize, variant, words, slotsIn(layout, words), rawsIn(layout, words, rawWords)], at)
    else if (form === 'slots' && simpleFrom > 0 && simpleFrom <= rawWords)
      this.#shapes.set([ofOwnSize, variant, 0, simpleFrom, simpleFrom - 1], at)
    else this.#shapes[at] = notWhole
  }

  /** Reads from `begin`. Returns where it stopped: near `last`, or at the first object that needs `Objects`, unread. */
  read(bytes: Buffer, begin: number, last: number, chunk: InChunk, counts: Counts): number {
    const records = this.#records
    const { variant, size, place, firstSlot, firstRaw, how, to } = records
    const { nodes } = this.#facts
    const shapes = this.#shapes
    const mostRaws = records.rawLow.length
    const { places } = chunk
    const stop = records.count + chunk.left
    let { count: object, slotCount: firstOfSlots, rawCount: firstOfRaws } = records
    let at = begin
    let end = chunk.place
    let { bytes: sizes, edges, weak, smis, sum } = counts

    objects: for (; object < stop && at + perStart < last; object++) {
      let next = at
      let head = bytes[next++]!
      if (head > 127) {
        head = (head & 127) | (bytes[next++]! << 7)
        if (head > 0x3fff) break
      }
      const shape = perShape * (head >>> 3)
      const kind = shape < shapes.length ? shapes[shape]! : notWhole
      if (kind === notWhole || (head & (kind >= oneByte ? 6 : 2)) !== 0) break
      let start = end
      if ((head & 1) !== 0) {
        const gap = bytes[next++]!
        if (gap > 127) break
        start += gap
      }
      if (start >= places) break
      let slot = firstOfSlots
      let raw = firstOfRaws
      let words = shapes[shape + 2]!

      if (kind >= oneByte) {
        next = this.#string(bytes, next, last, object, kind === twoBytes)
        if (next < 0) break
        words = this.#words
        raw++
      } else {
        let slots = shapes[shape + 3]!
        if (kind === ofOwnSize) {
          words = bytes[next++]!
          if (words > 127) {
            words = (words & 127) | (bytes[next++]! << 7)
            if (words > 0x3fff) break
          }
          slots = words - slots
          if (slots < 0) break
        }
        const slotEnd = slot + slots
        raw += shapes[shape + 4]!
        if (
          next + perSlot * slots + perRaw * (raw - firstOfRaws) + perExtra > last ||
          slotEnd > to.length ||
          raw > mostRaws
        )
          break
        let references = 0
        let weakOnes = 0
        let small = 0
        let targets = 0
        while (slot < slotEnd) {
          let byte = bytes[next++]!
          const what = byte & 3
          let half = (byte & 127) >> 2
          for (let shift = 5; byte > 127; shift += 7) {
            byte = bytes[next++]!
            if (shift === 26 && byte > 31) break objects
            half |= (byte & 127) << shift
          }
          const number = (half >>> 1) ^ -(half & 1)
          if (what < 2) {
            const target = object + number
            if (target < 0 || target >= nodes) break objects
            to[slot] = target
            how[slot++] = what
            targets = (targets + target) | 0
            weakOnes += what
            references++
          } else if (what === 2) {
            to[slot] = number
            how[slot++] = smi
            small++
          } else if (half < 2) {
            to[slot] = 0
            how[slot++] = half === 0 ? nothing : dead
          } else {
            // Repeats the previous value.
            const times = bytes[next++]!
            if (half > 2 || times < 1 || times > maxWritten || slot === firstOfSlots || slot + times > slotEnd)
              break objects
            const kindBefore = how[slot - 1]!
            const before = to[slot - 1]!
            for (const repeatEnd = slot + times; slot < repeatEnd; slot++) {
              to[slot] = before
              how[slot] = kindBefore
            }
            if (kindBefore < 2) {
              targets = (targets + Math.imul(times, before)) | 0
              weakOnes += times * kindBefore
              references += times
            } else if (kindBefore === smi) small += times
          }
        }
        if (raw > firstOfRaws) {
          next = this.#raws(bytes, next, firstOfRaws, raw)
          if (next < 0) break
        }
        if ((head & 4) !== 0) {
          const target = slot < to.length ? this.#code(bytes, next, object) : -1
          if (target < 0) break
          next = this.#afterCode
          to[slot] = target
          how[slot++] = strong + 2 * extra
          targets = (targets + target) | 0
          references++
        }
        edges += references
        weak += weakOnes
        smis += small
        sum = (sum + targets) | 0
      }

      variant[object] = shapes[shape + 1]!
      size[object] = 8 * words
      place[object] = start
      firstSlot[object + 1] = firstOfSlots = slot
      firstRaw[object + 1] = firstOfRaws = raw
      sizes += 8 * words
      end = start + words
      at = next
      records.rawCount = raw
    }
    chunk.left = stop - object
    chunk.place = end
    records.count = object
    records.slotCount = firstOfSlots
    counts.bytes = sizes
    counts.edges = edges
    counts.weak = weak
    counts.smis = smis
    counts.sum = sum
    return at
  }

  /** Reads raw words from `first` to before `end`. Returns where they end in `bytes`, or -1. */
  #raws(bytes: Buffer, begin: number, first: number, end: number): number {
    const { rawLow, rawHigh } = this.#records
    let next = begin
    for (let raw = first; raw < end; raw++) {
      let byte = bytes[next++]!
      if (byte === 1) {
        rawLow[raw] = wordAt(bytes, next)
        rawHigh[raw] = wordAt(bytes, next + 4)
        next += 8
        continue
      }
      if ((byte & 1) === 1) return -1
      let half = (byte & 127) >> 1
      for (let shift = 6; byte > 127; shift += 7) {
        byte = bytes[next++]!
        if (shift === 27 && byte > 31) return -1
        half |= (byte & 127) << shift
      }
      rawLow[raw] = 0
      rawHigh[raw] = (half >>> 1) ^ -(half & 1)
    }
    return next
  }

  #afterCode = 0

  /** The only reference outside the slots, if it is that of a function to its code; else -1. */
  #code(bytes: Buffer, begin: number, object: number): number {
    let next = begin
    if (bytes[next++] !== 1 || bytes[next++] !== 2) return -1
    let byte = bytes[next++]!
    if ((byte & 3) !== strong) return -1
    let half = (byte & 127) >> 2
    for (let shift = 5; byte > 127; shift += 7) {
      byte = bytes[next++]!
      if (shift === 26 && byte > 31) return -1
      half |= (byte & 127) << shift
    }
    const target = object + ((half >>> 1) ^ -(half & 1))
    this.#afterCode = next
    return target < this.#facts.nodes ? target : -1
  }

  /** The size in words of the string read last. */
  #words = 0

  /** Reads the text of a string. Returns where it ends in `bytes`, or -1. */
  #string(bytes: Buffer, begin: number, last: number, object: number, isWide: boolean): number {
    const { text, texts, rawLow, rawHigh, rawCount } = this.#records
    const { stringLimit, stringHeader } = this.#facts
    let next = begin
    // The hash has five bytes at most.
    while (bytes[next++]! > 127) if (next === begin + 5) return -1
    let length = bytes[next++]!
    if (length > 127) {
      length = (length & 127) | (bytes[next++]! << 7)
      if (length > 0x3fff) return -1
    }
    const end = next + (isWide ? 2 * length : length)
    if (length > stringLimit || end > last || rawCount === rawLow.length) return -1
    this.#words = (stringHeader + end - next + 7) >>> 3
    text[object] = texts.add(bytes, next, end, isWide)
    rawLow[rawCount] = length
    rawHigh[rawCount] = 0
    return end
  }
}

const wordAt = (bytes: Buffer, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
