import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { numberIn } from '../../graph/numbers.js'

/**
 * The counts of an object that is used as a dictionary. V8 keeps its properties, or its elements where their indices lie far apart, in a hash
 * table that begins with the numbers of entries, of deleted entries and of places (V8: src/objects/hash-table.h).
 */
export interface DictionaryCounts {
  readonly entries: number
  readonly capacity: number
}

/** What the table of an object's properties or elements says of itself; only of heaps read from memory. `undefined` for any other store. */
export function dictionaryCounts(graph: HeapGraph, table: NodeIndex): DictionaryCounts | undefined {
  if (nodeTypeOf(graph, table) !== 'array') return undefined
  const [entries, capacity] = [numberIn(graph, table, 'internal', '0'), numberIn(graph, table, 'internal', '2')]
  return entries === undefined || capacity === undefined ? undefined : { entries, capacity }
}
