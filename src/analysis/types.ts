import { dominated } from '../graph/dominated.js'
import type { HeapGraph } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { type Types, types } from '../graph/types.js'
import { flag, type HeapAnalysis, heapAnalysis } from './analysis.js'
import type { Heap } from './heap.js'
import { choice, cutNote, limit, type Match, pattern } from './options.js'
import { qualifiedTypes } from './type-names.js'

/** What a heap has of one type. Sizes in bytes. */
export interface TypeStats {
  readonly type: string
  readonly count: number
  readonly shallow: number
  /** Bytes that would be freed if all objects of the type were. */
  readonly retained: number
}

export interface TypeStatsOptions {
  /** Only types whose name is wanted. */
  readonly filter?: Match | undefined
  /** Tell classes of one name apart by their file: `store.js:Session`. */
  readonly qualified?: boolean
}

/** Every type of a heap with how many objects it has and what they take, by name. */
export function typestats(heap: Heap, { filter, qualified = false }: TypeStatsOptions = {}): Map<string, TypeStats> {
  const { of, names } = qualified ? qualifiedTypes(heap) : types(heap.graph)
  const { count, shallow } = totals(heap.graph, of, names.length)
  const retained = retainedByType(heap.graph, { of, names })
  const stats = new Map<string, TypeStats>()
  for (const [at, type] of names.entries()) {
    if (count[at] === 0 || filter?.(type) === false) continue
    stats.set(type, { type, count: count[at]!, shallow: shallow[at]!, retained: retained[at]! })
  }
  return stats
}

/** The types with the most objects (or bytes), the most first. */
export function mostCommonTypes(
  heap: Heap,
  { limit = 10, sort = 'count', ...options }: TypeStatsOptions & { limit?: number; sort?: TypeOrder } = {},
): TypeStats[] {
  return sorted(typestats(heap, options), sort).slice(0, limit)
}

const orders = ['count', 'shallow', 'retained'] as const
export type TypeOrder = (typeof orders)[number]

const sorted = (stats: ReadonlyMap<string, TypeStats>, order: TypeOrder): TypeStats[] =>
  [...stats.values()].sort((a, b) => b[order] - a[order] || b.retained - a.retained || (a.type < b.type ? -1 : 1))

/** How many nodes each type has, and their shallow sizes together. */
export function totals(
  graph: HeapGraph,
  of: Uint32Array,
  typeCount: number,
): { count: Float64Array; shallow: Float64Array } {
  const sizes = shallowSizes(graph)
  const count = new Float64Array(typeCount)
  const shallow = new Float64Array(typeCount)
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = of[node]!
    count[type]!++
    shallow[type]! += sizes[node]!
  }
  return { count, shallow }
}

/**
 * A list whose nodes hold each other would be counted over and over if retained sizes were simply summed. So, as DevTools does, only
 * nodes count that no other of their type dominates: going down the dominator tree, those met while none of the type is above.
 */
function retainedByType(graph: HeapGraph, { of, names }: Types): Float64Array {
  const { first, node: below } = dominated(graph)
  const sizes = retainedSizes(graph)
  const retained = new Float64Array(names.length)
  const above = new Uint32Array(names.length)
  // The way from the root to here. Nothing dominates itself, so no way is longer than there are nodes.
  const way = new Uint32Array(graph.nodeCount)
  const next = new Uint32Array(graph.nodeCount)
  let depth = 0
  enter(graph.root)

  while (depth > 0) {
    const node = way[depth - 1]!
    const place = next[depth - 1]!++
    if (place < first[node + 1]!) enter(below[place]!)
    else {
      above[of[node]!]!--
      depth--
    }
  }
  return retained

  function enter(node: number): void {
    const type = of[node]!
    if (above[type]!++ === 0) retained[type]! += sizes[node]!
    way[depth] = node
    next[depth] = first[node]!
    depth++
  }
}

const options = {
  sort: choice('--sort', 'what the most are', orders, 'count'),
  limit: limit('how many types', 10),
  filter: pattern('--filter', 'only types whose name matches'),
  qualified: flag('--qualified', 'tell classes of one name apart by their file: store.js:Session'),
}

/** `leakscope types`: the most common types. */
export const typesAnalysis: HeapAnalysis = heapAnalysis({
  name: 'types',
  summary: 'The most common types: how many objects, and what they take',
  heaps: 1,
  options,
  run(heap, { sort, limit, filter, qualified }) {
    const all = sorted(typestats(heap, { filter, qualified }), sort)
    const rows = all.slice(0, limit)
    return {
      title: 'Types',
      sections: [
        {
          shape: 'table',
          title: 'Most common types',
          columns: [
            { key: 'type', title: 'Type', unit: 'text' },
            { key: 'count', title: 'Count', unit: 'count' },
            { key: 'shallow', title: 'Shallow', unit: 'bytes' },
            { key: 'retained', title: 'Retained', unit: 'bytes' },
          ],
          rows: rows.map(row => ({ ...row })),
        },
      ],
      notes: cutNote(rows.length, all.length),
    }
  },
})
