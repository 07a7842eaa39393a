import { edgeTypeNumber } from '../graph/heap-graph.js'
import { withCapacity } from './columns.js'
import type { EdgeWords, PlacedField } from './edge-words.js'
import type { Names } from './names.js'
import type { NodeRows } from './nodes.js'
import { omitted } from './omitted-targets.js'
import type { Property } from './properties.js'
import { weak } from './records.js'
import { isVariable, type Scopes } from './scopes.js'
import type { PlacedPlan } from './shape-plans.js'
import { type Run, slotsIn } from './shapes.js'

/**
 * A step of a list writes an edge, or a number, for one slot. Its operation is a combination of bits:
 * - `skipsOmitted` (1, as in the flags of objects): no edge to objects that V8 omits
 * - `onlyStrong`: no edge for a weak reference; `staysWeak`: a weak edge for it
 * - `orNumber`: for a small integer, a number with the same type and name
 *
 * Or it is one of the operations below, of which all but `constant` are negative.
 */
export const skipsOmitted: typeof omitted = omitted
export const onlyStrong = 2
export const staysWeak = 4
export const orNumber = 8
/** An edge to an object to which all objects of the variant refer: its number replaces the slot's. */
export const constant = 0
/** Operations that need more than the slot itself. */
export const special = {
  /** A number, in the slot or in a HeapNumber. */
  number: -1,
  /** A property in the property array, or a numeric one. The last number of the step is its index. */
  storeValue: -2,
  storeNumber: -3,
  /** The elements of an array; of one with small integers only. The slot of the length (or -1) replaces the name. */
  items: -4,
  integers: -5,
  /** The number of entries in the table of a Map or Set. */
  size: -6,
  /** The number in a raw word. */
  double: -7,
  /** Code that is referred to from outside the slots. */
  code: -8,
  /** Edges of the slots without a name. */
  rest: -9,
  /** An edge for each slot. */
  each: -10,
} as const

/** Numbers per step: operation, slot, name, edge type, and the name given to the target or the index. */
export const perStep = 5
/** Numbers before the first step: the number of slots (-1 for any), the end of the list, the variant. */
export const stepsHead = 3

/** In place of the start of a list: not computed yet; none; the list of the context's scope. */
export const notKnown = 0
export const noSteps = -1
export const ofScope = -2

export interface StepSources {
  readonly names: Names
  readonly scopes: Scopes
  readonly rows: NodeRows
  readonly flags: Uint8Array
  readonly base: number
  readonly words: EdgeWords
  planOf(variantIndex: number): PlacedPlan
  /** By variant: whether its variables have names. */
  readonly declares: readonly boolean[]
  /** By variant: the word of a list internal to V8, which has no edge. */
  readonly leftOut: readonly number[]
}

const [context, element, property, internal, hidden, weakEdge] = (
  ['context', 'element', 'property', 'internal', 'hidden', 'weak'] as const
).map(edgeTypeNumber) as [number, number, number, number, number, number]
const none = -1

/**
 * The edges of an object as a list of steps, computed once per variant, or per scope for contexts. It exists for
 * objects whose words all have a fixed meaning. `objectEdges` writes the edges of the others, and defines them for all.
 */
export class EdgeSteps {
  /** The steps of all lists. */
  code: Int32Array = new Int32Array(4096)
  /** By slot, for lists with a `rest`: 1 if it has a name. */
  named: Uint8Array = new Uint8Array(1024)
  /** By variant: the start of its list, or why there is none. */
  readonly ofVariant: Int32Array
  /** By ScopeInfo: the start of the list for its contexts, or why there is none. */
  readonly ofScopeInfo: Int32Array
  readonly #sources: StepSources
  #begin = 0
  #end = 1
  #namedEnd = 0
  /** For the list under construction: the words that are slots. */
  #runs: readonly Run[] = []
  #words = 0

  constructor(sources: StepSources) {
    this.#sources = sources
    const { records } = sources.names.view
    this.ofVariant = new Int32Array(records.variants.length)
    this.ofScopeInfo = new Int32Array(records.count)
  }

  /** Computes the list of a variant, if it can have one. */
  find(variantIndex: number): number {
    const found = this.#find(variantIndex)
    this.ofVariant[variantIndex] = found
    return found
  }

