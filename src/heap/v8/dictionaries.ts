import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { numberIn } from '../../graph/numbers.js'

/**
 * The counts of an object used as a dictionary. V8 keeps its properties, or elements with sparse indexes, in a hash
 * table that begins with the numbers of entries, of deleted entries and of slots (V8: src/objects/hash-table.h).
 */
export interface DictionaryCounts {
  readonly entries: number
  readonly capacity: number
}

/** The counts of a table of properties or elements; only in heaps read from memory. `undefined` for other stores. */
export function dictionaryCounts(graph: HeapGraph, table: NodeIndex): DictionaryCounts | undefined {
  if (nodeTypeOf(graph, table) !== 'array') return undefined
  const [entries, capacity] = [numberIn(graph, table, 'internal', '0'), numberIn(graph, table, 'internal', '2')]
  return entries === undefined || capacity === undefined ? undefined : { entries, capacity }
}
