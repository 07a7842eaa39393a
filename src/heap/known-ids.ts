import { LeakscopeError } from '../errors.js'
import type { NodeIndex, ObjectId } from '../graph/heap-graph.js'
import { types } from '../graph/types.js'
import type { Heap, Origin } from './heap.js'
import { qualifiedTypes } from './type-names.js'

/** What is kept of a heap to find new objects in a later one: 4 bytes per object, and a count for each type. */
export interface KnownIds {
  /** Ascending. */
  readonly ids: Uint32Array
  readonly counts: ReadonlyMap<string, number>
  /** The session in which the ids are valid. */
  readonly session: string
}

/** The objects of one type: the old, current and new counts, and the new ids. */
export interface NewIds {
  readonly type: string
  readonly old: number
  readonly current: number
  readonly new: number
  readonly delta: number
  readonly ids: readonly ObjectId[]
}

/** The object ids of a heap. Errors: UNSUPPORTED if the session of the heap is unknown. */
export function knownIds(heap: Heap, qualified = false): KnownIds {
  const { graph, origin } = heap
  if (origin.session === null)
    throw notComparable(`the session in which ${origin.path ?? 'a heap'} was captured is unknown`)
  const { of, names } = qualified ? qualifiedTypes(heap) : types(graph)
  const counts = new Float64Array(names.length)
  for (const type of of) counts[type]!++
  return {
    ids: graph.nodeId.slice().sort(),
    counts: new Map(names.map((name, at) => [name, counts[at]!])),
    session: origin.session,
  }
}

/** Whether ids are comparable with those of a later heap: in one unbroken session, or if its objects were matched. */
export const isComparable = (before: Pick<KnownIds, 'session'>, { session, follows }: Origin): boolean =>
  session === before.session || follows?.session === before.session

/**
 * The new objects by type, largest gain first (objgraph's `get_new_ids`). Errors: UNSUPPORTED if the two heaps are not
 * of one unbroken session, since an id may then be another object's.
 */
export function newIds(before: KnownIds, heap: Heap, qualified = false): NewIds[] {
  const { graph, origin } = heap
  if (!isComparable(before, origin)) throw notComparable('the two heaps were captured in different sessions')
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

/** Returns a test of which nodes of a heap are new. Errors: UNSUPPORTED, like `newIds`. */
export function isNewSince(before: KnownIds, { graph, origin }: Heap): (node: NodeIndex) => boolean {
  if (!isComparable(before, origin)) throw notComparable('the two heaps were captured in different sessions')
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
