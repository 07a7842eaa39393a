import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { dictionaryCounts } from './dictionaries.js'
import { follow, inside, slotOf } from './edges.js'

const element = edgeTypeNumber('element')
const property = edgeTypeNumber('property')

/**
 * The number of items of an array, as far as a snapshot has it: small integers (and arrays of doubles) leave no edges.
 * `seen` is one past the last item that is an object; `room` is the capacity of its store.
 */
export function items(graph: HeapGraph, array: NodeIndex): { readonly seen: number; readonly room: number } {
  const { firstEdge, edgeType, edgeName } = graph
  let seen = 0
  for (let edge = firstEdge[array]!; edge < firstEdge[array + 1]!; edge++) {
    if (edgeType[edge] === element && edgeName[edge]! >= seen) seen = edgeName[edge]! + 1
  }
  const store = inside(graph, array, 'elements')
  if (store !== undefined && seen === 0) seen = lastSlot(graph, store) + 1
  const room = store === undefined ? 0 : Math.max(0, Math.floor(graph.selfSize[store]! / 8) - 2)
  return { seen, room }
}

/** The last item of a frozen array, whose items are edges of its store. */
function lastSlot(graph: HeapGraph, store: NodeIndex): number {
  let last = -1
  for (let edge = graph.firstEdge[store]!; edge < graph.firstEdge[store + 1]!; edge++) {
    last = Math.max(last, slotOf(graph, edge))
  }
  return last
}

/**
 * The number of keys of an object. A property with a small integer has no edge, but the object's hidden class lists its
 * key; an object used as a dictionary lists its keys in a table.
 */
export function keys(graph: HeapGraph, object: NodeIndex): number {
  return Math.max(
    countedKeys(graph, object),
    referencedKeys(graph, object),
    shapeKeys(graph, object),
    dictionaryKeys(graph, object),
  )
}

/** The count in the tables of an object used as a dictionary; 0 for other objects. */
function countedKeys(graph: HeapGraph, object: NodeIndex): number {
  if (graph.numbers === undefined) return 0
  let counted = 0
  for (const name of ['properties', 'elements']) {
    const table = inside(graph, object, name)
    counted += (table === undefined ? undefined : dictionaryCounts(graph, table)?.entries) ?? 0
  }
  return counted
}

function referencedKeys(graph: HeapGraph, object: NodeIndex): number {
  const { firstEdge, edgeType, edgeName, strings } = graph
  // All but `__proto__`, `properties` and `map`: with so many, accessors do not matter.
  if (firstEdge[object + 1]! - firstEdge[object]! > 10_000) return firstEdge[object + 1]! - firstEdge[object]! - 3
  let count = 0
  for (let edge = firstEdge[object]!; edge < firstEdge[object + 1]!; edge++) {
    if (edgeType[edge] === element) count++
    // An accessor is written three times: `size`, `get size` and `set size`.
    else if (edgeType[edge] === property && !/^(?:__proto__$|[gs]et )/.test(strings.at(edgeName[edge]!))) count++
  }
  return count
}

/** Descriptor arrays are `key, details, value` times n. A shared one also lists the keys of extended shapes. */
function shapeKeys(graph: HeapGraph, object: NodeIndex): number {
  const shape = inside(graph, object, 'map')
  if (shape === undefined) return 0
  const grewOn = inside(graph, shape, 'transitions') ?? inside(graph, shape, 'transition')
  if (grewOn !== undefined || follow(graph, shape, 'weak', 'transition') !== undefined) return 0
  const descriptors = inside(graph, shape, 'descriptors')
  return descriptors === undefined ? 0 : namesAt(graph, descriptors, 0)
}

/** `(object properties)` of a dictionary is `header, (key, value, details) …`; the header's length differs by version. */
function dictionaryKeys(graph: HeapGraph, object: NodeIndex): number {
  const properties = inside(graph, object, 'properties')
  if (properties === undefined || nodeTypeOf(graph, properties) !== 'array') return 0
  return Math.max(namesAt(graph, properties, 0), namesAt(graph, properties, 1), namesAt(graph, properties, 2))
}

/**
 * The number of strings and symbols in every third slot from this one; 0 if there is anything else, so that these are
 * not keys.
 */
function namesAt(graph: HeapGraph, array: NodeIndex, residue: number): number {
  let count = 0
  for (let edge = graph.firstEdge[array]!; edge < graph.firstEdge[array + 1]!; edge++) {
    const slot = slotOf(graph, edge)
    if (slot < 0 || slot % 3 !== residue) continue
    const type = nodeTypeOf(graph, graph.edgeTo[edge]!)
    if (type !== 'string' && type !== 'symbol') return 0
    count++
  }
  return count
}
