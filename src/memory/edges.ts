import { edgeTypeNumber } from '../graph/heap-graph.js'
import type { EdgeColumns } from './edge-columns.js'
import { edgeWords, type PlacedField } from './edge-words.js'
import { doubleOf, type Names } from './names.js'
import type { NodeRows } from './nodes.js'
import { hole, worthless } from './nothing-worth.js'
import type { NumberColumns } from './number-columns.js'
import { type Budget, mostItems, PlainEdges, worthCounting } from './plain-edges.js'
import type { Properties } from './properties.js'
import { extra, repeats, smi, strong, weak } from './records.js'
import { isVariable, type Scopes } from './scopes.js'
import { type PlacedPlan, planOf } from './shape-plans.js'

const [context, element, property, internal, hidden, shortcut, weakEdge] = (
  ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'] as const
).map(name => edgeTypeNumber(name)) as [number, number, number, number, number, number, number]

/** An edge that no slot of the object says: of a WeakMap's entry, of the embedder's. Sorted by `from`. */
export interface AddedEdge {
  readonly from: number
  readonly type: number
  /** A name among the texts, or a number where the type is numbered. */
  readonly name: number
  /** A node of the graph. */
  readonly to: number
}

export interface EdgeSources {
  readonly names: Names
  readonly scopes: Scopes
  readonly properties: Properties
  readonly rows: NodeRows
  /** By object: what V8 leaves out. */
  readonly flags: Uint8Array
  /** Nodes of the graph before the first object. */
  readonly base: number
  readonly nativeContextNames: ReadonlyMap<number, string>
  /** The node of what lies outside the heap and belongs to an array buffer; -1 for none. */
  readonly bufferOf: ReadonlyMap<number, number>
  readonly added: readonly AddedEdge[]
}

/**
 * Of a Map, a Set or an object used as a dictionary no more numbers are kept, and of all of them together no more than so many and one for
 * each four slots of the heap: fewer bytes than the slots take themselves.
 */
const mostEntries = 10_000
const entriesAtLeast = 2 ** 16

/**
 * The references of all objects as V8's snapshots name them (heap-snapshot-generator.cc): properties, elements, variables, V8's own words,
 * and numbers for slots that have none. Writes behind the edges that are there, and in `first` by object where its edges begin.
 * References to numbers, to which V8 writes no edges, go into columns of their own.
 */