  #find(variantIndex: number): number {
    const { names, rows, words } = this.#sources
    const { view } = names
    const { runs, simpleFrom, shape } = view.records.variants[variantIndex]!
    const kind = rows.kinds[variantIndex]!
    const type = view.typeOf[variantIndex]!
    if (kind === 'context') return simpleFrom === 1 ? ofScope : noSteps
    if (kind === 'fixed array')
      return simpleFrom > 0 && !/DICTIONARY|ORDERED/.test(type) ? this.#array(variantIndex) : noSteps
    const size = view.records.shapes[shape]!.words
    if (size === 0 && runs.length > 0) return noSteps
    if (kind === 'object') return this.#object(variantIndex, size)
    if (kind !== 'string' && kind !== 'other') return noSteps
    if (type === 'CONTEXT_CELL_TYPE' || /^BIG_?INT/.test(type)) return noSteps
    const fields = words.fieldsOf[variantIndex]!
    this.#open(variantIndex, size)
    if (type === 'HEAP_NUMBER_TYPE') this.#add(special.double, 0, words.of.value, internal)
    this.#fields(fields)
    this.#mapEdge(variantIndex)
    if (kind === 'other') this.#rest(variantIndex, word => fields.some(field => field.word === word))
    return this.#close()
  }

  #array(variantIndex: number): number {
    this.#open(variantIndex, 0)
    this.#add(special.each, 0, 0, internal)
    this.#mapEdge(variantIndex)
    this.code[this.#begin] = -1
    return this.#close()
  }

  #object(variant: number, size: number): number {
    const { names, words, planOf } = this.#sources
    const { object, array, date, function: ofFunction } = names.view.layout
    const plan = planOf(variant)
    const { elements } = plan
    if (plan.isDictionary || plan.hasPrototype || plan.isBound || plan.has === 'length') return noSteps
    if (elements === 'double' || elements === 'dictionary') return noSteps
    // A value with the empty name would be internal to V8.
    const properties = plan.properties.filter(one => !this.#isV8Getter(one))
    if (properties.some(one => one.at === 'shape' || one.isAccessor || this.#isNameless(one))) return noSteps
    if (plan.numbers.some(({ at }) => at === 'shape')) return noSteps
    this.#open(variant, size)
    this.#fields(plan.before)
    for (const one of properties) this.#property(one, orNumber, special.storeValue)
    for (const one of plan.numbers) this.#property(one, special.number, special.storeNumber)
    if (plan.isArray) this.#at(array.length, special.number, words.of.length, property)
    if (plan.has === 'size') this.#at(3, special.size, words.of.size, property)
    if (plan.has === 'time') {
      if (this.#slot(date.value) >= 0) this.#at(date.value, special.number, words.of.value, internal)
      else this.#add(special.double, this.#raw(date.value), words.of.value, internal)
    }
    if (elements !== 'none') {
      const what = elements === 'smi' ? special.integers : special.items
      this.#at(object.elements, what, plan.isArray ? this.#slot(array.length) : -1, element)
    }
    const [from, to] = plan.embedder
    for (let word = from; word < to; word++) this.#inner(word, words.slot(word - from))
    if (plan.prototype >= 0) this.#add(constant, plan.prototype, words.of.proto, property)
    if (plan.isFunction) {
      this.#inner(ofFunction.feedbackCell, words.of.feedbackCell)
      this.#inner(ofFunction.shared, words.of.shared)
      this.#inner(ofFunction.context, words.of.context)
      if (ofFunction.code > 0) this.#inner(ofFunction.code, words.of.code)
      else this.#add(special.code, 0, words.of.code, internal)
    }
    this.#fields(plan.behind)
    this.#inner(object.properties, words.of.properties, words.properties)
    this.#inner(object.elements, words.of.elements, words.elements)
    this.#mapEdge(variant)
    this.#rest(variant, plan.isClaimed)
    return this.#close()
  }

  #isNameless({ name }: Property): boolean {
    const { names, words } = this.#sources
    return names.view.records.texts.numbers + name === words.none
  }

  /** Whether V8's variantIndex code reads the property, such as the length of an array: it has no edges. */
  #isV8Getter({ at, index, isAccessor }: Property): boolean {
    const { view } = this.#sources.names
    const { how, to } = view.records
    return (
      at === 'shape' &&
      isAccessor &&
      index >= 0 &&
      how[index]! <= weak &&
      view.type(to[index]!) !== 'ACCESSOR_PAIR_TYPE'
    )
  }

  /** Computes the list for a scope's contexts from one of them. */
  findScope(object: number, info: number): number {
    const { names, scopes, words, declares } = this.#sources
    const { view } = names
    const { numbers } = view.records.texts
    const variantIndex = view.records.variant[object]!
    const scope = scopes.of(info)
    // Each context may or may not have an extension.
    if (scope?.header === 5) {
      this.ofScopeInfo[info] = noSteps
      return noSteps
    }
    const isNamed = scope !== undefined && declares[variantIndex]!
    this.#open(variantIndex, view.words(object))
    if (isNamed) {
      const { variables, header, functionWord, functionName } = scope
      for (const [index, name] of variables.entries()) this.#at(header + index, orNumber, numbers + name, context)
      if (functionWord >= 0 && functionName >= 0)
        this.#at(functionWord, orNumber, numbers + names.textOf(functionName), context)
    }
    this.#inner(2, words.of.scopeInfo)
    this.#inner(3, words.of.previous)
    this.#mapEdge(variantIndex)
    this.#rest(variantIndex, word => word === 2 || word === 3 || (isNamed && isVariable(scope, word)))
    const found = this.#close()
    this.ofScopeInfo[info] = found
    return found
  }

  #property({ at, index, name }: Property, inObject: number, inStore: number): void {
    const { layout, records } = this.#sources.names.view
    const place = records.texts.numbers + name
    if (at === 'object') this.#at(index, inObject, place, property)
    else this.#at(layout.object.properties, inStore, place, property, index)
  }

  #fields(fields: readonly PlacedField[]): void {
    for (const { word, place, isWeak } of fields)
      this.#at(word, skipsOmitted | staysWeak, place, isWeak ? weakEdge : internal)
  }

  #inner(word: number, name: number, tag = none): void {
    this.#at(word, skipsOmitted | onlyStrong, name, internal, tag)
  }

  #mapEdge(variantIndex: number): void {
    const { words } = this.#sources
    const map = this.mapOf(variantIndex)
    if (map >= 0) this.#add(constant, map, words.of.map, internal)
  }

  /** The map of a variant's objects; -1 if V8 writes no edge to it. */
  mapOf(variantIndex: number): number {
    const { names, flags } = this.#sources
    const { variants, shapes } = names.view.records
    const map = shapes[variants[variantIndex]!.shape]!.mapNode
    return (flags[map]! & omitted) === 0 ? map : -1
  }

  #rest(variantIndex: number, isClaimed: (word: number) => boolean): void {
    const { leftOut } = this.#sources
    const from = this.#namedEnd
    let isWhole = true
    for (const { start, end } of this.#runs)
      for (let word = start; word < Math.min(end, this.#words); word++) {
        this.named = withCapacity(this.named, this.#namedEnd + 1)
        this.named[this.#namedEnd++] = isClaimed(word) ? 1 : 0
        isWhole &&= isClaimed(word)
      }
    // V8 visits the map first, and counts it even if it has no edge.
    if (!isWhole)
      this.#add(special.rest, from, this.mapOf(variantIndex) < 0 ? 1 : 0, hidden, this.#slot(leftOut[variantIndex]!))
  }

  /** A step for a word that is a slot. */
  #at(word: number, what: number, name: number, type: number, more = none): void {
    const slot = this.#slot(word)
    if (slot >= 0) this.#add(what, slot, name, type, more)
  }

  #slot(word: number): number {
    let before = 0
    for (const { start, end } of this.#runs) {
      if (word >= start && word < end) return word < this.#words ? before + word - start : -1
      before += end - start
    }
    return -1
  }

  /** The index of a word among the raw words. */
  #raw(word: number): number {
    let index = word - 1
    for (const { start, end } of this.#runs) if (start < word) index -= Math.min(end, word) - start
    return index
  }

  #open(variantIndex: number, words: number): void {
    const { variants } = this.#sources.names.view.records
    this.#runs = variants[variantIndex]!.runs
    this.#words = words
    this.#begin = this.#end
    this.code = withCapacity(this.code, this.#begin + stepsHead)
    this.code.set([slotsIn(variants[variantIndex]!, words), 0, variantIndex], this.#begin)
    this.#end += stepsHead
  }

  #add(what: number, slot: number, name: number, type: number, more = none): void {
    this.code = withCapacity(this.code, this.#end + perStep)
    this.code.set([what, slot, name, type, more], this.#end)
    this.#end += perStep
  }

  #close(): number {
    this.code[this.#begin + 1] = this.#end
    return this.#begin
  }
}
