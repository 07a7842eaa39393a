import { edgeTypeNumber } from '../graph/heap-graph.js'
import type { EdgeColumns } from './edge-columns.js'
import {
  constant,
  EdgeSteps,
  noSteps,
  notKnown,
  ofScope,
  onlyStrong,
  orNumber,
  perStep,
  type StepSources,
  special,
  staysWeak,
  stepsHead,
} from './edge-steps.js'
import { doubleOf } from './names.js'
import type { NumberColumns } from './number-columns.js'
import { hole, omitted } from './omitted-targets.js'
import { extra, smi, strong, weak } from './records.js'

const [element, internal, hidden, weakEdge] = (['element', 'internal', 'hidden', 'weak'] as const).map(name =>
  edgeTypeNumber(name),
) as [number, number, number, number]

/** The most numeric items kept per array; the dump has no more items of an array of doubles. */
export const maxItems = 30

/** The size in words from which the used places of an element store are counted. */
export const countedFrom = 16

/** How many more edges may be written for shared stores and repeated slots. */
export interface Budget {
  left: number
}

/**
 * Writes the edges and numbers of the objects whose edges are a list of steps: nearly all. One loop handles the steps
 * that only need a slot, without a call per object, slot or edge. The loop is kept short, as V8 compiles it several
 * times while it learns the types of values. Objects that cannot be written by steps are left to `objectEdges`,
 * unchanged.
 */
export class PlainEdges {
  readonly #columns: EdgeColumns
  readonly #numbers: NumberColumns
  readonly #first: Uint32Array
  readonly #sources: StepSources
  readonly #budget: Budget
  readonly #steps: EdgeSteps
  /** By variant: whether it is an element store, a property array, a table of a Map or Set, a HeapNumber. */
  readonly #isItems: Uint8Array
  readonly #isStore: Uint8Array
  readonly #isTable: Uint8Array
  readonly #isBox: Uint8Array
  /** By variant: the word of its first slot if all words from there on are slots, else 0. */
  readonly #slotsFrom: Uint8Array