export function objectEdges(columns: EdgeColumns, held: NumberColumns, first: Uint32Array, sources: EdgeSources): void {
  const { names, scopes, properties, rows, flags, base, added } = sources
  const { view } = names
  const { records, layout, typeOf } = view
  const { count, variant, variants, shapes, firstSlot, how, to, repeating, texts, firstRaw, rawLow, rawHigh } = records
  const numbers = texts.numbers
  const isWorthless = (target: number): boolean => (flags[target]! & worthless) !== 0
  const isHole = (target: number): boolean => (flags[target]! & hole) !== 0
  const edgeNames = edgeWords(view)
  const { of: words, word, placed, fieldsOf, slot: slotName } = edgeNames
  /** By variant: the word of a list that V8 keeps for itself, to which it writes no edge. */
  const leftOut = typeOf.map(type => (type === 'ALLOCATION_SITE_TYPE' ? layout.allocationSite.next : -1))
  const plans: (PlacedPlan | undefined)[] = []
  const emptyText = texts.of('')
  const makerNames: Readonly<Record<string, number>> = {
    MAP_TYPE: words.backPointer,
    NATIVE_CONTEXT_TYPE: words.nativeContext,
    FUNCTION_TEMPLATE_INFO_TYPE: words.constructorData,
  }
  /** By variant: whether the variables of a scope have their names. V8 names those of blocks only where functions are declared in them. */
  const declares = typeOf.map(type => /^(?:FUNCTION|SCRIPT|MODULE|BLOCK|EVAL|CATCH)_CONTEXT/.test(type))
  const isBox = typeOf.map(type => type === 'HEAP_NUMBER_TYPE')
  const isCell = typeOf.map(type => type === 'CONTEXT_CELL_TYPE')
  const isBigint = typeOf.map(type => /^BIG_?INT/.test(type))
  /** By variant: slots of an entry, where it is the table of a Map or Set. */
  const entrySlots = typeOf.map(type =>
    type === 'ORDERED_HASH_MAP_TYPE' ? 3 : type === 'ORDERED_HASH_SET_TYPE' ? 2 : 0,
  )
  const isDictionary = typeOf.map(type => /^(?:NAME|NUMBER|GLOBAL)_DICTIONARY_TYPE$/.test(type))
  /** Edges that stand for what is kept elsewhere, and what comes again: a damaged heap may say of one store that all objects have it. */
  const budget: Budget = { left: 2 ** 24 + 8 * records.slotCount }
  let entriesLeft = entriesAtLeast + records.slotCount / 4
  let nextAdded = 0

  const add = (type: number, name: number, target: number): void => columns.add(type, name, base + target)

  const edgesByStep = new PlainEdges(
    columns,
    held,
    first,
    { ...sources, words: edgeNames, planOf: placedPlan, declares, leftOut },
    budget,
  )

  for (let at = 0; at < count; at++) {
    at = edgesByStep.write(at, nextAdded < added.length ? added[nextAdded]!.from : count)
    if (at === count) break
    first[at] = columns.count
    const own = variant[at]!
    switch (rows.kinds[own]!) {
      case 'string':
        if (firstSlot[at] !== firstSlot[at + 1]) fields(at, fieldsOf[own]!)
        mapEdge(own)
        break
      case 'object':
        object(at, own)
        break
      case 'fixed array':
        fixedArray(at)
        if (isDictionary[own]) counts(at)
        else if (entrySlots[own]! > 0) entries(at, entrySlots[own]!)
        mapEdge(own)
        break
      case 'weak fixed array':
        indexed(at, 2)
        mapEdge(own)
        rest(at, own, word => word >= 2)
        break
      case 'weak array list':
        indexed(at, 3)
        mapEdge(own)
        rest(at, own, word => word >= 3)
        break
      case 'descriptors':
        descriptors(at, own)
        break
      case 'ephemerons':
        ephemerons(at)
        mapEdge(own)
        break
      case 'map':
        map(at, own)
        break
      case 'code':
        code(at, own)
        break
      case 'context':
        scope(at, own)
        break
      case 'native context':
        nativeContext(at, own)
        break
      case 'array buffer': {
        const buffer = sources.bufferOf.get(at)
        if (buffer !== undefined) columns.add(internal, words.backingStore, buffer)
        mapEdge(own)
        rest(at, own, () => false)
        break
      }
      case 'global proxy':
        globalProxy(at, own)
        break
      default:
        if (isBox[own]) hold(at, internal, words.value, box(at))
        else if (isCell[own]) hold(at, internal, words.value, cell(at))
        else if (isBigint[own]) {
          const digits = view.bigint(at)
          if (digits !== '') hold(at, internal, words.digits, word(digits))
        }
        fields(at, fieldsOf[own]!)
        mapEdge(own)
        rest(at, own, word => fieldsOf[own]!.some(field => field.word === word))
    }
    for (; nextAdded < added.length && added[nextAdded]!.from === at; nextAdded++) {
      const { type, name, to } = added[nextAdded]!
      columns.add(type, type === element || type === hidden ? name : numbers + name, to)
    }
  }

  function mapEdge(own: number): void {
    const map = shapes[variants[own]!.shape]!.mapNode
    if (!isWorthless(map)) add(internal, words.map, map)
  }

  function hold(at: number, type: number, name: number, value: number | undefined): void {
    if (value !== undefined) held.add(base + at, type, name, value)
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

  /** An edge of V8's own, unless nothing worth a word stands there. */
  function inner(at: number, word: number, name: number): number {
    const target = view.strongRef(at, word)
    if (target < 0 || isWorthless(target)) return -1
    add(internal, name, target)
    return target
  }

  function fields(at: number, list: readonly PlacedField[]): void {
    for (const { word, place, isWeak } of list) {
      const slot = view.slot(at, word)
      if (slot < 0 || how[slot]! > weak || isWorthless(to[slot]!)) continue
      add(isWeak || how[slot] === weak ? weakEdge : internal, place, to[slot]!)
    }
  }

  /** Slots that have no name: numbered as V8 comes by them. */
  function rest(at: number, own: number, isClaimed: (word: number) => boolean): void {
    // V8 comes by the map first, and counts it where it has no edge.
    let number = isWorthless(shapes[variants[own]!.shape]!.mapNode) ? 1 : 0
    const { runs } = variants[own]!
    const skipped = leftOut[own]!
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
        if (isClaimed(word) && !isWorthless(target)) continue
        if (!isWorthless(target) && word !== skipped) {
          if (kind === strong) add(hidden, number, target)
          else add(weakEdge, slotName(number), target)
        }
        number++
      }
    }
    for (; slot < end; slot++) {
      const kind = how[slot]!
      if (kind < extra || kind % extra > weak || kind >= 3 * extra + extra) continue
      if (kind >= 2 * extra && kind < 3 * extra) continue // code, which has a name
      const target = to[slot]!
      if (!isWorthless(target)) {
        if (isOptimized(at, own) && isWeakInCode(target)) add(weakEdge, slotName(number), target)
        else add(hidden, number, target)
      }
      number++
    }
  }

  /** Whether a piece of machine code is of the optimizing compiler: its Code then says what it falls back by. */
  function isOptimized(at: number, own: number): boolean {
    // Up to V8 10 it is one object with its Code.
    const isCode = layout.major < 11 && typeOf[own] === 'CODE_TYPE'
    if (!isCode && typeOf[own] !== 'INSTRUCTION_STREAM_TYPE') return false
    const of = isCode ? at : view.ref(at, 1)
    const data = of < 0 ? -1 : view.ref(of, layout.major < 12 ? 2 : 1)
    return data >= 0 && /FIXED_ARRAY_TYPE$/.test(typeOf[variant[data]!]!)
  }

  /** What optimized code does not keep alive. */
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
        if (!isWorthless(target)) columns.add(internal, slotName(index), base + target)
      } else if (kind === repeats) {
        index = again(slot, index, internal)
        continue
      } else if (kind >= extra) break
      index++
    }
  }

  /** How many entries a dictionary has, how many of them were deleted, and its room: the first slots of V8's hash tables. */
  function counts(at: number): void {
    for (let index = 0; index < 3; index++) hold(at, internal, slotName(index), view.smi(at, index + 2))
  }

  /** The keys and values of a Map that are small integers, the members of a Set, by their slots as edges have them. */
  function entries(at: number, width: number): void {
    const [present, deleted, buckets] = [view.smi(at, 2), view.smi(at, 3), view.smi(at, 4)]
    if (present === undefined || deleted === undefined || buckets === undefined) return
    const start = 3 + buckets
    const last = start + width * (present + deleted)
    let left = mostEntries
    let index = view.arrayIndexOfFirstSlot(at)
    for (let slot = firstSlot[at]!; slot < firstSlot[at + 1]! && index < last && left > 0; slot++, index++) {
      // What comes again are empty buckets, or places without an entry.
      if (how[slot] === repeats) index += to[slot]! - 1
      else if (how[slot] === smi && index >= start && (index - start) % width < width - 1 && entriesLeft-- > 0) {
        hold(at, internal, slotName(index), to[slot]!)
        left--
      }
    }
  }

  /** What comes again: as many edges as there are slots, while that is no more than the heap is large. */
  function again(slot: number, index: number, type: number): number {
    const times = to[slot]!
    if (how[slot - 1] === strong && (type === element ? !isHole(to[slot - 1]!) : !isWorthless(to[slot - 1]!))) {
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
      if (how[slot]! > weak || isWorthless(to[slot]!)) continue
      add(how[slot] === weak ? weakEdge : internal, slotName(word - from), to[slot]!)
    }
  }

  function descriptors(at: number, own: number): void {
    inner(at, layout.descriptorHeader - 1, words.enumCache)
    indexed(at, layout.descriptorHeader)
    mapEdge(own)
    rest(at, own, word => word >= layout.descriptorHeader - 1)
  }

  /** Keys and values take turns in the slots that are pairs. The edges that say what the pair keeps are among those added. */
  function ephemerons(at: number): void {
    const words = view.words(at)
    for (const { start, end, kind } of variants[variant[at]!]!.runs) {
      for (let word = start; word < Math.min(end, words); word++) {
        const slot = view.slot(at, word)
        if (slot < 0 || how[slot]! > weak || isWorthless(to[slot]!)) continue
        add(kind === 'ephemerons' ? weakEdge : internal, slotName(word - 2), to[slot]!)
      }
    }
  }

  function map(at: number, own: number): void {
    const { transitions, prototype, constructor: makerWord, dependentCode } = layout.map
    const slot = view.slot(at, transitions)
    let claimed = true
    if (slot >= 0 && how[slot]! <= weak && !isWorthless(to[slot]!)) {
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
    const maker = view.strongRef(at, makerWord)
    if (maker >= 0) {
      inner(at, makerWord, makerNames[typeOf[variant[maker]!]!] ?? words.constructor)
    }
    inner(at, dependentCode, words.dependentCode)
    mapEdge(own)
    const { descriptors } = layout.map
    rest(
      at,
      own,
      word =>
        word === descriptors ||
        word === prototype ||
        word === makerWord ||
        word === dependentCode ||
        (word === transitions && claimed),
    )
  }

  /** Code of the baseline compiler refers to what it was compiled from, optimized code to what it falls back by. */
  function code(at: number, own: number): void {
    const from = layout.major < 12 ? 2 : 1
    const claimed = new Set(fieldsOf[own]!.map(field => field.word))
    fields(at, fieldsOf[own]!)
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
    mapEdge(own)
    rest(at, own, word => claimed.has(word))
  }

  function scope(at: number, own: number): void {
    const info = scopes.of(view.ref(at, 2))
    const named = info !== undefined && declares[own]!
    if (named) {
      const { variables, header, functionWord, functionName } = info
      for (let index = 0; index < variables.length; index++) variable(at, header + index, variables[index]!)
      if (functionWord >= 0 && functionName >= 0) variable(at, functionWord, names.place(functionName))
    }
    inner(at, 2, words.scopeInfo)
    inner(at, 3, words.previous)
    const hasExtension = info?.header === 5 && inner(at, 4, words.extension) >= 0
    mapEdge(own)
    rest(at, own, word => word === 2 || word === 3 || (hasExtension && word === 4) || (named && isVariable(info, word)))
  }

  function variable(at: number, word: number, name: number): void {
    const slot = view.slot(at, word)
    if (slot < 0 || how[slot]! > smi) return
    if (how[slot] === smi) hold(at, context, numbers + name, to[slot]!)
    else add(context, numbers + name, to[slot]!)
  }

  function nativeContext(at: number, own: number): void {
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
    mapEdge(own)
    rest(at, own, word => claimed.has(word))
  }

  function globalProxy(at: number, own: number): void {
    const { major } = layout
    let claimed = -1
    if (major < 12) {
      inner(at, 3, word('native_context'))
      claimed = 3
    } else if (major >= 14) {
      // Of no word of its own: the map of its map says which context it belongs to.
      const metaMap = shapes[variants[variant[shapes[variants[own]!.shape]!.mapNode]!]!.shape]!.mapNode
      const target = view.ref(metaMap, layout.map.constructor)
      if (target >= 0 && typeOf[variant[target]!] === 'NATIVE_CONTEXT_TYPE') {
        add(shortcut, numbers + texts.of('native_context'), target)
        const global = view.ref(target, 4)
        if (global >= 0) add(shortcut, numbers + texts.of('global_object'), global)
      }
    }
    mapEdge(own)
    rest(at, own, word => word === claimed)
  }

  function placedPlan(own: number): PlacedPlan {
    let plan = plans[own]
    if (plan === undefined) {
      const { before, behind, ...rest } = planOf(view, properties, own)
      plan = { ...rest, before: placed(before), behind: placed(behind) }
      plans[own] = plan
    }
    return plan
  }

  function object(at: number, own: number): void {
    const plan = placedPlan(own)
    const begin = firstSlot[at]!
    const { simpleFrom } = variants[own]!
    const isSimple = simpleFrom > 0 && repeating[at] === 0
    const slotOf = (word: number): number => (isSimple ? begin + word - simpleFrom : view.slot(at, word))

    fields(at, plan.before)
    if (plan.isDictionary) {
      let left = mostEntries
      properties.eachOfDictionary(at, (key, slot, isAccessor) => {
        if (slot >= 0 && how[slot] === smi && (left-- <= 0 || entriesLeft-- <= 0)) return
        value(at, names.place(key), key, slot, isAccessor)
      })
    } else {
      for (const one of plan.properties) {
        const slot = one.at === 'object' ? slotOf(one.index) : properties.slot(at, one)
        value(at, one.name, one.key, slot, one.isAccessor)
      }
      for (const one of plan.numbers)
        if (--budget.left > -records.slotCount)
          hold(
            at,
            property,
            numbers + one.name,
            numberIn(one.at === 'object' ? slotOf(one.index) : properties.slot(at, one)),
          )
    }
    if (plan.isArray) hold(at, property, words.length, numberIn(slotOf(layout.array.length)))
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
    mapEdge(own)
    if (plan.hasNameless || !isSimple) rest(at, own, plan.isClaimed)
  }

  function value(at: number, name: number, key: number, slot: number, isAccessor: boolean): void {
    if (slot < 0 || how[slot]! > smi) return
    if (--budget.left < -records.slotCount) return
    const target = to[slot]!
    if (how[slot] === smi) {
      if (!isAccessor) hold(at, property, numbers + name, target)
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

  /** What V8 keeps in an object that JavaScript reads off a getter of its prototype. */
  function ownNumber(at: number, has: Exclude<PlacedPlan['has'], 'nothing'>): void {
    switch (has) {
      case 'size': {
        const table = view.ref(at, 3)
        // Up to V8 9 and since: elements, deleted ones, buckets.
        if (table >= 0 && /^ORDERED_HASH_(?:MAP|SET)_TYPE$/.test(typeOf[variant[table]!]!))
          hold(at, property, words.size, view.smi(table, 2))
        break
      }
      case 'time': {
        const { value } = layout.date
        const raw = view.raw(at, value)
        hold(
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
        hold(
          at,
          property,
          words.length,
          length > 0 ? view.size(at, length) : bytes === undefined || each === undefined ? undefined : bytes / each,
        )
        hold(at, property, words.byteLength, bytes)
      }
    }
  }

  function elements(at: number, { elements, isArray }: PlacedPlan): void {
    if (elements === 'none') return
    const store = view.ref(at, layout.object.elements)
    if (store < 0 || isWorthless(store)) return
    const type = typeOf[variant[store]!]!
    const begin = firstSlot[store]!
    const end = firstSlot[store + 1]!
    if (elements === 'dictionary') {
      if (type !== 'NUMBER_DICTIONARY_TYPE') return
      const words = view.words(store)
      let left = mostEntries
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
        else if (left-- > 0 && entriesLeft-- > 0) hold(at, element, index, to[slot]!)
      }
      return
    }
    const length = isArray ? (view.smi(at, layout.array.length) ?? 0) : Number.POSITIVE_INFINITY
    if (budget.left < 0) return
    if (elements === 'double') doubles(at, store, Math.min(length, mostItems))
    if (type !== 'FIXED_ARRAY_TYPE') return
    if (!isArray && view.words(store) >= worthCounting) hold(at, internal, words.elements, inUse(store))
    if (elements === 'smi') {
      smallIntegers(at, store, Math.min(length, mostItems))
      return
    }
    let index = view.arrayIndexOfFirstSlot(store)
    for (let slot = begin; slot < end && index < length; slot++) {
      const kind = how[slot]!
      if (kind === strong && index >= 0) {
        const target = to[slot]!
        if (!isHole(target)) columns.add(element, index, base + target)
      } else if (kind === repeats) {
        index = again(slot, index, element)
        continue
      } else if (kind === smi && index >= 0 && index < mostItems) hold(at, element, index, to[slot]!)
      index++
    }
    budget.left -= end - begin
  }

  /** How many places of a store have something: the others have holes. */
  function inUse(store: number): number {
    let used = view.words(store) - 2
    budget.left -= firstSlot[store + 1]! - firstSlot[store]!
    for (let slot = firstSlot[store]!, isFree = false; slot < firstSlot[store + 1]!; slot++) {
      const isAgain = how[slot] === repeats
      isFree = isAgain ? isFree : how[slot] === strong && isHole(to[slot]!)
      if (isFree) used -= isAgain ? to[slot]! : 1
    }
    return Math.max(0, used)
  }

  function smallIntegers(at: number, store: number, most: number): void {
    for (let index = 0; index < most; index++) {
      const slot = view.slot(store, index + 2)
      if (slot < 0) break
      if (how[slot] === smi) hold(at, element, index, to[slot]!)
    }
    budget.left -= most
  }

  function doubles(at: number, store: number, most: number): void {
    for (let index = 0; index < most; index++) {
      const raw = view.raw(store, index + 2)
      if (raw < 0) break
      const value = doubleOf(rawLow[raw]!, rawHigh[raw]!)
      // V8 marks holes by NaNs that no calculation gives.
      if (!Number.isNaN(value) || rawHigh[raw] === 0x7ff80000) hold(at, element, index, value)
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

  /** The value of a function's property, where the function keeps the shape of what it makes. */
  function prototypeOf(initialMap: number): number {
    return view.ref(initialMap, layout.map.prototype)
  }

  function boundArguments(at: number): void {
    const list = view.ref(at, 5)
    if (list < 0 || isWorthless(list)) return
    tagged(list, texts.of('(bound arguments)'))
    const words = view.words(list)
    for (let at = 2; at < words && budget.left-- > 0; at++) {
      const target = view.strongRef(list, at)
      if (target >= 0) add(shortcut, word(`bound_argument_${at - 2}`), target)
    }
  }

  /** V8 names what has no name of its own after what it is to the first that refers to it. */
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
