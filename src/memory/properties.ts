import type { Names } from './names.js'
import { repeats, smi, weak } from './records.js'

/** Where the objects of one shape store a property. */
export interface Property {
  /** The number of its name among the texts. */
  readonly name: number
  /** The key itself, a string or a symbol. */
  readonly key: number
  /**
   * Whether `index` is a word of the object, an index into its property array, or a slot of the shape's descriptors.
   */
  readonly at: 'object' | 'store' | 'shape'
  readonly index: number
  readonly isAccessor: boolean
  /** Whether the shape stores it as a number: then V8 writes no edge with this name. */
  readonly isNumber: boolean
}

/** The properties of a shape in the order they were added; none for a dictionary. Each shape is read once. */
export class Properties {
  readonly #names: Names
  readonly #known: (readonly Property[] | undefined)[] = []

  constructor(names: Names) {
    this.#names = names
  }

  isDictionary(shapeNumber: number): boolean {
    const { view } = this.#names
    return ((view.bitField3(view.records.shapes[shapeNumber]!) >>> view.layout.bits.dictionaryShift) & 1) === 1
  }

  ofShape(shapeNumber: number): readonly Property[] {
    let known = this.#known[shapeNumber]
    if (known === undefined) {
      known = this.#read(shapeNumber)
      this.#known[shapeNumber] = known
    }
    return known
  }

  #read(shapeNumber: number): Property[] {
    const { view } = this.#names
    const { layout, records } = view
    const shape = records.shapes[shapeNumber]!
    const descriptors = view.ref(shape.mapNode, layout.map.descriptors)
    if (descriptors < 0) return []
    const found: Property[] = []
    const own = (view.bitField3(shape) & layout.bits.ownDescriptorsMask) >>> layout.bits.ownDescriptorsShift
    const room = Math.floor((view.words(descriptors) - layout.descriptorHeader) / 3)
    const start = view.inObjectStart(shape)
    const inObject = shape.map[0]! - start
    for (let entry = 0; entry < Math.min(own, room); entry++) {
      const word = layout.descriptorHeader + 3 * entry
      const key = view.ref(descriptors, word)
      const details = view.smi(descriptors, word + 1)
      if (key < 0 || details === undefined || !this.#names.isName(key)) continue
      const name = this.#names.textOf(key)
      const isAccessor = (details & layout.details.kindMask) !== 0
      const isNumber = layout.details.isNumber(details)
      if ((details & layout.details.locationMask) !== 0) {
        found.push({ name, key, at: 'shape', index: view.slot(descriptors, word + 2), isAccessor, isNumber: false })
        continue
      }
      const index = (details & layout.details.indexMask) >>> layout.details.indexShift
      found.push(
        index < inObject
          ? { name, key, at: 'object', index: start + index, isAccessor, isNumber }
          : { name, key, at: 'store', index: index - inObject, isAccessor, isNumber },
      )
    }
    return found
  }

  /** The slot of a property's value, or -1. */
  slot(object: number, { at, index }: Property): number {
    const { view } = this.#names
    switch (at) {
      case 'object':
        return view.slot(object, index)
      case 'shape':
        return index
      case 'store': {
        const store = view.ref(object, view.layout.object.properties)
        return store >= 0 && view.type(store) === 'PROPERTY_ARRAY_TYPE' ? view.slot(store, 2 + index) : -1
      }
    }
  }

  /** Visits each property of an object used as a dictionary: its key and the slot of its value. */
  eachOfDictionary(object: number, visit: (key: number, slot: number, isAccessor: boolean) => void): void {
    const { view } = this.#names
    const { layout, records } = view
    const table = view.ref(object, layout.object.properties)
    if (table < 0) return
    const { how, to } = records
    const type = view.type(table)
    if (type === 'NAME_DICTIONARY_TYPE') {
      this.#eachEntry(table, visit)
    } else if (type === 'GLOBAL_DICTIONARY_TYPE') {
      const words = view.words(table)
      for (let word = 2; word < words; word++) {
        const slot = view.slot(table, word)
        if (slot < 0 || how[slot]! > weak || view.type(to[slot]!) !== 'PROPERTY_CELL_TYPE') continue
        const cell = to[slot]!
        const key = view.ref(cell, 1)
        const details = view.smi(cell, 2) ?? 0
        if (key >= 0 && this.#names.isName(key))
          visit(key, view.slot(cell, 3), (details & layout.details.kindMask) !== 0)
      }
    }
  }

  /** Visits each entry of a table. Reads its slots sequentially: there may be millions, and repeated ones. */
  #eachEntry(table: number, visit: (key: number, slot: number, isAccessor: boolean) => void): void {
    const { view } = this.#names
    const { layout, records } = view
    const { firstSlot, how, to } = records
    const end = firstSlot[table + 1]!
    const entries = 2 + layout.nameDictionaryStart
    let [keySlot, valueSlot] = [-1, -1]
    let word = view.arrayIndexOfFirstSlot(table) + 2
    for (let slot = firstSlot[table]!; slot < end; slot++) {
      const isRepeat = how[slot] === repeats
      const at = isRepeat ? slot - 1 : slot
      for (const last = word + (isRepeat ? to[slot]! : 1); word < last; word++) {
        if (word < entries) continue
        const part = (word - entries) % 3
        if (part === 0) keySlot = how[at]! <= weak && this.#names.isName(to[at]!) ? at : -1
        else if (keySlot < 0) continue
        else if (part === 1) valueSlot = at
        else visit(to[keySlot]!, valueSlot, how[at] === smi && (to[at]! & layout.details.kindMask) !== 0)
      }
    }
  }
}
