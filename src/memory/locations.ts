import type { Locations } from '../graph/heap-graph.js'
import { type Constructors, isFunction } from './constructors.js'
import type { Functions } from './functions.js'
import type { Names } from './names.js'
import type { NodeRows } from './nodes.js'
import { smi } from './records.js'

interface Place {
  readonly script: number
  readonly line: number
  readonly column: number
}

/** Where functions, and the constructors of objects, stand in their scripts. Each function's code is looked for once. */
export function locationsOf(
  names: Names,
  constructors: Constructors,
  functions: Functions,
  rows: NodeRows,
  base: number,
): Locations {
  const { view } = names
  const { count, variant, variants } = view.records
  const places = new Places(names, functions)
  const { typeOf } = view
  const ofVariant: (Place | null | undefined)[] = []
  const generators = /^JS_(?:GENERATOR|ASYNC_FUNCTION|ASYNC_GENERATOR)_OBJECT_TYPE$/
  const makes = typeOf.map(type =>
    isFunction(type) ? 'itself' : generators.test(type) ? 'its function' : 'constructor',
  )
  const placeOf = (at: number, own: number): Place | undefined => {
    const maker =
      makes[own] === 'itself' ? at : makes[own] === 'its function' ? view.ref(at, 3) : constructors.of(at).function
    return maker < 0 || !isFunction(view.type(maker))
      ? undefined
      : places.of(view.ref(maker, view.layout.function.shared))
  }
  let found = 0
  const isObject = Uint8Array.from(rows.kinds, kind => (kind === 'object' || kind === 'array buffer' ? 1 : 0))
  // Room that is never written to costs nothing.
  const [node, script, line, column] = [
    new Uint32Array(count),
    new Uint32Array(count),
    new Uint32Array(count),
    new Uint32Array(count),
  ]
  for (let at = 0; at < count; at++) {
    const own = variant[at]!
    if (isObject[own] === 0) continue
    let place = ofVariant[own]
    if (place === null) continue
    if (place === undefined) {
      place = placeOf(at, own)
      // Most shapes have one constructor.
      const isShared = makes[own] === 'constructor' && constructors.isOfShape(variants[own]!.shape)
      if (isShared) ofVariant[own] = place ?? null
      if (place === undefined) continue
    }
    node[found] = base + at
    script[found] = place.script
    line[found] = place.line
    column[found++] = place.column
  }
  return {
    node: node.subarray(0, found),
    script: script.subarray(0, found),
    line: line.subarray(0, found),
    column: column.subarray(0, found),
  }
}

/** Sources longer than this have no lines that anybody looks for. */
const longestSource = 2 ** 28

class Places {
  readonly #names: Names
  readonly #functions: Functions
  readonly #known = new Map<number, Place | null>()
  readonly #ends = new Map<number, ArrayLike<number> | undefined>()

  constructor(names: Names, functions: Functions) {
    this.#names = names
    this.#functions = functions
  }

  of(shared: number): Place | undefined {
    if (shared < 0) return undefined
    let place = this.#known.get(shared)
    if (place === undefined) {
      place = this.#find(shared) ?? null
      this.#known.set(shared, place)
    }
    return place ?? undefined
  }

  #find(shared: number): Place | undefined {
    const { view } = this.#names
    const script = this.#functions.script(shared)
    const position = this.#functions.position(shared)
    if (script < 0 || position === undefined || position < 0) return undefined
    const id = view.smi(script, view.layout.script.id)
    if (!this.#ends.has(script)) this.#ends.set(script, this.#endsOf(script))
    const ends = this.#ends.get(script)
    if (ends === undefined || id === undefined || id < 0) return undefined
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ends[middle]! < position) low = middle + 1
      else high = middle
    }
    const column = position - (low > 0 ? ends[low - 1]! + 1 : 0)
    // Where the script begins in its file.
    const [lineOffset, columnOffset] = [view.smi(script, 3) ?? 0, view.smi(script, 4) ?? 0]
    return {
      script: id,
      line: Math.max(0, low + lineOffset),
      column: Math.max(0, column + (low === 0 ? columnOffset : 0)),
    }
  }

  /** Where the lines of a script end: as V8 has counted them, or counted here. */
  #endsOf(script: number): ArrayLike<number> | undefined {
    const { view } = this.#names
    const { records, layout } = view
    const counted = view.ref(script, layout.script.lineEnds)
    if (counted >= 0 && view.type(counted) === 'FIXED_ARRAY_TYPE' && view.words(counted) > 2) {
      const { firstSlot, how, to } = records
      const begin = firstSlot[counted]! - view.arrayIndexOfFirstSlot(counted)
      const slots = to.subarray(begin, firstSlot[counted + 1]!)
      if (how.subarray(begin, firstSlot[counted + 1]!).every(kind => kind === smi)) return slots
    }
    const source = view.ref(script, layout.script.source)
    if (!view.isString(source)) return undefined
    const length = this.#lengthOf(source)
    const text = this.#names.text(source, longestSource)
    // Of a text that the dump has only the beginning of, the lines cannot be counted.
    if (text.length < length) return undefined
    const ends: number[] = []
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) ends.push(at)
    return ends
  }

  #lengthOf(string: number): number {
    const { view } = this.#names
    const { form } = view.shape(string)
    if (form === 'slots') return (view.bits(string, 12) ?? 0) >>> 0
    return view.records.rawLow[view.records.firstRaw[string]!]!
  }
}
