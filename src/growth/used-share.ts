import { edgeNameOf, type HeapGraph, type NodeIndex } from '../graph/heap-graph.js'
import { numberIn } from '../graph/numbers.js'
import { hashTable } from '../heap/v8/collections.js'
import { noEdge, type Signatures } from './signatures.js'

/** Smaller ones are not worth a look. */
const worth = 4096

/**
 * The share of a store that is in use, where the heap says how many items or entries its object has. V8 makes the store of an array half as large
 * again when it is full, and the table of a Map twice as large: what fills with numbers, of which no edge tells, seems level for as long as it
 * took to fill the last. 1 for any other node.
 */
export function usedShare(graph: HeapGraph, { from, edge }: Signatures, store: NodeIndex): number {
  const size = graph.selfSize[store]!
  if (graph.numbers === undefined || size < worth || edge[store] === noEdge) return 1
  const name = edgeNameOf(graph, edge[store]!)
  if (name !== 'elements' && name !== 'table') return 1
  const isTable = name === 'table'
  const used = numberIn(graph, from[store]!, 'property', isTable ? 'size' : 'length')
  const room = isTable ? hashTable(graph, store)?.capacity : Math.floor(size / 8) - 2
  return used === undefined || room === undefined || room <= 0 ? 1 : Math.min(1, used / room)
}
