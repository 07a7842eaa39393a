import type { Locations } from '../graph/heap-graph.js'
import { type Constructors, isFunction } from './constructors.js'
import type { Functions } from './functions.js'
import type { Names } from './names.js'
import type { NodeRows } from './nodes.js'
import { smi } from './records.js'

interface Location {
  readonly script: number
  readonly line: number
  readonly column: number
}

/** The source locations of functions, and of the constructors of objects. Each is computed once per function. */
export function locationsOf(
  names: Names,
  constructors: Constructors,
  functions: Functions,
  rows: NodeRows,
  base: number,
): Locations {
  const { view } = names
  const { count, variant, variants } = view.records
  const sources = new SourceLocations(names, functions)
  const { typeOf } = view
  const ofVariant: (Location | null | undefined)[] = []
  const generators = /^JS_(?:GENERATOR|ASYNC_FUNCTION|ASYNC_GENERATOR)_OBJECT_TYPE$/
  const locatedBy = typeOf.map(type =>
    isFunction(type) ? 'itself' : generators.test(type) ? 'its function' : 'constructor',
  )
  const locationOf = (at: number, variantIndex: number): Location | undefined => {
    const by = locatedBy[variantIndex]
    const closure = by === 'itself' ? at : by === 'its function' ? view.ref(at, 3) : constructors.of(at).function
    return closure < 0 || !isFunction(view.type(closure))
      ? undefined
      : sources.of(view.ref(closure, view.layout.function.shared))
  }
  let found = 0
  const isObject = Uint8Array.from(rows.kinds, kind => (kind === 'object' || kind === 'array buffer' ? 1 : 0))
  // Memory that is never written to costs nothing.
  const [node, script, line, column] = [
    new Uint32Array(count),
    new Uint32Array(count),
    new Uint32Array(count),
    new Uint32Array(count),
  ]
  for (let at = 0; at < count; at++) {
    const variantIndex = variant[at]!
    if (isObject[variantIndex] === 0) continue
    let location = ofVariant[variantIndex]
    if (location === null) continue
    if (location === undefined) {
      location = locationOf(at, variantIndex)
      // Most shapes have one constructor.
      const isShared =
        locatedBy[variantIndex] === 'constructor' && constructors.isOfShape(variants[variantIndex]!.shape)
      if (isShared) ofVariant[variantIndex] = location ?? null
      if (location === undefined) continue
    }
    node[found] = base + at
    script[found] = location.script
    line[found] = location.line
    column[found++] = location.column
  }
  return {
    node: node.subarray(0, found),
    script: script.subarray(0, found),
    line: line.subarray(0, found),
    column: column.subarray(0, found),
  }
}

/** Longer sources get no locations. */
const longestSource = 2 ** 28

class SourceLocations {
  readonly #names: Names
  readonly #functions: Functions
  readonly #known = new Map<number, Location | null>()
  readonly #lineEnds = new Map<number, ArrayLike<number> | undefined>()

  constructor(names: Names, functions: Functions) {
    this.#names = names
    this.#functions = functions
  }

  of(shared: number): Location | undefined {
    if (shared < 0) return undefined
    let location = this.#known.get(shared)
    if (location === undefined) {
      location = this.#find(shared) ?? null
      this.#known.set(shared, location)
    }
    return location ?? undefined
  }

  #find(shared: number): Location | undefined {
    const { view } = this.#names
    const script = this.#functions.script(shared)
    const position = this.#functions.position(shared)
    if (script < 0 || position === undefined || position < 0) return undefined
    const id = view.smi(script, view.layout.script.id)
    if (!this.#lineEnds.has(script)) this.#lineEnds.set(script, this.#lineEndsOf(script))
    const ends = this.#lineEnds.get(script)
    if (ends === undefined || id === undefined || id < 0) return undefined
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ends[middle]! < position) low = middle + 1
      else high = middle
    }
    const column = position - (low > 0 ? ends[low - 1]! + 1 : 0)
    // The start of the script within its file.
    const [lineOffset, columnOffset] = [view.smi(script, 3) ?? 0, view.smi(script, 4) ?? 0]
    return {
      script: id,
      line: Math.max(0, low + lineOffset),
      column: Math.max(0, column + (low === 0 ? columnOffset : 0)),
    }
  }

  /** The positions of a script's line ends: V8's if it has computed them, otherwise computed here. */
  #lineEndsOf(script: number): ArrayLike<number> | undefined {
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
    // The dump has only the beginning of the source.
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
