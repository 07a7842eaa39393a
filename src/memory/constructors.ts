import type { Functions } from './functions.js'
import type { Names } from './names.js'
import type { Properties } from './properties.js'
import { weak } from './records.js'

/** What an object is an instance of. */
export interface Constructor {
  /** Name among the texts. */
  readonly name: number
  /** The function, or -1. */
  readonly function: number
}

/** Of a longer chain of prototypes the rest is not looked at. */
const longestChain = 50
const longestLine = 1000

const newTargetIsBase = 1
const isPrototypeMap = 1 << 20

/**
 * Finds constructors' names as V8 does (JSReceiver::GetConstructorName): the shape knows its constructor, unless a class was extended
 * or the object is a prototype; then the chain of prototypes says it. Once for each shape where that is enough.
 */
export class Constructors {
  readonly #names: Names
  readonly #properties: Properties
  readonly #functions: Functions
  readonly #ofShape: (Constructor | undefined)[] = []
  readonly #said = new Map<number, { readonly tag: number; readonly maker: number }>()
  readonly #ofFunction = new Map<number, Constructor | undefined>()
  readonly #objectName: number
  /** By variant: whether they are functions, and whether symbols. */
  readonly #areFunctions: Uint8Array
  readonly #areSymbols: Uint8Array

  constructor(names: Names, properties: Properties, functions: Functions) {
    this.#names = names
    this.#properties = properties
    this.#functions = functions
    this.#areFunctions = Uint8Array.from(names.view.typeOf, type => (isFunction(type) ? 1 : 0))
    this.#areSymbols = names.view.areOfType('SYMBOL_TYPE')
    this.#objectName = names.view.records.texts.of('Object')
  }

  of(object: number): Constructor {
    const { view } = this.#names
    const number = view.variant(object).shape
    const known = this.#ofShape[number]
    if (known !== undefined) return known
    const shape = view.records.shapes[number]!
    const isPrototype = (view.bitField3(shape) & isPrototypeMap) !== 0
    const isDictionary = this.#properties.isDictionary(number)
    const found = this.#fromMap(number, isPrototype) ?? this.#fromChain(object) ?? this.#fallback(object, number)
    // An own property may say it otherwise for each object.
    const isOfShape =
      !isPrototype && !isDictionary && !this.#properties.ofShape(number).some(({ key }) => this.#isTag(key))
    if (isOfShape) this.#ofShape[number] = found
    return found
  }

  /** Whether all objects of a shape have the constructor that one of them had. */
  isOfShape(shape: number): boolean {
    return this.#ofShape[shape] !== undefined
  }

  #fromMap(number: number, isPrototype: boolean): Constructor | undefined {
    const { view } = this.#names
    const shape = view.records.shapes[number]!
    if ((view.bitField2(shape) & newTargetIsBase) === 0 || isPrototype) return undefined
    const maker = this.makerOf(shape.mapNode)
    return maker < 0 ? undefined : (this.#named(maker) ?? this.#ofTemplate(maker))
  }

  /** What stands in the first map of a line of maps. */
  makerOf(map: number): number {
    const { view } = this.#names
    let at = map
    for (let hops = 0; hops < longestLine; hops++) {
      at = view.ref(at, view.layout.map.constructor)
      if (at < 0 || view.type(at) !== 'MAP_TYPE') return at
    }
    return -1
  }

