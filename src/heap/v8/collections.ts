import {
  type EdgeIndex,
  edgeTypeOf,
  type HeapGraph,
  isNumbered,
  type NodeIndex,
  nodeTypeOf,
} from '../../graph/heap-graph.js'
import { numberNameOf, numberRange, numbersOf } from '../../graph/numbers.js'
import { inside, slotOf } from './edges.js'
import { numberOf } from './primitives.js'

/**
 * V8's table of a Map or a Set: one array of `[elements, deleted, buckets, bucket × buckets, entry × 2 × buckets]`,
 * where an entry is key, value, chain (Map) or key, chain (Set), and the number of buckets is a power of two (V8:
 * src/objects/ordered-hash-table.h). Small integers, booleans, null and undefined are not nodes: their slots have no
 * edge. In heaps read from memory, the small integers are numbers of the table, by slot, as far as they are kept.
 */
export interface HashTable {
  readonly of: 'map' | 'set'
  /** The slot of the first entry. */
  readonly start: number
  /** Slots per entry: 3 or 2. */
  readonly width: 3 | 2
  /** The number of entries that fit. */
  readonly capacity: number
}

/**
 * The table of a Map or Set (or of a class that extends one); otherwise `undefined`. Weak collections have other
 * tables.
 */
export function tableOf(graph: HeapGraph, node: NodeIndex): NodeIndex | undefined {
  if (nodeTypeOf(graph, node) !== 'object') return undefined
  return inside(graph, node, 'table')
}

/**
 * The layout, from the size of the array, which is possible for only one of the two. `undefined` if it is not such a
 * table.
 */
export function hashTable(graph: HeapGraph, table: NodeIndex): HashTable | undefined {
  if (nodeTypeOf(graph, table) !== 'array') return undefined
  const bytes = graph.selfSize[table]!
  // 8 bytes per slot; 4 with compressed pointers (Electron).
  return layout(bytes / 8 - 2) ?? layout(bytes / 4 - 2)
}

function layout(slots: number): HashTable | undefined {
  for (const width of [3, 2] as const) {
    const buckets = (slots - 3) / (1 + 2 * width)
    if (buckets >= 1 && isPowerOfTwo(buckets)) {
      return { of: width === 3 ? 'map' : 'set', start: 3 + buckets, width, capacity: 2 * buckets }
    }
  }
  return undefined
}

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n))

/** What an edge of a table leads to: the key or value of entry number `entry`; `undefined` for V8's internals. */
export function entryAt(
  graph: HeapGraph,
  layout: HashTable,
  edge: EdgeIndex,
): { readonly entry: number; readonly part: 'key' | 'value' } | undefined {
  const slot = slotOf(graph, edge) - layout.start
  if (slot < 0) return undefined
  const part = slot % layout.width
  if (part === layout.width - 1) return undefined // the chain
  return { entry: Math.floor(slot / layout.width), part: part === 0 && layout.of === 'map' ? 'key' : 'value' }
}

/** The key of a value, if the key is a node. V8 writes a table's edges in slot order. */
export function keyBefore(graph: HeapGraph, table: NodeIndex, value: EdgeIndex): NodeIndex | undefined {
  const before = value - 1
  if (before < graph.firstEdge[table]! || slotOf(graph, before) !== slotOf(graph, value) - 1) return undefined
  return graph.edgeTo[before]!
}

/** A small integer in a table: the key or the value of entry number `entry`. */
export interface TableNumber {
  readonly entry: number
  readonly part: 'key' | 'value'
  readonly value: number
}

/** The small integers of a table, in entry order; none in heaps that V8 wrote. */
export function* tableNumbers(graph: HeapGraph, layout: HashTable, table: NodeIndex): Generator<TableNumber> {
  for (const at of numbersOf(graph, table)) {
    const slot = Number(numberNameOf(graph, at)) - layout.start
    const part = layout.of === 'map' && slot % layout.width === 0 ? 'key' : 'value'
    yield { entry: Math.floor(slot / layout.width), part, value: graph.numbers!.value[at]! }
  }
}

