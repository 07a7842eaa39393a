import { edgeTypeNumber, type HeapGraph, type ObjectId } from './heap-graph.js'
import { memo } from './memo.js'

/**
 * The entries of all WeakMaps. An entry's value lives while its key and the table both do, and V8 writes it as two internal edges,
 * table → value and key → value, whose names say so.
 */
export interface Ephemerons {
  /** By string: the number of the entry an edge of this name belongs to, from 1; 0 for every other string. */
  readonly entryOf: Uint32Array
  /** By entry: the object id of the WeakMap's table. `tableOf[0]` stands for no entry. */
  readonly tableOf: readonly ObjectId[]
}

// As in DevTools (HeapSnapshot.ts, tryParseWeakMapEdgeName). The number in front differs between the two edges of an entry; what
// follows it is the same.
const ephemeronName = /^\d+( \/ part of key \(.*? @\d+\) -> value \(.*? @\d+\) pair in WeakMap \(table @(\d+)\))$/

/** The WeakMap entries of a heap, found by the names of internal edges. One pass over the edges; each name is decoded once. */
export const ephemerons: (graph: HeapGraph) => Ephemerons = memo(graph => {
  const { edgeCount, edgeType, edgeName, strings } = graph
  const internal = edgeTypeNumber('internal')
  const seen = new Uint8Array(strings.length)
  const entryOf = new Uint32Array(strings.length)
  const tableOf: ObjectId[] = [0]
  // One map for each table, because one for all would end at 2^24 entries.
  const entries = new Map<ObjectId, Map<string, number>>()

  for (let edge = 0; edge < edgeCount; edge++) {
    if (edgeType[edge] !== internal) continue
    const name = edgeName[edge]!
    if (seen[name] !== 0) continue
    seen[name] = 1
    const match = ephemeronName.exec(strings.at(name))
    if (match === null) continue

    const table = Number(match[2])
    const ofTable = entries.get(table) ?? new Map<string, number>()
    entries.set(table, ofTable)
    let entry = ofTable.get(match[1]!)
    if (entry === undefined) {
      entry = tableOf.push(table) - 1
      ofTable.set(match[1]!, entry)
    }
    entryOf[name] = entry
  }
  return { entryOf, tableOf }
})
