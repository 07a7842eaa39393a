import type { Dump } from './dump.js'
import { type Records, repeats, smi, strong, weak } from './records.js'
import type { Shape, Variant } from './shapes.js'
import { typeNamesOf } from './type-names.js'
import { type V8Layout, v8Layout } from './v8-layout.js'

/** Words of an array beyond this are not accessible. */
const maxExpanded = 2 ** 27

/** The slot indexes of an object's first words are precomputed. */
const fewWords = 16

/** The first slots of an object, such as the counts of a table, are found without expanding repetitions. */
const fewSlots = 8

/** Accesses the references and numbers of objects by word. Returns -1 or `undefined` if there are none. */
export class View {
  readonly records: Records
  readonly layout: V8Layout
  readonly typeName: ReadonlyMap<number, string>
  /** The instance type of global objects, the first type of JavaScript objects; `undefined` if the heap has none. */
  readonly globalObject: number | undefined
  readonly readOnlyRanges: readonly (readonly [from: number, end: number])[]
  /** By variant: V8's name for the instance type. */
  readonly typeOf: readonly string[]
  /** By variant: the word from which on all are slots, or 0. */
  readonly #simpleFrom: Uint32Array
  /** By variant and word (of the first `fewWords`): the index of its slot, or -1. */
  readonly #slotIndexes: Int8Array

  constructor({ records, header }: Dump) {
    this.records = records
    this.layout = v8Layout(header)
    this.typeName = typeNamesOf(records.typeNames, header.constants)
    for (const [number, name] of this.typeName)
      if (name === 'JS_GLOBAL_OBJECT_TYPE') {
        this.globalObject = number
        break
      }
    this.readOnlyRanges = readOnly(records)
    this.typeOf = records.variants.map(({ shape }) => this.typeName.get(records.shapes[shape]!.type) ?? '')
    this.#simpleFrom = Uint32Array.from(records.variants, ({ simpleFrom }) => simpleFrom)
    this.#slotIndexes = new Int8Array(records.variants.length * fewWords)
    for (const [variantIndex, variant] of records.variants.entries())
      for (let word = 0; word < fewWords; word++)
        this.#slotIndexes[variantIndex * fewWords + word] = slotIndex(variant, word)
  }

  /** By variant: 1 if its objects are of one of the instance types. */
  areOfType(...types: readonly string[]): Uint8Array {
    return Uint8Array.from(this.typeOf, type => (types.includes(type) ? 1 : 0))
  }

  variant(object: number): Variant {
    return this.records.variants[this.records.variant[object]!]!
  }

  shape(object: number): Shape {
    return this.records.shapes[this.variant(object).shape]!
  }

  /** V8's name for the instance type: `JS_MAP_TYPE`. */
  type(object: number): string {
    return object < 0 ? '' : this.typeOf[this.records.variant[object]!]!
  }

  isString(object: number): boolean {
    return object >= 0 && this.shape(object).type < this.layout.firstNonString
  }

  words(object: number): number {
    return this.records.size[object]! >>> 3
  }

  /** The slot of a word, or -1. */
  slot(object: number, word: number): number {
    const { firstSlot, repeating, variant, size } = this.records
    const simpleFrom = this.#simpleFrom[variant[object]!]!
    const index = simpleFrom > 0 ? word - simpleFrom : this.#slotIndex(object, word)
    if (index < 0 || word >= size[object]! >>> 3) return -1
    if (repeating[object] === 1) return this.#repeated(object, index)
    const slot = firstSlot[object]! + index
    return slot < firstSlot[object + 1]! ? slot : -1
  }

