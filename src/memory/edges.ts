import { edgeTypeNumber } from '../graph/heap-graph.js'
import type { EdgeColumns } from './edge-columns.js'
import { edgeWords, type PlacedField } from './edge-words.js'
import { doubleOf, type Names } from './names.js'
import type { NodeRows } from './nodes.js'
import type { NumberColumns } from './number-columns.js'
import { hole, omitted } from './omitted-targets.js'
import { type Budget, countedFrom, maxItems, PlainEdges } from './plain-edges.js'
import type { Properties } from './properties.js'
import { extra, repeats, smi, strong, weak } from './records.js'
import { isVariable, type Scopes } from './scopes.js'
import { type PlacedPlan, planOf } from './shape-plans.js'

const [context, element, property, internal, hidden, shortcut, weakEdge] = (
  ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'] as const
).map(name => edgeTypeNumber(name)) as [number, number, number, number, number, number, number]

/** An edge that is in no slot of the object: of a WeakMap entry, or of the embedder. Sorted by `from`. */
export interface AddedEdge {
  readonly from: number
  readonly type: number
  /** The number of a text, or an index if the type has indexes. */
  readonly name: number
  /** A node of the graph. */
  readonly to: number
}

export interface EdgeSources {
  readonly names: Names
  readonly scopes: Scopes
  readonly properties: Properties
  readonly rows: NodeRows
  /** By object: whether V8 omits edges to it. */
  readonly flags: Uint8Array
  /** Nodes of the graph before the first object. */
  readonly base: number
  readonly nativeContextNames: ReadonlyMap<number, string>
  /** By array buffer: the node of its memory outside the heap. */
  readonly bufferOf: ReadonlyMap<number, number>
  readonly added: readonly AddedEdge[]
}

/**
 * Limits on numbers kept: per Map, Set or dictionary object, and for all of them together, plus one per four slots of
 * the heap, so that they take fewer bytes than the slots.
 */
const maxEntries = 10_000
const entriesAtLeast = 2 ** 16

/**
 * Writes the references of all objects as V8's snapshots name them (heap-snapshot-generator.cc): properties, elements,
 * variables, internal fields, and indexes for slots without a name. Appends to `columns`, and writes the start of each
 * object's edges to `first`. Numbers, to which V8 writes no edges, go into `numberColumns`.
 */