  /** The constructor that a function is, unless it has no name or is Object. */
  #named(maker: number): Constructor | undefined {
    const { view } = this.#names
    if (!isFunction(view.type(maker))) return undefined
    if (!this.#ofFunction.has(maker)) {
      const name = this.#functions.debugName(view.ref(maker, view.layout.function.shared))
      const isName = name !== '' && name !== 'Object'
      this.#ofFunction.set(maker, isName ? { name: view.records.texts.of(name), function: maker } : undefined)
    }
    return this.#ofFunction.get(maker)
  }

  #ofTemplate(maker: number): Constructor | undefined {
    if (this.#names.view.type(maker) !== 'FUNCTION_TEMPLATE_INFO_TYPE') return undefined
    const name = this.#names.firstString(maker)
    return name < 0 ? undefined : { name: this.#names.place(name), function: -1 }
  }

  #fromChain(object: number): Constructor | undefined {
    const { view } = this.#names
    let at = object
    for (let hops = 0; at >= 0 && hops < longestChain; hops++) {
      if (!isReceiver(view.type(at))) return undefined
      const { tag, maker } = this.#saidBy(at)
      if (tag >= 0) return { name: this.#names.place(tag), function: -1 }
      const named = hops > 0 && maker >= 0 ? this.#named(maker) : undefined
      if (named !== undefined) return named
      at = view.ref(view.shape(at).mapNode, view.layout.map.prototype)
    }
    return undefined
  }

  /** What an object itself says: its `Symbol.toStringTag` where that is a string, and its `constructor` where that is a function. */
  #saidBy(object: number): { readonly tag: number; readonly maker: number } {
    const { view } = this.#names
    const number = view.variant(object).shape
    const isDictionary = this.#properties.isDictionary(number)
    const store = isDictionary ? view.ref(object, view.layout.object.properties) : object
    const known = this.#said.get(store)
    if (known !== undefined) return known
    const { how, to, variant } = view.records
    let [tag, maker] = [-1, -1]
    const look = (key: number, slot: number): void => {
      if (slot < 0 || how[slot]! > weak) return
      const value = to[slot]!
      if (this.#isTag(key) && view.isString(value)) tag = value
      else if (this.#areFunctions[variant[value]!] === 1 && this.#names.text(key) === 'constructor') maker = value
    }
    if (isDictionary) this.#properties.eachOfDictionary(object, look)
    else
      for (const property of this.#properties.ofShape(number))
        if (!property.isAccessor) look(property.key, this.#properties.slot(object, property))
    const said = { tag, maker }
    if (this.#said.size < 200_000 && store >= 0) this.#said.set(store, said)
    return said
  }

  #isTag(key: number): boolean {
    const { view } = this.#names
    return (
      this.#areSymbols[view.records.variant[key]!] === 1 && this.#names.text(view.ref(key, 2)) === 'Symbol.toStringTag'
    )
  }

  #fallback(object: number, number: number): Constructor {
    const { view } = this.#names
    const type = view.type(object)
    if (type === 'JS_ARGUMENTS_OBJECT_TYPE') return { name: view.records.texts.of('Arguments'), function: -1 }
    // An async function that waits has a generator that no program ever sees, without a prototype of its own.
    if (/^JS_(ASYNC_FUNCTION|(ASYNC_)?GENERATOR)_OBJECT_TYPE$/.test(type))
      return { name: view.records.texts.of('Generator'), function: -1 }
    if (type === 'JS_ARRAY_TYPE') return { name: view.records.texts.of('Array'), function: -1 }
    if (type === 'JS_PRIMITIVE_WRAPPER_TYPE')
      return { name: view.records.texts.of(wrapped(view.type(view.ref(object, 3)))), function: -1 }
    const maker = this.makerOf(view.records.shapes[number]!.mapNode)
    return (maker < 0 ? undefined : this.#ofTemplate(maker)) ?? { name: this.#objectName, function: -1 }
  }
}

export const isFunction = (type: string): boolean => type === 'JS_FUNCTION_TYPE' || type.endsWith('_CONSTRUCTOR_TYPE')

/** The class of an object around a primitive, by the primitive's type. */
function wrapped(type: string): string {
  if (type === 'ODDBALL_TYPE') return 'Boolean'
  if (type === 'SYMBOL_TYPE') return 'Symbol'
  if (type.startsWith('BIG')) return 'BigInt'
  return type.endsWith('STRING_TYPE') ? 'String' : 'Number'
}

const isReceiver = (type: string): boolean =>
  type.startsWith('JS_') || type.startsWith('[api') || type.startsWith('WASM_') || type === ''
