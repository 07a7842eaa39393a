import { edgeTypeNumber } from '../graph/heap-graph.js'
import { withRoom } from './columns.js'
import type { EdgeWords, PlacedField } from './edge-words.js'
import type { Names } from './names.js'
import type { NodeRows } from './nodes.js'
import { worthless } from './nothing-worth.js'
import type { Property } from './properties.js'
import { weak } from './records.js'
import { isVariable, type Scopes } from './scopes.js'
import type { PlacedPlan } from './shape-plans.js'
import { type Run, slotsIn } from './shapes.js'

/**
 * A step of a list: an edge, or a number, of one slot. What it is are bits:
 * - `notWorthless` (1, as in the flags of objects): no edge to what V8 leaves out
 * - `onlyStrong`: no edge where the reference is weak; `staysWeak`: a weak edge there
 * - `orNumber`: where the slot has a small integer, a number of the same type and name
 *
 * Or it is one of those below, of which all but `constant` are less than 0.
 */
export const notWorthless: typeof worthless = worthless
export const onlyStrong = 2
export const staysWeak = 4
export const orNumber = 8
/** The edge to what all objects of the variant refer to, which stands in place of the slot. */
export const constant = 0
/** What takes more than a look at the slot. */
export const odd = {
  /** A number, in the slot or in a box. */
  number: -1,
  /** A property in the store of properties, or one that is a number. Behind the name stands its index. */
  storeValue: -2,
  storeNumber: -3,
  /** What the store of an array has, and where that has small integers only. In place of the name stands the slot of the length, or -1. */
  items: -4,
  integers: -5,
  /** How many entries the table of a Map or Set has. */
  size: -6,
  /** The number in a raw word. */
  double: -7,
  /** Code that is in no slot. */
  code: -8,
  /** Edges of slots that have no name. */
  rest: -9,
  /** An edge of each slot. */
  each: -10,
} as const

/** Numbers of a step: what it is, the slot, the name, the edge's type, and what is called after it. */
export const perStep = 5
/** Before the first step stand the number of slots (-1 for any), the end of the list, and the variant. */
export const stepsHead = 3

/** In place of where a list begins: not looked for yet; none; that of the context's scope. */
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
  planOf(own: number): PlacedPlan
  /** By variant: whether variables have their names. */
  readonly declares: readonly boolean[]
  /** By variant: the word of a list that V8 keeps for itself. */
  readonly leftOut: readonly number[]
}

const [context, element, property, internal, hidden, weakEdge] = (
  ['context', 'element', 'property', 'internal', 'hidden', 'weak'] as const
).map(edgeTypeNumber) as [number, number, number, number, number, number]
const none = -1

/**
 * The edges of an object as a list of steps, made once for each variant, or for each scope of contexts: for objects of which each word has
 * one place. What has to look around for its edges has no steps; `objectEdges` says of all objects what their edges are.
 */
export class EdgeSteps {
  /** The steps, list after list. */
  code: Int32Array = new Int32Array(4096)
  /** By slot, of lists with a `rest`: 1 where it has a name. */
  named: Uint8Array = new Uint8Array(1024)
  /** By variant: where its list begins, or why there is none. */
  readonly ofVariant: Int32Array
  /** By ScopeInfo: where the list of its contexts begins, or why there is none. */
  readonly ofScopeInfo: Int32Array
  readonly #sources: StepSources
  #begin = 0
  #end = 1
  #namedEnd = 0
  /** Of the list being made: words in which slots lie. */
  #runs: readonly Run[] = []
  #words = 0

  constructor(sources: StepSources) {
    this.#sources = sources
    const { records } = sources.names.view
    this.ofVariant = new Int32Array(records.variants.length)
    this.ofScopeInfo = new Int32Array(records.count)
  }

  /** Makes the list of a variant, if it may have one. */
  find(own: number): number {
    const found = this.#find(own)
    this.ofVariant[own] = found
    return found
  }

