import { edgeTypeNumber, type HeapGraph, isNumbered, type NodeIndex } from '../graph/heap-graph.js'
import { nodeTypeMask } from '../graph/node-type-mask.js'
import { firstNumbers } from '../graph/numbers.js'
import { reader } from '../graph/strings.js'
import { types } from '../graph/types.js'
import { hashTable } from '../heap/v8/collections.js'
import { noEdge, type Signatures } from './signatures.js'

/**
 * The stores of a heap whose used size is known, in node order: those of Arrays, Maps, Sets, objects with number keys
 * or used as dictionaries, WeakMaps and WeakSets. V8 enlarges a full array store by half and a full hash table twofold,
 * so the bytes of a store that fills with numbers, which have no edges, stay level between enlargements.
 */
export interface Stores {
  readonly node: Uint32Array
  /** The number of entries of each; `room` is its capacity. */
  readonly used: Float64Array
  readonly room: Float64Array
}

/**
 * The used size of each store, in heaps read from memory, which have the number of items or entries of an object; for a
 * WeakMap or WeakSet, the entries with live keys. Empty for heaps that V8 wrote. One pass over the nodes and one over
 * the numbers; 4 bytes per node while it runs.
 */
export function storesIn(graph: HeapGraph, { from, edge }: Signatures): Stores {
  const { nodeType, nodeCount, edgeName, selfSize } = graph
  if (graph.numbers === undefined) return columnsOf(0)
  let arrays = 0
  for (let node = 0; node < nodeCount; node++) arrays += arrayMask[nodeType[node]!]!
  const { node, used, room } = columnsOf(arrays)
  let stores = 0
  const { of: typeOf, names } = types(graph)
  const isWeak = names.map(name => /^Weak(?:Map|Set)$/.test(name))
  const numberIn = lookup(graph)
  const [isTable, isProperties, isElements] = ['table', 'properties', 'elements'].map(name =>
    reader(graph.strings, name),
  ) as [Test, Test, Test]
  const [ofTable, ofArray, ofObject, ofEntries, ofPlaces] = [
    numberIn('property', 'size'),
    numberIn('property', 'length'),
    numberIn('internal', 'elements'),
    numberIn('internal', '0'),
    numberIn('internal', '2'),
  ] as const

  const add = (store: NodeIndex, entries: number, places: number): void => {
    if (Number.isNaN(entries) || !(places > 0)) return
    node[stores] = store
    used[stores] = Math.min(entries, places)
    room[stores++] = places
  }
  for (let store = 0; store < nodeCount; store++) {
    const by = edge[store]!
    if (arrayMask[nodeType[store]!] === 0 || by === noEdge || isNumbered(graph, by)) continue
    const name = edgeName[by]!
    const owner = from[store]!
    if (isTable(name)) {
      if (isWeak[typeOf[owner]!]) add(store, liveKeys(graph, store), Math.floor((selfSize[store]! / 8 - 5) / 2))
      else {
        const entries = ofTable(owner)
        if (!Number.isNaN(entries)) add(store, entries, hashTable(graph, store)?.capacity ?? 0)
      }
      continue
    }
    const areElements = isElements(name)
    if (!areElements && !isProperties(name)) continue
    const entries = ofEntries(store)
    const places = ofPlaces(store)
    if (!Number.isNaN(entries) && !Number.isNaN(places)) add(store, entries, places)
    else if (areElements) {
      const items = ofObject(owner)
      add(store, Number.isNaN(items) ? ofArray(owner) : items, Math.floor(selfSize[store]! / 8) - 2)
    }
  }
  return { node: node.slice(0, stores), used: used.slice(0, stores), room: room.slice(0, stores) }
}

type Test = (name: number) => boolean

const columnsOf = (length: number): Stores => ({
  node: new Uint32Array(length),
  used: new Float64Array(length),
  room: new Float64Array(length),
})

/** Looks up the number that a node has under a name; NaN for none. */
function lookup(graph: HeapGraph) {
  const { type, name, value } = graph.numbers!
  const first = firstNumbers(graph)
  return (edgeType: 'property' | 'internal', text: string) => {
    const wanted = edgeTypeNumber(edgeType)
    const isName = reader(graph.strings, text)
    return (node: NodeIndex): number => {
      const end = first[node + 1]!
      // Items come last.
      for (let at = first[node]!; at < end && type[at] !== element; at++)
        if (type[at] === wanted && isName(name[at]!)) return value[at]!
      return Number.NaN
    }
  }
}

const arrayMask = nodeTypeMask('array')
const weak = edgeTypeNumber('weak')
const element = edgeTypeNumber('element')

/**
 * The number of entries with live keys. The table has two slots per entry after the counts; entries with dead keys stay
 * until V8 collects garbage, and have no edges.
 */
function liveKeys(graph: HeapGraph, table: NodeIndex): number {
  const keys = new Set<NodeIndex>()
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++)
    if (graph.edgeType[edge] === weak) keys.add(graph.edgeTo[edge]!)
  return keys.size
}
