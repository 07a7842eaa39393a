import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { numberIn } from '../../graph/numbers.js'
import { reader } from '../../graph/strings.js'
import { entries, hashTable, tableOf } from './collections.js'
import { items, keys } from './counts.js'
import { dictionaryCounts } from './dictionaries.js'
import { inside, slotOf } from './edges.js'

/** A collection as V8 keeps it. */
export interface Store {
  readonly kind: 'map' | 'set' | 'weak' | 'array' | 'dictionary'
  /** What can be seen in it: a small integer leaves no trace, but in heaps read from memory. */
  readonly entries: number
  /** How many there is room for. */
  readonly capacity: number
  /** Bytes of its table. */
  readonly bytes: number
  /** Bytes of one entry's place in the table. */
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

/** A weak table is a header of three slots, then `key, value` for each place; its keys are weak edges, two places apart. */
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
    // An empty array has no store of its own.
    capacity: Math.max(room, length),
    bytes: store === undefined ? 0 : graph.selfSize[store]!,
    each: word,
  }
}

/** An object is a dictionary when its properties (or its elements) are a hash table, whose room is a power of two. */
function dictionaryStore(graph: HeapGraph, node: NodeIndex): Store | undefined {
  for (const name of ['properties', 'elements']) {
    const table = inside(graph, node, name)
    if (table === undefined || nodeTypeOf(graph, table) !== 'array') continue
    const bytes = graph.selfSize[table]!
    const counts = dictionaryCounts(graph, table)
    const capacity = counts?.capacity ?? dictionaryRoom(bytes / word - 2)
    if (capacity === undefined) continue
    const entries = counts?.entries ?? keys(graph, node)
    // An ordinary object's further properties are an array of the same name, with less in it than the object has keys.
    if (capacity >= 16 && entries <= capacity) return { kind: 'dictionary', entries, capacity, bytes, each: 3 * word }
  }
  return undefined
}

/** A header of four to seven slots (it differs by version), then `key, value, details` for each place. */
function dictionaryRoom(slots: number): number | undefined {
  for (const header of [4, 5, 6, 7]) {
    const capacity = (slots - header) / 3
    if (capacity >= 4 && Number.isInteger(Math.log2(capacity))) return capacity
  }
  return undefined
}
