import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { numberIn } from '../../graph/numbers.js'
import { reader } from '../../graph/strings.js'
import { entries, hashTable, tableOf } from './collections.js'
import { items, keys } from './counts.js'
import { dictionaryCounts } from './dictionaries.js'
import { inside, slotOf } from './edges.js'

/** V8's store of a collection. */
export interface Store {
  readonly kind: 'map' | 'set' | 'weak' | 'array' | 'dictionary'
  /** The visible entries: small integers leave a trace only in heaps read from memory. */
  readonly entries: number
  /** The number of entries that fit. */
  readonly capacity: number
  /** Bytes of its table. */
  readonly bytes: number
  /** Bytes per entry in the table. */
  readonly each: number
}

const word = 8

/** The store of a Map, Set, WeakMap, WeakSet, Array (or a class that extends one), or of an object used as a dictionary. */
export function storeOf(graph: HeapGraph, node: NodeIndex): Store | undefined {
  if (nodeTypeOf(graph, node) !== 'object') return undefined
  const table = tableOf(graph, node)
  if (table !== undefined) return tableStore(graph, table, numberIn(graph, node, 'property', 'size'))
  if (reader(graph.strings, 'Array')(graph.nodeName[node]!)) return arrayStore(graph, node)
  return dictionaryStore(graph, node)
}

function tableStore(graph: HeapGraph, table: NodeIndex, size: number | undefined): Store | undefined {
  const layout = hashTable(graph, table)
  const bytes = graph.selfSize[table]!
  if (layout === undefined) return weakStore(graph, table)
  const { seen, capacity } = entries(graph, table)
  return { kind: layout.of, entries: size ?? seen, capacity, bytes, each: word * (layout.width + 0.5) }
}

/** A weak table has a header of three slots, then `key, value` per entry; its keys are weak edges, two slots apart. */
function weakStore(graph: HeapGraph, table: NodeIndex): Store | undefined {
  if (nodeTypeOf(graph, table) !== 'array') return undefined
  const bytes = graph.selfSize[table]!
  const slots = new Set<number>()
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++) {
    const slot = slotOf(graph, edge)
    if (slot >= 0) slots.add(Math.floor((slot - 3) / 2))
  }
  return {
    kind: 'weak',
    entries: slots.size,
    capacity: Math.max(0, Math.floor((bytes / word - 5) / 2)),
    bytes,
    each: 2 * word,
  }
}

function arrayStore(graph: HeapGraph, node: NodeIndex): Store {
  const { seen, room } = items(graph, node)
  const length = numberIn(graph, node, 'property', 'length') ?? seen
  const store = inside(graph, node, 'elements')
  return {
    kind: 'array',
    entries: length,
    // An empty array has no separate store.
    capacity: Math.max(room, length),
    bytes: store === undefined ? 0 : graph.selfSize[store]!,
    each: word,
  }
}

/**
 * An object is used as a dictionary if its properties (or its elements) are a hash table, whose capacity is a power of
 * two.
 */
function dictionaryStore(graph: HeapGraph, node: NodeIndex): Store | undefined {
  for (const name of ['properties', 'elements']) {
    const table = inside(graph, node, name)
    if (table === undefined || nodeTypeOf(graph, table) !== 'array') continue
    const bytes = graph.selfSize[table]!
    const counts = dictionaryCounts(graph, table)
    const capacity = counts?.capacity ?? dictionaryRoom(bytes / word - 2)
    if (capacity === undefined) continue
    const entries = counts?.entries ?? keys(graph, node)
    // An ordinary object's overflow properties are an array of the same name, with fewer entries than the object has
    // keys.
    if (capacity >= 16 && entries <= capacity) return { kind: 'dictionary', entries, capacity, bytes, each: 3 * word }
  }
  return undefined
}

/**
 * The capacity from the number of slots: a header of four to seven slots (by version), then `key, value, details` per
 * entry.
 */
function dictionaryRoom(slots: number): number | undefined {
  for (const header of [4, 5, 6, 7]) {
    const capacity = (slots - header) / 3
    if (capacity >= 4 && Number.isInteger(Math.log2(capacity))) return capacity
  }
  return undefined
}
