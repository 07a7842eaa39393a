import type { Functions } from './functions.js'
import type { Names } from './names.js'
import type { Properties } from './properties.js'
import { weak } from './records.js'

/** The constructor of an object. */
export interface Constructor {
  /** Its name, as a number of a text. */
  readonly name: number
  /** The function, or -1. */
  readonly function: number
}

/** Longer prototype chains are followed no further. */
const longestChain = 50
const longestLine = 1000

const newTargetIsBase = 1
const isPrototypeMap = 1 << 20

/**
 * Finds constructors' names as V8 does (JSReceiver::GetConstructorName): from the shape, unless a class was extended or
 * the object is a prototype; then from the prototype chain. Once per shape where possible.
 */
export class Constructors {
  readonly #names: Names
  readonly #properties: Properties
  readonly #functions: Functions
  readonly #ofShape: (Constructor | undefined)[] = []
  readonly #ownOfStore = new Map<number, { readonly tag: number; readonly ctor: number }>()
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
    // An own property may differ for each object.
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
    const ctor = this.constructorOf(shape.mapNode)
    return ctor < 0 ? undefined : (this.#named(ctor) ?? this.#ofTemplate(ctor))
  }

  /** The constructor stored in the first map of a chain of maps. */
  constructorOf(map: number): number {
    const { view } = this.#names
    let at = map
    for (let hops = 0; hops < longestLine; hops++) {
      at = view.ref(at, view.layout.map.constructor)
      if (at < 0 || view.type(at) !== 'MAP_TYPE') return at
    }
    return -1
  }

  /** The function as a constructor, unless it has no name or is Object. */
  #named(ctor: number): Constructor | undefined {
    const { view } = this.#names
    if (!isFunction(view.type(ctor))) return undefined
    if (!this.#ofFunction.has(ctor)) {
      const name = this.#functions.debugName(view.ref(ctor, view.layout.function.shared))
      const isName = name !== '' && name !== 'Object'
      this.#ofFunction.set(ctor, isName ? { name: view.records.texts.of(name), function: ctor } : undefined)
    }
    return this.#ofFunction.get(ctor)
  }

  #ofTemplate(ctor: number): Constructor | undefined {
    if (this.#names.view.type(ctor) !== 'FUNCTION_TEMPLATE_INFO_TYPE') return undefined
    const name = this.#names.firstString(ctor)
    return name < 0 ? undefined : { name: this.#names.textOf(name), function: -1 }
  }

  #fromChain(object: number): Constructor | undefined {
    const { view } = this.#names
    let at = object
    for (let hops = 0; at >= 0 && hops < longestChain; hops++) {
      if (!isReceiver(view.type(at))) return undefined
      const { tag, ctor } = this.#ownTagAndConstructor(at)
      if (tag >= 0) return { name: this.#names.textOf(tag), function: -1 }
      const named = hops > 0 && ctor >= 0 ? this.#named(ctor) : undefined
      if (named !== undefined) return named
      at = view.ref(view.shape(at).mapNode, view.layout.map.prototype)
    }
    return undefined
  }

  /** The object's own `Symbol.toStringTag` if that is a string, and its own `constructor` if that is a function. */
  #ownTagAndConstructor(object: number): { readonly tag: number; readonly ctor: number } {
    const { view } = this.#names
    const number = view.variant(object).shape
    const isDictionary = this.#properties.isDictionary(number)
    const store = isDictionary ? view.ref(object, view.layout.object.properties) : object
    const known = this.#ownOfStore.get(store)
    if (known !== undefined) return known
    const { how, to, variant } = view.records
    let [tag, ctor] = [-1, -1]
    const look = (key: number, slot: number): void => {
      if (slot < 0 || how[slot]! > weak) return
      const value = to[slot]!
      if (this.#isTag(key) && view.isString(value)) tag = value
      else if (this.#areFunctions[variant[value]!] === 1 && this.#names.text(key) === 'constructor') ctor = value
    }
    if (isDictionary) this.#properties.eachOfDictionary(object, look)
    else
      for (const property of this.#properties.ofShape(number))
        if (!property.isAccessor) look(property.key, this.#properties.slot(object, property))
    const found = { tag, ctor }
    if (this.#ownOfStore.size < 200_000 && store >= 0) this.#ownOfStore.set(store, found)
    return found
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
    // A paused async function has a generator that no program can reach, without a prototype of its own.
    if (/^JS_(ASYNC_FUNCTION|(ASYNC_)?GENERATOR)_OBJECT_TYPE$/.test(type))
      return { name: view.records.texts.of('Generator'), function: -1 }
    if (type === 'JS_ARRAY_TYPE') return { name: view.records.texts.of('Array'), function: -1 }
    if (type === 'JS_PRIMITIVE_WRAPPER_TYPE')
      return { name: view.records.texts.of(wrapped(view.type(view.ref(object, 3)))), function: -1 }
    const ctor = this.constructorOf(view.records.shapes[number]!.mapNode)
    return (ctor < 0 ? undefined : this.#ofTemplate(ctor)) ?? { name: this.#objectName, function: -1 }
  }
}

export const isFunction = (type: string): boolean => type === 'JS_FUNCTION_TYPE' || type.endsWith('_CONSTRUCTOR_TYPE')

/** The class of a wrapper object, by the type of its primitive. */
function wrapped(type: string): string {
  if (type === 'ODDBALL_TYPE') return 'Boolean'
  if (type === 'SYMBOL_TYPE') return 'Symbol'
  if (type.startsWith('BIG')) return 'BigInt'
  return type.endsWith('STRING_TYPE') ? 'String' : 'Number'
}

const isReceiver = (type: string): boolean =>
  type.startsWith('JS_') || type.startsWith('[api') || type.startsWith('WASM_') || type === ''
