import { LeakscopeError } from '../errors.js'
import type { NodeIndex, ObjectId } from '../graph/heap-graph.js'
import { types } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { oneByOne } from '../heap/one-by-one.js'
import { qualifiedTypes } from '../heap/type-names.js'
import type { Section } from '../report/report.js'
import { flag, type SeriesAnalysis, seriesAnalysis } from './ask/analysis.js'
import { choice, cutNote, limit } from './ask/options.js'

/** What is kept of a heap to tell later which objects are new: 4 bytes an object, and a count for each type. */
export interface KnownIds {
  /** Ascending. */
  readonly ids: Uint32Array
  readonly counts: ReadonlyMap<string, number>
  /** The session the ids hold in. */
  readonly session: string
}

/** The objects of one type: how many there were, are, are new, and their ids. */
export interface NewIds {
  readonly type: string
  readonly old: number
  readonly current: number
  readonly new: number
  readonly delta: number
  readonly ids: readonly ObjectId[]
}

/** Remembers which objects a heap has. Throws UNSUPPORTED when it is not known in which session the heap was captured. */
export function knownIds(heap: Heap, qualified = false): KnownIds {
  const { graph, origin } = heap
  if (origin.session === null)
    throw notComparable(`nothing is known about the session ${origin.path ?? 'a heap'} was captured in`)
  const { of, names } = qualified ? qualifiedTypes(heap) : types(graph)
  const counts = new Float64Array(names.length)
  for (const type of of) counts[type]!++
  return {
    ids: graph.nodeId.slice().sort(),
    counts: new Map(names.map((name, at) => [name, counts[at]!])),
    session: origin.session,
  }
}

/**
 * Which objects are new since: by type, most gained first (objgraph's `get_new_ids`). Throws UNSUPPORTED when the two heaps are not
 * of one unbroken session, for then a number may name another object.
 */
export function newIds(before: KnownIds, heap: Heap, qualified = false): NewIds[] {
  const { graph, origin } = heap
  if (origin.session !== before.session) throw notComparable('the two heaps were captured in different sessions')
  const { of, names } = qualified ? qualifiedTypes(heap) : types(graph)
  const current = new Float64Array(names.length)
  const ids: ObjectId[][] = names.map(() => [])
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = of[node]!
    current[type]!++
    const id = graph.nodeId[node]!
    if (!has(before.ids, id)) ids[type]!.push(id)
  }
  const now = names.map((type, at) => {
    const old = before.counts.get(type) ?? 0
    return { type, old, current: current[at]!, new: ids[at]!.length, delta: current[at]! - old, ids: ids[at]! }
  })
  const known = new Set(names)
  const gone = [...before.counts].filter(([type]) => !known.has(type))
  return [...now, ...gone.map(([type, old]) => ({ type, old, current: 0, new: 0, delta: -old, ids: [] }))]
}

/** Tells which nodes of a heap are new since. Throws UNSUPPORTED as `newIds` does. */
export function isNewSince(before: KnownIds, { graph, origin }: Heap): (node: NodeIndex) => boolean {
  if (origin.session !== before.session) throw notComparable('the two heaps were captured in different sessions')
  return node => !has(before.ids, graph.nodeId[node]!)
}

function has(ascending: Uint32Array, id: ObjectId): boolean {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < id) low = middle + 1
    else high = middle
  }
  return ascending[low] === id
}

const notComparable = (why: string): LeakscopeError =>
  new LeakscopeError('UNSUPPORTED', `object ids cannot be compared: ${why}`, {
    hint: 'Capture the heaps in one session (`leakscope attach`, or `new-ids` on a live target), or compare by type with `leakscope growth`.',
  })

const orders = ['deltas', 'new', 'current', 'old'] as const
const options = {
  limit: limit('how many types', 10),
  sortby: choice('--sortby', 'what comes first', orders, 'deltas'),
  qualified: flag('--qualified', 'tell classes of one name apart by their file: store.js:Session'),
}

/** `leakscope new-ids`: for each heap after the first, the objects that the one before did not have. */
export const newIdsAnalysis: SeriesAnalysis = seriesAnalysis({
  name: 'new-ids',
  aliases: ['new'],
  summary: 'Objects new since the heap before, by type (heaps of one unbroken session: V8 numbers anew in each)',
  heaps: 'series',
  options,
  async run(heaps, { limit, sortby, qualified }) {
    const key = sortby === 'deltas' ? 'delta' : sortby
    let before: KnownIds | undefined
    const sections: Section[] = []
    const notes: string[] = []
    await oneByOne(heaps, heap => {
      if (before !== undefined) {
        const all = newIds(before, heap, qualified)
          .filter(row => row.new > 0 || row.delta !== 0)
          .sort((a, b) => b[key] - a[key] || b.new - a.new || (a.type < b.type ? -1 : 1))
        sections.push(newIdsTable(all.slice(0, limit), heap))
        notes.push(...cutNote(Math.min(limit, all.length), all.length))
      }
      before = knownIds(heap, qualified)
    })
    if (sections.length === 0) {
      throw new LeakscopeError('USAGE', 'new-ids compares two heaps or more', {
        hint: 'Say, for instance, leakscope new-ids 4121 --every 10s',
      })
    }
    return { title: 'New objects', sections, notes }
  },
})

function newIdsTable(rows: readonly NewIds[], heap: Heap): Section {
  return {
    shape: 'table',
    title: `New in ${heap.origin.path ?? 'the heap'}`,
    columns: [
      { key: 'type', title: 'Type', unit: 'text' },
      { key: 'old', title: 'Old ids', unit: 'count' },
      { key: 'current', title: 'Current ids', unit: 'count' },
      { key: 'new', title: 'New ids', unit: 'count' },
      { key: 'delta', title: 'Count delta', unit: 'change' },
      { key: 'example', title: 'Newest', unit: 'id' },
    ],
    // V8 hands ids out ascending, so the greatest is the youngest.
    rows: rows.map(({ ids, ...row }) => ({
      ...row,
      example: ids.length === 0 ? null : ids.reduce((a, b) => Math.max(a, b)),
    })),
  }
}
