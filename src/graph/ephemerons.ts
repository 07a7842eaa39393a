import { type EdgeIndex, edgeTypeNumber, type HeapGraph, type NodeIndex } from './heap-graph.js'
import { memo } from './memo.js'
import { pairs } from './pairs.js'

/**
 * The entries of all WeakMaps. An entry's value lives as long as both its key and the table. V8 writes an entry as two
 * internal edges, table → value and key → value, recognisable by their names.
 */
export interface Ephemerons {
  /** By string: the number, from 1, of the entry to which an edge of this name belongs; 0 for other strings. */
  readonly entryOf: Uint32Array
  /** By entry: the object id of the WeakMap's table. Index 0 is unused. */
  readonly tableOf: Uint32Array
  /** The edges that start at the tables, in ascending order. */
  readonly tableEdges: readonly number[]
}

// As in DevTools (HeapSnapshot.ts, tryParseWeakMapEdgeName). The number at the start differs between the two edges of
// an entry; the rest is the same, and key and table identify the entry.
const ephemeronName = /^\d+ \/ part of key \(.*? @(\d+)\) -> value \(.*? @\d+\) pair in WeakMap \(table @(\d+)\)$/
/** The length of the shortest such name. */
const shortest = '1 / part of key ( @1) -> value ( @1) pair in WeakMap (table @1)'.length

/** The WeakMap entries of a heap, found by the names of internal edges. One pass over the edges; only long names are decoded. */
export const ephemerons: (graph: HeapGraph) => Ephemerons = memo(graph => {
  const { nodeId, edgeName, strings } = graph
  const seen = new Uint8Array(strings.length)
  const entryOf = new Uint32Array(strings.length)
  const entries = pairs()
  const tableEdges: number[] = []

  eachEdgeOfLongName(graph, (node, edge) => {
    const name = edgeName[edge]!
    if (seen[name] === 0) {
      seen[name] = 1
      const match = ephemeronName.exec(strings.at(name))
      if (match !== null) entryOf[name] = entries.numberOf(Number(match[1]) >>> 0, Number(match[2]) >>> 0)
    }
    const entry = entryOf[name]!
    if (entry !== 0 && entries.secondOf(entry) === nodeId[node]) tableEdges.push(edge)
  })
  return { entryOf, tableOf: entries.seconds(), tableEdges }
})

/** Visits the internal edges whose names are long enough: a few of many millions. */
function eachEdgeOfLongName(graph: HeapGraph, visit: (node: NodeIndex, edge: EdgeIndex) => void): void {
  const { nodeCount, firstEdge, edgeType, edgeName } = graph
  const internal = edgeTypeNumber('internal')
  const long = longStrings(graph)
  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1]!
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      if (edgeType[edge] !== internal) continue
      const name = edgeName[edge]!
      if ((long[name >>> 5]! & (1 << name)) !== 0) visit(node, edge)
    }
  }
}

/** One bit per string, to fit the processor's cache: whether it may be as long as the name of an ephemeron. */
function longStrings({ strings }: HeapGraph): Uint32Array {
  const long = new Uint32Array((strings.length + 31) >>> 5)
  for (let index = 0; index < strings.length; index++) {
    if (!strings.isShort(index, shortest)) long[index >>> 5]! |= 1 << index
  }
  return long
}