  /** For an object with several runs of slots: the index of a word's slot, or -1. */
  #slotIndex(object: number, word: number): number {
    const variantIndex = this.records.variant[object]!
    return word < fewWords
      ? this.#slotIndexes[variantIndex * fewWords + word]!
      : slotIndex(this.records.variants[variantIndex]!, word)
  }

  #expanded = new Int32Array()
  #expandedOf = -1

  /**
   * The slot in an object with repetitions. They are expanded once per object, as its words are usually read in order.
   */
  #repeated(object: number, index: number): number {
    if (this.#expandedOf !== object) {
      if (index < fewSlots) return this.#counted(object, index)
      const { firstSlot, how, to } = this.records
      const length = Math.min(this.words(object), maxExpanded)
      const expanded = new Int32Array(length).fill(-1)
      let at = 0
      for (let slot = firstSlot[object]!; slot < firstSlot[object + 1]! && at < length; slot++) {
        if (how[slot] === repeats) {
          expanded.fill(slot - 1, at, at + to[slot]!)
          at += to[slot]!
        } else if (how[slot]! < repeats) expanded[at++] = slot
      }
      this.#expanded = expanded
      this.#expandedOf = object
    }
    return this.#expanded[index] ?? -1
  }

  /** The same for one of the first slots, found by counting. */
  #counted(object: number, index: number): number {
    const { firstSlot, how, to } = this.records
    const end = firstSlot[object + 1]!
    for (let slot = firstSlot[object]!, left = index; slot < end; slot++) {
      if (how[slot]! > repeats) continue
      const times = how[slot] === repeats ? to[slot]! : 1
      if (left < times) return how[slot] === repeats ? slot - 1 : slot
      left -= times
    }
    return -1
  }

  /** The array index of an object's first slot, if all following words are slots: index 0 is word 2. */
  arrayIndexOfFirstSlot(object: number): number {
    const { simpleFrom, runs } = this.variant(object)
    return (simpleFrom > 0 ? simpleFrom : (runs[0]?.start ?? 2)) - 2
  }

  /** The object a word refers to, or -1. */
  ref(object: number, word: number): number {
    const slot = this.slot(object, word)
    return slot >= 0 && this.records.how[slot]! <= weak ? this.records.to[slot]! : -1
  }

  /** The object a word refers to by a strong reference, or -1. */
  strongRef(object: number, word: number): number {
    const slot = this.slot(object, word)
    return slot >= 0 && this.records.how[slot] === strong ? this.records.to[slot]! : -1
  }

  /** The small integer in a word. */
  smi(object: number, word: number): number | undefined {
    const slot = this.slot(object, word)
    if (slot >= 0) return this.records.how[slot] === smi ? this.records.to[slot]! : undefined
    return undefined
  }

  /** The index of an untagged word among the raw words, or -1. */
  raw(object: number, word: number): number {
    const { firstRaw } = this.records
    const { runs } = this.variant(object)
    let index = word - 1
    for (const { start, end } of runs) {
      if (word >= start && word < end) return -1
      if (start < word) index -= Math.min(end, word) - start
    }
    const raw = firstRaw[object]! + index
    return index >= 0 && raw < firstRaw[object + 1]! ? raw : -1
  }

  /** The 32 bits at a byte offset, whether in a tagged word (the upper half of a small integer) or not. */
  bits(object: number, byte: number): number | undefined {
    const word = byte >>> 3
    const raw = this.raw(object, word)
    if (raw >= 0) return (byte & 4) !== 0 ? this.records.rawHigh[raw]! : this.records.rawLow[raw]! | 0
    const number = this.smi(object, word)
    return number === undefined ? undefined : (byte & 4) !== 0 ? number : 0
  }

  /** The word as an unsigned integer of eight bytes. */
  size(object: number, word: number): number | undefined {
    const raw = this.raw(object, word)
    if (raw >= 0) return (this.records.rawHigh[raw]! >>> 0) * 2 ** 32 + this.records.rawLow[raw]!
    const number = this.smi(object, word)
    return number === undefined ? undefined : (number >>> 0) * 2 ** 32
  }

  /** A BigInt in decimal digits; `''` if the dump does not have all of it. */
  bigint(object: number): string {
    // Sign and number of digit words, then the digits, least significant first.
    const raw = this.raw(object, 1)
    if (raw < 0) return ''
    const bits = this.records.rawLow[raw]!
    const length = (bits >>> 1) & 0x3fffffff
    let value = 0n
    for (let digit = length - 1; digit >= 0; digit--) {
      const at = this.raw(object, 2 + digit)
      if (at < 0) return ''
      value = (value << 64n) | (BigInt(this.records.rawHigh[at]! >>> 0) << 32n) | BigInt(this.records.rawLow[at]!)
    }
    return `${(bits & 1) === 1 && value > 0n ? '-' : ''}${value}`
  }

  // Fields of the map.
  inObjectStart = ({ map }: Shape): number => map[1]!
  bitField = ({ map }: Shape): number => map[6]!
  bitField2 = ({ map }: Shape): number => map[7]!
  bitField3 = ({ map }: Shape): number => (map[8]! | (map[9]! << 8) | (map[10]! << 16) | (map[11]! << 24)) >>> 0
}

function slotIndex({ runs }: Variant, word: number): number {
  let before = 0
  for (const { start, end } of runs) {
    if (word >= start && word < end) return before + word - start
    before += end - start
  }
  return -1
}

/** The ranges of objects in V8's read-only space. */
function readOnly({ chunkReadOnly, chunkFirst, count }: Records): (readonly [from: number, end: number])[] {
  return chunkReadOnly.flatMap((is, at) => (is ? [[chunkFirst[at]!, chunkFirst[at + 1] ?? count] as const] : []))
}