  constructor(
    columns: EdgeColumns,
    numberColumns: NumberColumns,
    first: Uint32Array,
    sources: StepSources,
    budget: Budget,
  ) {
    this.#columns = columns
    this.#numbers = numberColumns
    this.#first = first
    this.#sources = sources
    this.#budget = budget
    this.#steps = new EdgeSteps(sources)
    const { view } = sources.names
    const { variants } = view.records
    this.#slotsFrom = Uint8Array.from(variants, ({ simpleFrom }) => (simpleFrom < 256 ? simpleFrom : 0))
    const isSimple = (is: Uint8Array): Uint8Array =>
      is.map((one, variantIndex) => (this.#slotsFrom[variantIndex]! > 0 ? one : 0))
    this.#isItems = isSimple(view.areOfType('FIXED_ARRAY_TYPE'))
    this.#isStore = isSimple(view.areOfType('PROPERTY_ARRAY_TYPE'))
    this.#isTable = isSimple(view.areOfType('ORDERED_HASH_MAP_TYPE', 'ORDERED_HASH_SET_TYPE'))
    this.#isBox = view.areOfType('HEAP_NUMBER_TYPE')
  }

  /** Writes the objects from `from` to before `until`. Returns the first object that it could not write. */
  write(from: number, until: number): number {
    const { names, rows, flags, base } = this.#sources
    const { variant, firstSlot, how, to, repeating, texts } = names.view.records
    const emptyText = texts.of('')
    const columns = this.#columns
    const numberColumns = this.#numbers
    const first = this.#first
    const budget = this.#budget
    const steps = this.#steps
    const { ofVariant } = steps
    let { code } = steps
    let { type: edgeType, name: edgeName, to: edgeTo, count: edge } = columns
    let { node: numberNode, type: numberType, name: numberName, value: numberValue, count: number } = numberColumns

    let at = from
    for (; at < until; at++) {
      let list = ofVariant[variant[at]!]!
      if (list < 1) {
        list = this.#listOf(at, list)
        ;({ code } = steps)
        if (list === noSteps) break
      }
      const begin = firstSlot[at]!
      const slots = firstSlot[at + 1]! - begin
      // It may have a code reference in addition to its slots.
      const more = slots - code[list]!
      const isMatch = more === 0 || code[list] === -1 || (more === 1 && how[begin + slots - 1]! >>> 4 === 2)
      if (!isMatch || repeating[at] === 1 || budget.left < 0) break
      const listEnd = code[list + 1]!
      const most = slots + listEnd - list
      if (edge + most > edgeTo.length || number + most > numberNode.length) {
        columns.count = edge
        numberColumns.count = number
        columns.reserve(most)
        numberColumns.reserve(most)
        ;({ type: edgeType, name: edgeName, to: edgeTo } = columns)
        ;({ node: numberNode, type: numberType, name: numberName, value: numberValue } = numberColumns)
      }
      first[at] = edge
      const numbersBefore = number
      budget.left -= slots
      let isDone = true
      for (let one = list + stepsHead; one < listEnd; one += perStep) {
        const what = code[one]!
        let target = code[one + 1]!
        let type = code[one + 3]!
        if (what > constant) {
          const slot = begin + target
          const kind = how[slot]!
          if (kind > weak) {
            if (kind !== smi || (what & orNumber) === 0) continue
            numberNode[number] = base + at
            numberType[number] = type
            numberName[number] = code[one + 2]!
            numberValue[number++] = to[slot]!
            continue
          }
          target = to[slot]!
          if ((what & flags[target]! & omitted) !== 0) continue
          if (kind === weak) {
            if ((what & onlyStrong) !== 0) continue
            if ((what & staysWeak) !== 0) type = weakEdge
          }
          const tag = code[one + 4]!
          if (tag >= 0 && rows.name[target] === emptyText) rows.name[target] = tag
        } else if (what < constant) {
          columns.count = edge
          numberColumns.count = number
          isDone = this.#special(at, one, slots - more)
          ;({ type: edgeType, name: edgeName, to: edgeTo, count: edge } = columns)
          ;({ node: numberNode, type: numberType, name: numberName, value: numberValue, count: number } = numberColumns)
          if (isDone) continue
          break
        }
        edgeType[edge] = type
        edgeName[edge] = code[one + 2]!
        edgeTo[edge++] = base + target
      }
      if (isDone) continue
      // Discards what was written of this object.
      edge = first[at]!
      number = numbersBefore
      break
    }
    columns.count = edge
    numberColumns.count = number
    return at
  }

  /** The list of an object's variant, or of a context's scope. */
  #listOf(at: number, known: number): number {
    const { variant, firstSlot, how, to } = this.#sources.names.view.records
    const variantIndex = variant[at]!
    const list = known === notKnown ? this.#steps.find(variantIndex) : known
    if (list !== ofScope) return list
    const slot = firstSlot[at]! + 1
    if (slot >= firstSlot[at + 1]! || how[slot] !== strong) return noSteps
    const info = to[slot]!
    const ofInfo = this.#steps.ofScopeInfo[info]!
    const found = ofInfo === notKnown ? this.#steps.findScope(at, info) : ofInfo
    return found !== noSteps && this.#steps.code[found + 2] === variantIndex ? found : noSteps
  }

  /** Executes a step that needs more than the slot; false if it cannot. */
  #special(at: number, one: number, slots: number): boolean {
    const { variant, firstSlot, firstRaw, how, to } = this.#sources.names.view.records
    const { code } = this.#steps
    const begin = firstSlot[at]!
    const place = code[one + 1]!
    const name = code[one + 2]!
    const type = code[one + 3]!
    const index = code[one + 4]!
    const what = code[one]!
    if (what === special.rest) return this.#rest(begin, slots, place, name, index)
    if (what === special.each) return this.#each(begin, firstSlot[at + 1]!, variant[at]!)
    if (what === special.double) {
      const raw = firstRaw[at]! + place
      if (raw >= firstRaw[at]! && raw < firstRaw[at + 1]!) this.#double(at, type, name, raw)
      return true
    }
    if (what === special.code) {
      const end = firstSlot[at + 1]!
      if (begin + slots < end && how[end - 1] === 2 * extra) this.#columns.add(type, name, this.#node(to[end - 1]!))
      return true
    }
    const slot = begin + place
    if (what === special.number) {
      this.#number(at, type, name, slot)
      return true
    }
    // The other operations read the object to which the slot refers.
    if (how[slot]! > weak) return true
    const other = to[slot]!
    if (what === special.size) return this.#size(at, type, name, other)
    if (what === special.items || what === special.integers) {
      const length = name < 0 ? undefined : how[begin + name] === smi ? to[begin + name]! : 0
      return this.#items(at, what === special.integers, other, length)
    }
    return this.#stored(at, what === special.storeNumber, type, name, other, index)
  }

