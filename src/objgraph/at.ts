import { LeakscopeError } from '../errors.js'
import type { ObjectId } from '../graph/heap-graph.js'
import { nodeWithId } from '../graph/ids.js'
import type { Heap } from '../heap/heap.js'
import { liveValues } from '../live/own-process.js'
import { words } from './given.js'
import { HeapObject } from './heap-object.js'

/**
 * The object with an id. Of a heap in hand, what is known of it; without one the live value of this process, with an id of its last
 * capture: `undefined` if it is gone, or is nothing a program can hold. A live value takes a walk over the whole heap, and an
 * inspector session inside the process that stays open: see `closeOwnSession`. Errors: UNSUPPORTED where V8 numbered the objects anew since.
 */
export function at(id: ObjectId): Promise<unknown>
export function at(heap: Heap, id: ObjectId): HeapObject | undefined
export function at(...given: readonly unknown[]): HeapObject | undefined | Promise<unknown> {
  const { heap, rest } = words<[ObjectId]>(given)
  const ids = checkedIds(rest.slice(0, 1))
  if (ids.length === 0) throw noId()
  return heap === undefined ? living(ids).then(([one]) => one?.value) : known(heap, ids[0]!)
}

/** Those objects with these ids that there are, in their order: see `at`. */
export function atAddrs(ids: Iterable<ObjectId>): Promise<unknown[]>
export function atAddrs(heap: Heap, ids: Iterable<ObjectId>): HeapObject[]
export function atAddrs(...given: readonly unknown[]): HeapObject[] | Promise<unknown[]> {
  const { heap, rest } = words<[Iterable<ObjectId>]>(given)
  const ids = checkedIds(rest[0])
  if (heap !== undefined) return ids.map(id => known(heap, id)).filter(object => object !== undefined)
  return living(ids).then(all => all.flatMap(one => (one === undefined ? [] : [one.value])))
}

function checkedIds(given: Iterable<ObjectId>): ObjectId[] {
  const isList = typeof given === 'object' && given !== null && Symbol.iterator in given
  const ids = isList ? [...given] : []
  if (!isList || !ids.every(Number.isInteger)) throw noId()
  return ids
}

const noId = (): LeakscopeError =>
  new LeakscopeError('USAGE', 'an object is asked for by its number', {
    hint: 'Say, for instance, `await at(1203)`, or `await atAddrs([1203, 1207])`: the number after @.',
  })

function known(heap: Heap, id: ObjectId): HeapObject | undefined {
  const node = nodeWithId(heap.graph, id)
  return node === undefined ? undefined : new HeapObject(heap, node)
}

async function living(ids: readonly ObjectId[]): Promise<readonly ({ readonly value: unknown } | undefined)[]> {
  const values = liveValues(ids)
  if (values !== undefined) return values
  throw new LeakscopeError(
    'UNSUPPORTED',
    'V8 has numbered the objects of this process anew since its heap was captured',
    {
      hint: 'Ask for ids of a heap captured now; they change whenever an inspector session of the process ends.',
    },
  )
}