  #find(own: number): number {
    const { names, rows, words } = this.#sources
    const { view } = names
    const { runs, simpleFrom, shape } = view.records.variants[own]!
    const kind = rows.kinds[own]!
    const type = view.typeOf[own]!
    if (kind === 'context') return simpleFrom === 1 ? ofScope : noSteps
    if (kind === 'fixed array') return simpleFrom > 0 && !/DICTIONARY|ORDERED/.test(type) ? this.#array(own) : noSteps
    const size = view.records.shapes[shape]!.words
    if (size === 0 && runs.length > 0) return noSteps
    if (kind === 'object') return this.#object(own, size)
    if (kind !== 'string' && kind !== 'other') return noSteps
    if (type === 'CONTEXT_CELL_TYPE' || /^BIG_?INT/.test(type)) return noSteps
    const fields = words.fieldsOf[own]!
    this.#open(own, size)
    if (type === 'HEAP_NUMBER_TYPE') this.#add(odd.double, 0, words.of.value, internal)
    this.#fields(fields)
    this.#mapEdge(own)
    if (kind === 'other') this.#rest(own, word => fields.some(field => field.word === word))
    return this.#close()
  }

  #array(own: number): number {
    this.#open(own, 0)
    this.#add(odd.each, 0, 0, internal)
    this.#mapEdge(own)
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
    // A value with the empty name would be one of V8's own.
    const own = plan.properties.filter(one => !this.#isV8Getter(one))
    if (own.some(one => one.at === 'shape' || one.isAccessor || this.#isNameless(one))) return noSteps
    if (plan.numbers.some(({ at }) => at === 'shape')) return noSteps
    this.#open(variant, size)
    this.#fields(plan.before)
    for (const one of own) this.#property(one, orNumber, odd.storeValue)
    for (const one of plan.numbers) this.#property(one, odd.number, odd.storeNumber)
    if (plan.isArray) this.#at(array.length, odd.number, words.of.length, property)
    if (plan.has === 'size') this.#at(3, odd.size, words.of.size, property)
    if (plan.has === 'time') {
      if (this.#slot(date.value) >= 0) this.#at(date.value, odd.number, words.of.value, internal)
      else this.#add(odd.double, this.#raw(date.value), words.of.value, internal)
    }
    if (elements !== 'none') {
      const what = elements === 'smi' ? odd.integers : odd.items
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
      else this.#add(odd.code, 0, words.of.code, internal)
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

  /** Whether a property, such as the length of an array, is read by V8's own code: that has no edges. */
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

  /** Makes the list of a scope's contexts, by one of them. */
  findScope(object: number, info: number): number {
    const { names, scopes, words, declares } = this.#sources
    const { view } = names
    const { numbers } = view.records.texts
    const own = view.records.variant[object]!
    const scope = scopes.of(info)
    // Whether there is an extension says each context.
    if (scope?.header === 5) {
      this.ofScopeInfo[info] = noSteps
      return noSteps
    }
    const isNamed = scope !== undefined && declares[own]!
    this.#open(own, view.words(object))
    if (isNamed) {
      const { variables, header, functionWord, functionName } = scope
      for (const [index, name] of variables.entries()) this.#at(header + index, orNumber, numbers + name, context)
      if (functionWord >= 0 && functionName >= 0)
        this.#at(functionWord, orNumber, numbers + names.place(functionName), context)
    }
    this.#inner(2, words.of.scopeInfo)
    this.#inner(3, words.of.previous)
    this.#mapEdge(own)
    this.#rest(own, word => word === 2 || word === 3 || (isNamed && isVariable(scope, word)))
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
      this.#at(word, notWorthless | staysWeak, place, isWeak ? weakEdge : internal)
  }

  #inner(word: number, name: number, tag = none): void {
    this.#at(word, notWorthless | onlyStrong, name, internal, tag)
  }

  #mapEdge(own: number): void {
    const { words } = this.#sources
    const map = this.mapOf(own)
    if (map >= 0) this.#add(constant, map, words.of.map, internal)
  }

  /** The map of a variant's objects, -1 where V8 writes no edge to it. */
  mapOf(own: number): number {
    const { names, flags } = this.#sources
    const { variants, shapes } = names.view.records
    const map = shapes[variants[own]!.shape]!.mapNode
    return (flags[map]! & worthless) === 0 ? map : -1
  }

  #rest(own: number, isClaimed: (word: number) => boolean): void {
    const { leftOut } = this.#sources
    const from = this.#namedEnd
    let isWhole = true
    for (const { start, end } of this.#runs)
      for (let word = start; word < Math.min(end, this.#words); word++) {
        this.named = withRoom(this.named, this.#namedEnd + 1)
        this.named[this.#namedEnd++] = isClaimed(word) ? 1 : 0
        isWhole &&= isClaimed(word)
      }
    // V8 comes by the map first, and counts it where it has no edge.
    if (!isWhole) this.#add(odd.rest, from, this.mapOf(own) < 0 ? 1 : 0, hidden, this.#slot(leftOut[own]!))
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

  /** Which of the raw words a word is. */
  #raw(word: number): number {
    let index = word - 1
    for (const { start, end } of this.#runs) if (start < word) index -= Math.min(end, word) - start
    return index
  }

  #open(own: number, words: number): void {
    const { variants } = this.#sources.names.view.records
    this.#runs = variants[own]!.runs
    this.#words = words
    this.#begin = this.#end
    this.code = withRoom(this.code, this.#begin + stepsHead)
    this.code.set([slotsIn(variants[own]!, words), 0, own], this.#begin)
    this.#end += stepsHead
  }

  #add(what: number, slot: number, name: number, type: number, more = none): void {
    this.code = withRoom(this.code, this.#end + perStep)
    this.code.set([what, slot, name, type, more], this.#end)
    this.#end += perStep
  }

  #close(): number {
    this.code[this.#begin + 1] = this.#end
    return this.#begin
  }
}