/**
 * A Map's value for a number key: the edge to it, or a number. `undefined` if there is no such key, or the heap does
 * not have it.
 */
export function valueUnder(
  graph: HeapGraph,
  layout: HashTable,
  table: NodeIndex,
  key: number,
): { readonly edge?: EdgeIndex; readonly number?: number } | undefined {
  let found: number | undefined
  for (const { entry, part, value } of tableNumbers(graph, layout, table)) {
    if (part === 'key' && value === key) found = entry
    else if (part === 'value' && entry === found) return { number: value }
  }
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++) {
    const at = entryAt(graph, layout, edge)
    if (at === undefined) continue
    // A boxed number.
    if (at.part === 'key' && found === undefined && numberOf(graph, graph.edgeTo[edge]!) === key) found = at.entry
    else if (at.part === 'value' && at.entry === found) return { edge }
  }
  if (found === undefined) return undefined
  const number = numberInSlot(graph, table, layout.start + layout.width * found + 1)
  return number === undefined ? {} : { number }
}

/** The number key of a Map's value that is an object. */
export function numberKey(graph: HeapGraph, layout: HashTable, table: NodeIndex, entry: number): number | undefined {
  if (graph.numbers === undefined) return undefined
  return numberInSlot(graph, table, layout.start + layout.width * entry)
}

/** The small integer in a slot of a table. Numbers are in slot order. */
export function numberInSlot(graph: HeapGraph, table: NodeIndex, slot: number): number | undefined {
  let [from, end] = numberRange(graph, table)
  const last = end
  while (from < end) {
    const middle = (from + end) >>> 1
    if (Number(numberNameOf(graph, middle)) < slot) from = middle + 1
    else end = middle
  }
  return from < last && Number(numberNameOf(graph, from)) === slot ? graph.numbers!.value[from]! : undefined
}

/** The number of visible entries, and the capacity. An entry of two small integers leaves no trace in the graph. */
export function entries(graph: HeapGraph, table: NodeIndex): { readonly seen: number; readonly capacity: number } {
  const layout = hashTable(graph, table)
  if (layout === undefined) return { seen: 0, capacity: 0 }
  let seen = 0
  let last = -1
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++) {
    const entry = entryAt(graph, layout, edge)?.entry
    if (entry === undefined || entry === last || isHole(graph, graph.edgeTo[edge]!)) continue
    seen++
    last = entry
  }
  return { seen, capacity: layout.capacity }
}

/** Whether a node is V8's marker of a deleted entry. Node.js 24 and later have an edge to it. */
const isHole = (graph: HeapGraph, node: NodeIndex): boolean =>
  nodeTypeOf(graph, node) === 'hidden' && graph.strings.at(graph.nodeName[node]!) === 'system / Hole'

/**
 * V8 names the two edges to a WeakMap's value `<n> / part of key (Session @7) -> value (Meta @9) pair in WeakMap (table @5)`.
 * This is the key's `Session @7`, or `undefined` for any other edge.
 */
export function ephemeronKey(graph: HeapGraph, edge: EdgeIndex): string | undefined {
  if (isNumbered(graph, edge)) return undefined
  return / part of key \((.*?)\) -> value \(/.exec(graph.strings.at(graph.edgeName[edge]!))?.[1]
}

/**
 * Whether an edge is the weak one from a WeakMap's table to a value, which the entry's two ephemeron edges duplicate.
 * Keys and values alternate in the table, so it follows the weak edge of the key.
 */
export function isWeakValue(graph: HeapGraph, table: NodeIndex, edge: EdgeIndex): boolean {
  return (
    edgeTypeOf(graph, edge) === 'weak' &&
    edge > graph.firstEdge[table]! &&
    edgeTypeOf(graph, edge - 1) === 'weak' &&
    weakSlot(graph, edge - 1) === weakSlot(graph, edge) - 1
  )
}

const weakSlot = (graph: HeapGraph, edge: EdgeIndex): number => Number(graph.strings.at(graph.edgeName[edge]!))
