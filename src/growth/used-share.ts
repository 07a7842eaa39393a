import { edgeNameOf, edgeTypeNumber, type HeapGraph, type NodeIndex } from '../graph/heap-graph.js'
import { numberIn } from '../graph/numbers.js'
import { typeOf } from '../graph/types.js'
import { hashTable } from '../heap/v8/collections.js'
import { dictionaryCounts } from '../heap/v8/dictionaries.js'
import { noEdge, type Signatures } from './signatures.js'

/** Smaller ones are not worth a look. */
const worth = 4096

/** How many entries a store has, and how many it has room for. */
export interface Use {
  readonly used: number
  readonly room: number
}

/**
 * How much of a store is in use, where a heap read from memory says how many items or entries its object has: of an Array, a Map, a Set, an
 * object with number keys or one used as a dictionary; and of a WeakMap or WeakSet the entries whose keys are alive. `undefined` for any other node, and for
 * small ones.
 */
export function useOf(graph: HeapGraph, { from, edge }: Signatures, store: NodeIndex): Use | undefined {
  const size = graph.selfSize[store]!
  if (graph.numbers === undefined || size < worth || edge[store] === noEdge) return undefined
  const owner = from[store]!
  switch (edgeNameOf(graph, edge[store]!)) {
    case 'table':
      if (/^Weak(?:Map|Set)$/.test(typeOf(graph, owner))) return ofWeakTable(graph, store)
      return useIn(numberIn(graph, owner, 'property', 'size'), hashTable(graph, store)?.capacity)
    case 'properties':
      return ofDictionary(graph, store)
    case 'elements':
      return (
        ofDictionary(graph, store) ??
        useIn(
          numberIn(graph, owner, 'internal', 'elements') ?? numberIn(graph, owner, 'property', 'length'),
          Math.floor(size / 8) - 2,
        )
      )
    default:
      return undefined
  }
}

function ofDictionary(graph: HeapGraph, store: NodeIndex): Use | undefined {
  const counts = dictionaryCounts(graph, store)
  return counts && useIn(counts.entries, counts.capacity)
}

/** Two places an entry, behind the counts. Those whose key is gone stand in it until V8 collects garbage, and nothing leads to them. */
function ofWeakTable(graph: HeapGraph, table: NodeIndex): Use | undefined {
  const keys = new Set<NodeIndex>()
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++)
    if (graph.edgeType[edge] === weak) keys.add(graph.edgeTo[edge]!)
  return useIn(keys.size, Math.floor((graph.selfSize[table]! / 8 - 5) / 2))
}

const weak = edgeTypeNumber('weak')

const useIn = (used: number | undefined, room: number | undefined): Use | undefined =>
  used === undefined || room === undefined || room <= 0 ? undefined : { used: Math.min(used, room), room }

/**
 * The share of a store that is in use. V8 makes the store of an array half as large again when it is full, and a hash table twice as large:
 * what fills with numbers, of which no edge tells, seems level for as long as it took to fill the last. 1 for any other node.
 */
export function usedShare(graph: HeapGraph, paths: Signatures, store: NodeIndex): number {
  const use = useOf(graph, paths, store)
  return use === undefined ? 1 : use.used / use.room
}
