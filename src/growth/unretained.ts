import { distances, unreachable } from '../graph/distances.js'
import type { HeapGraph } from '../graph/heap-graph.js'
import { isV8InternalType, types } from '../graph/types.js'

/** Objects of one type that nothing in the files retains, more in each heap than in the previous one. */
export interface Unretained {
  readonly type: string
  /** By heap. */
  readonly counts: readonly number[]
}

/**
 * The number of unretained objects by type: none in snapshots of V8, which leave garbage out. Bun writes no edges from
 * a Map or Set to its entries, which therefore seem unretained.
 */
export function unretainedByType(graph: HeapGraph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const distance = distances(graph)
  const { of, names } = types(graph)
  for (let node = 0; node < graph.nodeCount; node++) {
    if (distance[node] !== unreachable) continue
    const type = names[of[node]!]!
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  // V8's own objects come and go: compiled code that waits to be freed, outgrown tables.
  for (const type of counts.keys()) if (isV8InternalType(type)) counts.delete(type)
  return counts
}

/** The minimum gain: fewer objects may be created by the engine itself. */
const minGained = 20

/** The types with a rising number of unretained objects, largest gain first. */
export function risingUnretained(heaps: readonly ReadonlyMap<string, number>[]): Unretained[] {
  const gain = ({ counts }: Unretained): number => counts.at(-1)! - counts[0]!
  return [...(heaps.at(-1)?.keys() ?? [])]
    .map(type => ({ type, counts: heaps.map(heap => heap.get(type) ?? 0) }))
    .filter(one => one.counts.every((count, at) => at === 0 || count > one.counts[at - 1]!) && gain(one) >= minGained)
    .sort((a, b) => gain(b) - gain(a))
}

/** The growth in one sentence. */
export const unretainedHeadline = ({ type, counts }: Unretained): string =>
  `${counts.at(-1)!.toLocaleString('en-US')} ${type} are retained by nothing in these heaps, ${(counts.at(-1)! - counts[0]!).toLocaleString('en-US')} more than in the first`

/** A note about them, with what to do. */
export function unretainedNotes(unretained: readonly Unretained[]): string[] {
  if (unretained.length === 0) return []
  const rows = unretained.slice(0, 3).map(({ type, counts }) => `${type} (${counts.join(', ')})`)
  return [
    `Growing, and retained by nothing in the files: ${rows.join('; ')}. Edges are missing, as in files of Bun, which leave out what a Map or a Set holds. Look at the Maps and Sets of the program, or run it in Node.js.`,
  ]
}
