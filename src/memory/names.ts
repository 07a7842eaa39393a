import { smi, weak } from './records.js'
import type { View } from './view.js'

/** Longer names are cut off here. */
const longestName = 1024

/** Reads the texts and names of objects. The parts of a string are followed only as far as requested. */
export class Names {
  readonly view: View
  readonly #ofSymbol = new Map<number, number>()
  readonly #ofParts = new Map<number, number>()

  /** By variant: whether they are strings or symbols. */
  readonly #areNames: Uint8Array

  constructor(view: View) {
    this.view = view
    const { variants, shapes } = view.records
    this.#areNames = Uint8Array.from(variants, ({ shape }, variantIndex) =>
      shapes[shape]!.type < view.layout.firstNonString || view.typeOf[variantIndex] === 'SYMBOL_TYPE' ? 1 : 0,
    )
  }

  /** The first characters of a string; `''` for anything else. */
  text(object: number, most: number = longestName): string {
    const { records, layout } = this.view
    if (!this.view.isString(object)) return ''
    let text = ''
    const parts = [object]
    for (let steps = 0; parts.length > 0 && text.length < most && steps < 10_000; steps++) {
      const part = parts.pop()!
      const { form, type } = this.view.shape(part)
      if (form !== 'slots') {
        text += records.texts.text(records.text[part]!)
        continue
      }
      if (type >= layout.firstNonString) continue
      const first = this.view.ref(part, 2)
      const offset = this.view.smi(part, 3)
      if (first < 0) continue
      if (offset === undefined) {
        const second = this.view.ref(part, 3)
        if (second >= 0) parts.push(second)
        parts.push(first)
      } else {
        const length = (this.view.bits(part, 12) ?? 0) >>> 0
        text += this.text(first, Math.min(offset + length, 2 ** 28)).slice(offset, offset + Math.min(length, most))
      }
    }
    return text.length > most ? text.slice(0, most) : text
  }

  /** The number of the text of a name (a string or a symbol). */
  textOf(key: number): number {
    const { records } = this.view
    const shape = this.view.shape(key)
    if (shape.form !== 'slots') return records.text[key]!
    const known = shape.type < this.view.layout.firstNonString ? this.#ofParts : this.#ofSymbol
    let number = known.get(key)
    if (number === undefined) {
      number = records.texts.of(known === this.#ofParts ? this.text(key) : this.symbol(key))
      if (known.size < 1_000_000) known.set(key, number)
    }
    return number
  }

  /** A symbol as V8 writes it. */
  symbol(key: number): string {
    const description = this.view.ref(key, 2)
    const text = this.text(description)
    // A private name, or the brand of a class with private methods, is written as in the source.
    const isPrivateName = ((this.view.bits(key, 12) ?? 0) & (this.view.layout.isAfter14_1 ? 2 : 0x30)) !== 0
    return isPrivateName || text.startsWith('#')
      ? text
      : this.view.isString(description)
        ? `<symbol ${text}>`
        : '<symbol>'
  }

  isSymbol(object: number): boolean {
    return object >= 0 && this.view.type(object) === 'SYMBOL_TYPE'
  }

  isName(object: number): boolean {
    return object >= 0 && this.#areNames[this.view.records.variant[object]!] === 1
  }

  /** The first string an object refers to, or -1. */
  firstString(object: number): number {
    const { firstSlot, how, to } = this.view.records
    for (let slot = firstSlot[object]!; slot < firstSlot[object + 1]!; slot++)
      if (how[slot]! <= weak && this.view.isString(to[slot]!)) return to[slot]!
    return -1
  }

  /** The number in a slot: a small integer, or in a HeapNumber. */
  number(slot: number): number | undefined {
    const { how, to } = this.view.records
    if (slot < 0) return undefined
    if (how[slot] === smi) return to[slot]!
    return how[slot]! <= weak ? this.double(to[slot]!) : undefined
  }

  /** The number in a HeapNumber. */
  double(object: number): number | undefined {
    const raw = this.view.type(object) === 'HEAP_NUMBER_TYPE' ? this.view.raw(object, 1) : -1
    if (raw < 0) return undefined
    const { rawLow, rawHigh } = this.view.records
    return doubleOf(rawLow[raw]!, rawHigh[raw]!)
  }
}

const words = new Int32Array(2)
const doubles = new Float64Array(words.buffer)

export function doubleOf(low: number, high: number): number {
  words[0] = low
  words[1] = high
  return doubles[0]!
}