  #node(object: number): number {
    return this.#sources.base + object
  }

  /** Adds the number in a slot: a small integer, or in a HeapNumber. */
  #number(at: number, type: number, name: number, slot: number): void {
    const { variant, firstRaw, how, to } = this.#sources.names.view.records
    const box = to[slot]!
    if (how[slot] === smi) this.#numbers.add(this.#node(at), type, name, box)
    else if (how[slot]! <= weak && this.#isBox[variant[box]!] === 1 && firstRaw[box]! < firstRaw[box + 1]!)
      this.#double(at, type, name, firstRaw[box]!)
  }

  #double(at: number, type: number, name: number, raw: number): void {
    const { rawLow, rawHigh } = this.#sources.names.view.records
    this.#numbers.add(this.#node(at), type, name, doubleOf(rawLow[raw]!, rawHigh[raw]!))
  }

  #stored(at: number, isNumber: boolean, type: number, name: number, store: number, index: number): boolean {
    const { variant, firstSlot, how, to, repeating } = this.#sources.names.view.records
    const variantIndex = variant[store]!
    if (this.#isStore[variantIndex] === 0 || repeating[store] === 1) return false
    const slot = firstSlot[store]! + 2 + index - this.#slotsFrom[variantIndex]!
    if (slot >= firstSlot[store + 1]!) return true
    if (isNumber || how[slot] === smi) this.#number(at, type, name, slot)
    else if (how[slot]! <= weak) this.#columns.add(type, name, this.#node(to[slot]!))
    return true
  }

  #size(at: number, type: number, name: number, table: number): boolean {
    const { variant, firstSlot, repeating } = this.#sources.names.view.records
    const variantIndex = variant[table]!
    if (this.#isTable[variantIndex] === 0 || repeating[table] === 1) return false
    const slot = firstSlot[table]! + 2 - this.#slotsFrom[variantIndex]!
    if (slot < firstSlot[table + 1]!) this.#small(at, type, name, slot)
    return true
  }

  #small(at: number, type: number, name: number, slot: number): void {
    const { how, to } = this.#sources.names.view.records
    if (how[slot] === smi) this.#numbers.add(this.#node(at), type, name, to[slot]!)
  }

  /** Writes the contents of an element store, up to the length of the array. */
  #items(at: number, areIntegers: boolean, store: number, length: number | undefined): boolean {
    const { flags, base } = this.#sources
    const { variant, size, firstSlot, how, to, repeating } = this.#sources.names.view.records
    const columns = this.#columns
    if ((flags[store]! & omitted) !== 0) return true
    const variantIndex = variant[store]!
    if (this.#isItems[variantIndex] === 0 || repeating[store] === 1) return false
    if (length === undefined && size[store]! >= 8 * countedFrom) return false
    const end = firstSlot[store + 1]!
    const last = length ?? countedFrom
    let index = this.#slotsFrom[variantIndex]! - 2
    for (let slot = firstSlot[store]!; slot < end && index < last; slot++, index++) {
      if (index < 0) continue
      if (how[slot] === smi) {
        if (index < maxItems) this.#numbers.add(base + at, element, index, to[slot]!)
      } else if (how[slot] === strong && !areIntegers && (flags[to[slot]!]! & hole) === 0)
        columns.add(element, index, base + to[slot]!)
    }
    this.#budget.left -= areIntegers ? Math.min(last, maxItems) : end - firstSlot[store]!
    return true
  }

  /** Writes references of slots without a name, numbered in the order in which V8 visits them; omitted ones count. */
  #rest(begin: number, slots: number, named: number, first: number, skipped: number): boolean {
    const { flags, base, words } = this.#sources
    const { how, to } = this.#sources.names.view.records
    const isNamed = this.#steps.named
    let number = first
    for (let at = 0; at < slots; at++) {
      const kind = how[begin + at]!
      if (kind > weak) continue
      const target = to[begin + at]!
      const isWritten = (flags[target]! & omitted) === 0
      if (isWritten && isNamed[named + at] === 1) continue
      if (isWritten && at !== skipped) {
        if (kind === strong) this.#columns.add(hidden, number, base + target)
        else this.#columns.add(weakEdge, words.slot(number), base + target)
      }
      number++
    }
    return true
  }

  /** Writes an edge for each slot of an array internal to V8. */
  #each(begin: number, end: number, variantIndex: number): boolean {
    const { flags, base } = this.#sources
    const { how, to, texts } = this.#sources.names.view.records
    if (end - begin > texts.numbers) return false
    let index = this.#slotsFrom[variantIndex]! - 2
    for (let slot = begin; slot < end && how[slot]! < extra; slot++, index++) {
      const target = to[slot]!
      if (how[slot] === strong && index >= 0 && (flags[target]! & omitted) === 0)
        this.#columns.add(internal, index, base + target)
    }
    return true
  }
}