export function objectEdges(
  columns: EdgeColumns,
  numberColumns: NumberColumns,
  first: Uint32Array,
  sources: EdgeSources,
): void {
  const { names, scopes, properties, rows, flags, base, added } = sources
  const { view } = names
  const { records, layout, typeOf } = view
  const { count, variant, variants, shapes, firstSlot, how, to, repeating, texts, firstRaw, rawLow, rawHigh } = records
  const numbers = texts.numbers
  const isOmitted = (target: number): boolean => (flags[target]! & omitted) !== 0
  const isHole = (target: number): boolean => (flags[target]! & hole) !== 0
  const edgeNames = edgeWords(view)
  const { of: words, word, placed, fieldsOf, slot: slotName } = edgeNames
  /** By variant: the word of a list internal to V8, which has no edge. */
  const leftOut = typeOf.map(type => (type === 'ALLOCATION_SITE_TYPE' ? layout.allocationSite.next : -1))
  const plans: (PlacedPlan | undefined)[] = []
  const emptyText = texts.of('')
  const constructorNames: Readonly<Record<string, number>> = {
    MAP_TYPE: words.backPointer,
    NATIVE_CONTEXT_TYPE: words.nativeContext,
    FUNCTION_TEMPLATE_INFO_TYPE: words.constructorData,
  }
  /**
   * By variant: whether variables of the scope have names. V8 names those of blocks only if these declare functions.
   */
  const declares = typeOf.map(type => /^(?:FUNCTION|SCRIPT|MODULE|BLOCK|EVAL|CATCH)_CONTEXT/.test(type))
  const isBox = typeOf.map(type => type === 'HEAP_NUMBER_TYPE')
  const isCell = typeOf.map(type => type === 'CONTEXT_CELL_TYPE')
  const isBigint = typeOf.map(type => /^BIG_?INT/.test(type))
  /** By variant: slots per entry for the tables of Maps and Sets, else 0. */
  const entrySlots = typeOf.map(type =>
    type === 'ORDERED_HASH_MAP_TYPE' ? 3 : type === 'ORDERED_HASH_SET_TYPE' ? 2 : 0,
  )
  const isDictionary = typeOf.map(type => /^(?:NAME|NUMBER|GLOBAL)_DICTIONARY_TYPE$/.test(type))
  /**
   * Limits the edges copied from shared stores and repeated slots: in a damaged heap, all objects may share one store.
   */
  const budget: Budget = { left: 2 ** 24 + 8 * records.slotCount }
  let entriesLeft = entriesAtLeast + records.slotCount / 4
  let nextAdded = 0

  const add = (type: number, name: number, target: number): void => columns.add(type, name, base + target)

  const edgesByStep = new PlainEdges(
    columns,
    numberColumns,
    first,
    { ...sources, words: edgeNames, planOf: placedPlan, declares, leftOut },
    budget,
  )

  for (let at = 0; at < count; at++) {
    at = edgesByStep.write(at, nextAdded < added.length ? added[nextAdded]!.from : count)
    if (at === count) break
    first[at] = columns.count
    const variantIndex = variant[at]!
    switch (rows.kinds[variantIndex]!) {
      case 'string':
        if (firstSlot[at] !== firstSlot[at + 1]) fields(at, fieldsOf[variantIndex]!)
        mapEdge(variantIndex)
        break
      case 'object':
        object(at, variantIndex)
        break
      case 'fixed array':
        fixedArray(at)
        if (isDictionary[variantIndex]) counts(at)
        else if (entrySlots[variantIndex]! > 0) entries(at, entrySlots[variantIndex]!)
        mapEdge(variantIndex)
        break
      case 'weak fixed array':
        indexed(at, 2)
        mapEdge(variantIndex)
        rest(at, variantIndex, word => word >= 2)
        break
      case 'weak array list':
        indexed(at, 3)
        mapEdge(variantIndex)
        rest(at, variantIndex, word => word >= 3)
        break
      case 'descriptors':
        descriptors(at, variantIndex)
        break
      case 'ephemerons':
        ephemerons(at)
        mapEdge(variantIndex)
        break
      case 'map':
        map(at, variantIndex)
        break
      case 'code':
        code(at, variantIndex)
        break
      case 'context':
        scope(at, variantIndex)
        break
      case 'native context':
        nativeContext(at, variantIndex)
        break
      case 'array buffer': {
        const buffer = sources.bufferOf.get(at)
        if (buffer !== undefined) columns.add(internal, words.backingStore, buffer)
        mapEdge(variantIndex)
        rest(at, variantIndex, () => false)
        break
      }
      case 'global proxy':
        globalProxy(at, variantIndex)
        break
      default:
        if (isBox[variantIndex]) addNumber(at, internal, words.value, box(at))
        else if (isCell[variantIndex]) addNumber(at, internal, words.value, cell(at))
        else if (isBigint[variantIndex]) {
          const digits = view.bigint(at)
          if (digits !== '') addNumber(at, internal, words.digits, word(digits))
        }
        fields(at, fieldsOf[variantIndex]!)
        mapEdge(variantIndex)
        rest(at, variantIndex, word => fieldsOf[variantIndex]!.some(field => field.word === word))
    }
    for (; nextAdded < added.length && added[nextAdded]!.from === at; nextAdded++) {
      const { type, name, to } = added[nextAdded]!
      columns.add(type, type === element || type === hidden ? name : numbers + name, to)
    }
  }

  function mapEdge(variantIndex: number): void {
    const map = shapes[variants[variantIndex]!.shape]!.mapNode
    if (!isOmitted(map)) add(internal, words.map, map)
  }

  function addNumber(at: number, type: number, name: number, value: number | undefined): void {
    if (value !== undefined) numberColumns.add(base + at, type, name, value)
  }

  /** The number in a slot, small or in a box. */
  function numberIn(slot: number): number | undefined {
    if (slot < 0 || how[slot]! > smi) return undefined
    return how[slot] === smi ? to[slot]! : isBox[variant[to[slot]!]!] ? box(to[slot]!) : undefined
  }

  function box(at: number): number | undefined {
    const raw = firstRaw[at]!
    return raw < firstRaw[at + 1]! ? doubleOf(rawLow[raw]!, rawHigh[raw]!) : undefined
  }

  /** The number in the cell of a variable: V8 keeps it as it is once it was assigned to. */
  function cell(at: number): number | undefined {
    const [state, raw] = [view.raw(at, 3), view.raw(at, 4)]
    switch (state < 0 || raw < 0 ? 0 : rawLow[state]) {
      case 2:
        return rawLow[raw]! | 0
      case 3:
        return doubleOf(rawLow[raw]!, rawHigh[raw]!)
      default:
        return numberIn(view.slot(at, 1))
    }
  }

  /** Adds an internal edge, unless V8 omits edges to the target. Returns the target, or -1. */
  function inner(at: number, word: number, name: number): number {
    const target = view.strongRef(at, word)
    if (target < 0 || isOmitted(target)) return -1
    add(internal, name, target)
    return target
  }

  function fields(at: number, list: readonly PlacedField[]): void {
    for (const { word, place, isWeak } of list) {
      const slot = view.slot(at, word)
      if (slot < 0 || how[slot]! > weak || isOmitted(to[slot]!)) continue
      add(isWeak || how[slot] === weak ? weakEdge : internal, place, to[slot]!)
    }
  }

  /** Adds edges for slots without a name, numbered in the order in which V8 visits them. */
  function rest(at: number, variantIndex: number, isClaimed: (word: number) => boolean): void {
    // V8 visits the map first, and counts it even if it has no edge.
    let number = isOmitted(shapes[variants[variantIndex]!.shape]!.mapNode) ? 1 : 0
    const { runs } = variants[variantIndex]!
    const skipped = leftOut[variantIndex]!
    const words = view.words(at)
    let slot = firstSlot[at]!
    const end = firstSlot[at + 1]!
    for (const { start, end: runEnd } of runs) {
      for (let word = start; word < Math.min(runEnd, words) && slot < end; word++, slot++) {
        const kind = how[slot]!
        if (kind === repeats) {
          word += to[slot]! - 1
          if (slot > 0 && how[slot - 1]! <= weak) number += to[slot]!
          continue
        }
        if (kind > weak) continue
        const target = to[slot]!
        if (isClaimed(word) && !isOmitted(target)) continue
        if (!isOmitted(target) && word !== skipped) {
          if (kind === strong) add(hidden, number, target)
          else add(weakEdge, slotName(number), target)
        }
        number++
      }
    }
    for (; slot < end; slot++) {
      const kind = how[slot]!
      if (kind < extra || kind % extra > weak || kind >= 3 * extra + extra) continue
      if (kind >= 2 * extra && kind < 3 * extra) continue // code, which has a name of its own
      const target = to[slot]!
      if (!isOmitted(target)) {
        if (isOptimized(at, variantIndex) && isWeakInCode(target)) add(weakEdge, slotName(number), target)
        else add(hidden, number, target)
      }
      number++
    }
  }

  /** Whether machine code is from the optimizing compiler: its Code then has deoptimization data. */
  function isOptimized(at: number, variantIndex: number): boolean {
    // Up to V8 10 it is part of its Code object.
    const isCode = layout.major < 11 && typeOf[variantIndex] === 'CODE_TYPE'
    if (!isCode && typeOf[variantIndex] !== 'INSTRUCTION_STREAM_TYPE') return false
    const of = isCode ? at : view.ref(at, 1)
    const data = of < 0 ? -1 : view.ref(of, layout.major < 12 ? 2 : 1)
    return data >= 0 && /FIXED_ARRAY_TYPE$/.test(typeOf[variant[data]!]!)
  }

  /** Whether optimized code refers to the target only weakly. */
  function isWeakInCode(target: number): boolean {
    const kind = rows.kinds[variant[target]!]!
    return (
      kind === 'map' ||
      kind === 'object' ||
      kind.endsWith('context') ||
      typeOf[variant[target]!] === 'PROPERTY_CELL_TYPE'
    )
  }

  function fixedArray(at: number): void {
    const begin = firstSlot[at]!
    const end = firstSlot[at + 1]!
    let index = view.arrayIndexOfFirstSlot(at)
    for (let slot = begin; slot < end; slot++) {
      const kind = how[slot]!
      if (kind === strong && index >= 0) {
        const target = to[slot]!
        if (!isOmitted(target)) columns.add(internal, slotName(index), base + target)
      } else if (kind === repeats) {
        index = addRepeated(slot, index, internal)
        continue
      } else if (kind >= extra) break
      index++
    }
  }

  /** The numbers of entries and of deleted entries, and the capacity: the first slots of V8's hash tables. */
  function counts(at: number): void {
    for (let index = 0; index < 3; index++) addNumber(at, internal, slotName(index), view.smi(at, index + 2))
  }

  /** The small integers among the keys and values of a Map or the members of a Set, named by slot as edges are. */
  function entries(at: number, width: number): void {
    const [present, deleted, buckets] = [view.smi(at, 2), view.smi(at, 3), view.smi(at, 4)]
    if (present === undefined || deleted === undefined || buckets === undefined) return
    const start = 3 + buckets
    const last = start + width * (present + deleted)
    let left = maxEntries
    let index = view.arrayIndexOfFirstSlot(at)
    for (let slot = firstSlot[at]!; slot < firstSlot[at + 1]! && index < last && left > 0; slot++, index++) {
      // Repeated slots are empty buckets or unused entries.
      if (how[slot] === repeats) index += to[slot]! - 1
      else if (how[slot] === smi && index >= start && (index - start) % width < width - 1 && entriesLeft-- > 0) {
        addNumber(at, internal, slotName(index), to[slot]!)
        left--
      }
    }
  }

  /** Adds one edge for each repeated slot, within the budget. Returns the next index. */
  function addRepeated(slot: number, index: number, type: number): number {
    const times = to[slot]!
    if (how[slot - 1] === strong && (type === element ? !isHole(to[slot - 1]!) : !isOmitted(to[slot - 1]!))) {
      const written = Math.min(times, Math.max(0, budget.left))
      budget.left -= written
      for (let at = Math.max(0, index); at < index + written; at++)
        add(type, type === element ? at : slotName(at), to[slot - 1]!)
    }
    return index + times
  }

  function indexed(at: number, from: number): void {
    const words = view.words(at)
    for (let word = from; word < words; word++) {
      const slot = view.slot(at, word)
      if (slot < 0) break
      if (how[slot]! > weak || isOmitted(to[slot]!)) continue
      add(how[slot] === weak ? weakEdge : internal, slotName(word - from), to[slot]!)
    }
  }

  function descriptors(at: number, variantIndex: number): void {
    inner(at, layout.descriptorHeader - 1, words.enumCache)
    indexed(at, layout.descriptorHeader)
    mapEdge(variantIndex)
    rest(at, variantIndex, word => word >= layout.descriptorHeader - 1)
  }

  /** Keys and values alternate in the slots of pairs. The edges for what a pair keeps alive are in `added`. */
  function ephemerons(at: number): void {
    const words = view.words(at)
    for (const { start, end, kind } of variants[variant[at]!]!.runs) {
      for (let word = start; word < Math.min(end, words); word++) {
        const slot = view.slot(at, word)
        if (slot < 0 || how[slot]! > weak || isOmitted(to[slot]!)) continue
        add(kind === 'ephemerons' ? weakEdge : internal, slotName(word - 2), to[slot]!)
      }
    }
  }

  function map(at: number, variantIndex: number): void {
    const { transitions, prototype, constructor: constructorWord, dependentCode } = layout.map
    const slot = view.slot(at, transitions)
    let claimed = true
    if (slot >= 0 && how[slot]! <= weak && !isOmitted(to[slot]!)) {
      const target = to[slot]!
      const type = typeOf[variant[target]!]!
      if (how[slot] === weak) add(weakEdge, words.transition, target)
      else if (type === 'TRANSITION_ARRAY_TYPE') add(internal, words.transitions, target)
      else if (type === 'FIXED_ARRAY_TYPE') add(internal, words.transition, target)
      else if (type === 'PROTOTYPE_INFO_TYPE') add(internal, words.prototypeInfo, target)
      else claimed = false
    }
    inner(at, layout.map.descriptors, words.descriptors)
    inner(at, prototype, words.prototype)
    const ctor = view.strongRef(at, constructorWord)
    if (ctor >= 0) {
      inner(at, constructorWord, constructorNames[typeOf[variant[ctor]!]!] ?? words.constructor)
    }
    inner(at, dependentCode, words.dependentCode)
    mapEdge(variantIndex)
    const { descriptors } = layout.map
    rest(
      at,
      variantIndex,
      word =>
        word === descriptors ||
        word === prototype ||
        word === constructorWord ||
        word === dependentCode ||
        (word === transitions && claimed),
    )
  }

  /** Baseline code refers to the bytecode it was compiled from, optimized code to its deoptimization data. */
  function code(at: number, variantIndex: number): void {
    const from = layout.major < 12 ? 2 : 1
    const claimed = new Set(fieldsOf[variantIndex]!.map(field => field.word))
    fields(at, fieldsOf[variantIndex]!)
    const source = view.strongRef(at, from)
    const type = source < 0 ? '' : typeOf[variant[source]!]!
    const isBaseline = type === 'BYTECODE_ARRAY_TYPE' || type === 'INTERPRETER_DATA_TYPE'
    const isOptimized = /FIXED_ARRAY_TYPE$|^DEOPTIMIZATION/.test(type)
    if (isBaseline || isOptimized) {
      const [first, second] = isBaseline
        ? ['interpreter_data', 'bytecode_offset_table']
        : ['deoptimization_data', 'source_position_table']
      if (inner(at, from, word(first!)) >= 0) claimed.add(from)
      if (inner(at, from + 1, word(second!)) >= 0) claimed.add(from + 1)
    }
    mapEdge(variantIndex)
    rest(at, variantIndex, word => claimed.has(word))
  }

  function scope(at: number, variantIndex: number): void {
    const info = scopes.of(view.ref(at, 2))
    const named = info !== undefined && declares[variantIndex]!
    if (named) {
      const { variables, header, functionWord, functionName } = info
      for (let index = 0; index < variables.length; index++) variable(at, header + index, variables[index]!)
      if (functionWord >= 0 && functionName >= 0) variable(at, functionWord, names.textOf(functionName))
    }
    inner(at, 2, words.scopeInfo)
    inner(at, 3, words.previous)
    const hasExtension = info?.header === 5 && inner(at, 4, words.extension) >= 0
    mapEdge(variantIndex)
    rest(
      at,
      variantIndex,
      word => word === 2 || word === 3 || (hasExtension && word === 4) || (named && isVariable(info, word)),
    )
  }

  function variable(at: number, word: number, name: number): void {
    const slot = view.slot(at, word)
    if (slot < 0 || how[slot]! > smi) return
    if (how[slot] === smi) addNumber(at, context, numbers + name, to[slot]!)
    else add(context, numbers + name, to[slot]!)
  }

  function nativeContext(at: number, variantIndex: number): void {
    const { nativeContextNames } = sources
    const claimed = new Set([2, 3])
    inner(at, 2, words.scopeInfo)
    inner(at, 3, words.previous)
    if (inner(at, 4, word(layout.isAfter14_1 ? 'global_object' : 'extension')) >= 0) claimed.add(4)
    for (const [index, name] of nativeContextNames) {
      const at_ = index + 2
      if (claimed.has(at_)) continue
      inner(at, at_, word(name))
      claimed.add(at_)
    }
    mapEdge(variantIndex)
    rest(at, variantIndex, word => claimed.has(word))
  }

  function globalProxy(at: number, variantIndex: number): void {
    const { major } = layout
    let claimed = -1
    if (major < 12) {
      inner(at, 3, word('native_context'))
      claimed = 3
    } else if (major >= 14) {
      // Not stored in the object: the map of its map has the context.
      const metaMap = shapes[variants[variant[shapes[variants[variantIndex]!.shape]!.mapNode]!]!.shape]!.mapNode
      const target = view.ref(metaMap, layout.map.constructor)
      if (target >= 0 && typeOf[variant[target]!] === 'NATIVE_CONTEXT_TYPE') {
        add(shortcut, numbers + texts.of('native_context'), target)
        const global = view.ref(target, 4)
        if (global >= 0) add(shortcut, numbers + texts.of('global_object'), global)
      }
    }
    mapEdge(variantIndex)
    rest(at, variantIndex, word => word === claimed)
  }

  function placedPlan(variantIndex: number): PlacedPlan {
    let plan = plans[variantIndex]
    if (plan === undefined) {
      const { before, behind, ...rest } = planOf(view, properties, variantIndex)
      plan = { ...rest, before: placed(before), behind: placed(behind) }
      plans[variantIndex] = plan
    }
    return plan
  }

  function object(at: number, variantIndex: number): void {
    const plan = placedPlan(variantIndex)
    const begin = firstSlot[at]!
    const { simpleFrom } = variants[variantIndex]!
    const isSimple = simpleFrom > 0 && repeating[at] === 0
    const slotOf = (word: number): number => (isSimple ? begin + word - simpleFrom : view.slot(at, word))

    fields(at, plan.before)
    if (plan.isDictionary) {
      let left = maxEntries
      properties.eachOfDictionary(at, (key, slot, isAccessor) => {
        if (slot >= 0 && how[slot] === smi && (left-- <= 0 || entriesLeft-- <= 0)) return
        value(at, names.textOf(key), key, slot, isAccessor)
      })
    } else {
      for (const one of plan.properties) {
        const slot = one.at === 'object' ? slotOf(one.index) : properties.slot(at, one)
        value(at, one.name, one.key, slot, one.isAccessor)
      }
      for (const one of plan.numbers)
        if (--budget.left > -records.slotCount)
          addNumber(
            at,
            property,
            numbers + one.name,
            numberIn(one.at === 'object' ? slotOf(one.index) : properties.slot(at, one)),
          )
    }
    if (plan.isArray) addNumber(at, property, words.length, numberIn(slotOf(layout.array.length)))
    else if (plan.has !== 'nothing') ownNumber(at, plan.has)
    elements(at, plan)
    for (let word = plan.embedder[0]; word < plan.embedder[1]; word++)
      inner(at, word, slotName(word - plan.embedder[0]))
    if (plan.prototype >= 0) add(property, words.proto, plan.prototype)
    if (plan.isFunction) closure(at, plan)
    fields(at, plan.behind)
    if (plan.isBound) boundArguments(at)
    tagged(inner(at, layout.object.properties, words.properties), edgeNames.properties)
    tagged(inner(at, layout.object.elements, words.elements), edgeNames.elements)
    mapEdge(variantIndex)
    if (plan.hasNameless || !isSimple) rest(at, variantIndex, plan.isClaimed)
  }

  function value(at: number, name: number, key: number, slot: number, isAccessor: boolean): void {
    if (slot < 0 || how[slot]! > smi) return
    if (--budget.left < -records.slotCount) return
    const target = to[slot]!
    if (how[slot] === smi) {
      if (!isAccessor) addNumber(at, property, numbers + name, target)
      return
    }
    if (isAccessor) {
      accessor(name, key, target)
      return
    }
    const place = numbers + name
    add(place === edgeNames.none ? internal : property, place, target)
  }

  function accessor(name: number, key: number, pair: number): void {
    if (typeOf[variant[pair]!] !== 'ACCESSOR_PAIR_TYPE') return
    add(property, numbers + name, pair)
    for (const [at, prefix] of [
      [1, 'get '],
      [2, 'set '],
    ] as const) {
      const target = view.ref(pair, at)
      if (target < 0 || typeOf[variant[target]!] === 'ODDBALL_TYPE') continue
      add(property, names.isSymbol(key) ? numbers + name : word(prefix + texts.text(name)), target)
    }
  }

  /** A number inside the object that JavaScript reads through a getter of the prototype. */
  function ownNumber(at: number, has: Exclude<PlacedPlan['has'], 'nothing'>): void {
    switch (has) {
      case 'size': {
        const table = view.ref(at, 3)
        // In all versions: elements, deleted elements, buckets.
        if (table >= 0 && /^ORDERED_HASH_(?:MAP|SET)_TYPE$/.test(typeOf[variant[table]!]!))
          addNumber(at, property, words.size, view.smi(table, 2))
        break
      }
      case 'time': {
        const { value } = layout.date
        const raw = view.raw(at, value)
        addNumber(
          at,
          internal,
          words.value,
          raw < 0 ? numberIn(view.slot(at, value)) : doubleOf(rawLow[raw]!, rawHigh[raw]!),
        )
        break
      }
      case 'length': {
        const { byteLength, length } = layout.view
        const bytes = view.size(at, byteLength)
        const each = layout.numberBytes[texts.text(rows.name[at]!)]
        addNumber(
          at,
          property,
          words.length,
          length > 0 ? view.size(at, length) : bytes === undefined || each === undefined ? undefined : bytes / each,
        )
        addNumber(at, property, words.byteLength, bytes)
      }
    }
  }

  function elements(at: number, { elements, isArray }: PlacedPlan): void {
    if (elements === 'none') return
    const store = view.ref(at, layout.object.elements)
    if (store < 0 || isOmitted(store)) return
    const type = typeOf[variant[store]!]!
    const begin = firstSlot[store]!
    const end = firstSlot[store + 1]!
    if (elements === 'dictionary') {
      if (type !== 'NUMBER_DICTIONARY_TYPE') return
      const words = view.words(store)
      let left = maxEntries
      for (let word = 2 + layout.numberDictionaryStart; word + 2 < words; word += 3) {
        const index = names.number(view.slot(store, word))
        const slot = view.slot(store, word + 1)
        if (
          index === undefined ||
          !(index >= 0 && index < 2 ** 32) ||
          slot < 0 ||
          how[slot]! > smi ||
          budget.left-- < 0
        )
          continue
        if (how[slot]! <= weak) add(element, index, to[slot]!)
        else if (left-- > 0 && entriesLeft-- > 0) addNumber(at, element, index, to[slot]!)
      }
      return
    }
    const length = isArray ? (view.smi(at, layout.array.length) ?? 0) : Number.POSITIVE_INFINITY
    if (budget.left < 0) return
    if (elements === 'double') doubles(at, store, Math.min(length, maxItems))
    if (type !== 'FIXED_ARRAY_TYPE') return
    if (!isArray && view.words(store) >= countedFrom) addNumber(at, internal, words.elements, inUse(store))
    if (elements === 'smi') {
      smallIntegers(at, store, Math.min(length, maxItems))
      return
    }
    let index = view.arrayIndexOfFirstSlot(store)
    for (let slot = begin; slot < end && index < length; slot++) {
      const kind = how[slot]!
      if (kind === strong && index >= 0) {
        const target = to[slot]!
        if (!isHole(target)) columns.add(element, index, base + target)
      } else if (kind === repeats) {
        index = addRepeated(slot, index, element)
        continue
      } else if (kind === smi && index >= 0 && index < maxItems) addNumber(at, element, index, to[slot]!)
      index++
    }
    budget.left -= end - begin
  }

  /** The number of places in a store that are not holes. */
  function inUse(store: number): number {
    let used = view.words(store) - 2
    budget.left -= firstSlot[store + 1]! - firstSlot[store]!
    for (let slot = firstSlot[store]!, isFree = false; slot < firstSlot[store + 1]!; slot++) {
      const isRepeat = how[slot] === repeats
      isFree = isRepeat ? isFree : how[slot] === strong && isHole(to[slot]!)
      if (isFree) used -= isRepeat ? to[slot]! : 1
    }
    return Math.max(0, used)
  }

  function smallIntegers(at: number, store: number, most: number): void {
    for (let index = 0; index < most; index++) {
      const slot = view.slot(store, index + 2)
      if (slot < 0) break
      if (how[slot] === smi) addNumber(at, element, index, to[slot]!)
    }
    budget.left -= most
  }

  function doubles(at: number, store: number, most: number): void {
    for (let index = 0; index < most; index++) {
      const raw = view.raw(store, index + 2)
      if (raw < 0) break
      const value = doubleOf(rawLow[raw]!, rawHigh[raw]!)
      // V8 marks holes with NaNs that no calculation yields.
      if (!Number.isNaN(value) || rawHigh[raw] === 0x7ff80000) addNumber(at, element, index, value)
    }
    budget.left -= most
  }

  function closure(at: number, plan: PlacedPlan): void {
    const { shared, context, feedbackCell, code, prototype } = layout.function
    if (plan.hasPrototype) {
      const target = view.ref(at, prototype)
      if (target >= 0 && !isHole(target)) {
        if (rows.kinds[variant[target]!] === 'map') {
          const of = prototypeOf(target)
          if (of >= 0) add(property, words.prototype, of)
          add(internal, words.initialMap, target)
        } else add(property, words.prototype, target)
      }
      plan.claims[prototype] = 1
    }
    inner(at, feedbackCell, words.feedbackCell)
    inner(at, shared, words.shared)
    inner(at, context, words.context)
    if (code > 0) inner(at, code, words.code)
    else
      for (let slot = firstSlot[at + 1]! - 1; slot >= firstSlot[at]! && how[slot]! >= extra; slot--)
        if (how[slot] === 2 * extra) add(internal, words.code, to[slot]!)
  }

  /** The function's `prototype`, if the function stores the initial map of its instances instead. */
  function prototypeOf(initialMap: number): number {
    return view.ref(initialMap, layout.map.prototype)
  }

  function boundArguments(at: number): void {
    const list = view.ref(at, 5)
    if (list < 0 || isOmitted(list)) return
    tagged(list, texts.of('(bound arguments)'))
    const words = view.words(list)
    for (let at = 2; at < words && budget.left-- > 0; at++) {
      const target = view.strongRef(list, at)
      if (target >= 0) add(shortcut, word(`bound_argument_${at - 2}`), target)
    }
  }

  /** Names an object without a name, as V8 does, after its role for the first object that refers to it. */
  function tagged(target: number, name: number): void {
    if (target >= 0 && rows.name[target] === emptyText) rows.name[target] = name
  }
}

/** Edge types by name. */
export const edgeNumbers: Readonly<Record<'element' | 'internal' | 'weak' | 'shortcut', number>> = {
  element,
  internal,
  weak: weakEdge,
  shortcut,
}
