import { LeakscopeError } from '../errors.js'
import type { ObjectId } from '../graph/heap-graph.js'
import { nodeWithId } from '../graph/ids.js'
import type { Heap } from '../heap/heap.js'
import { liveValues } from '../live/own-process.js'
import { splitArguments } from './given.js'
import { HeapObject } from './heap-object.js'

/**
 * The object with an id. With a heap: its description. Without one: the live value in this process, by an id of its
 * last capture; `undefined` if it is gone or is not a JavaScript value. A live value costs a walk over the whole heap,
 * and opens an inspector session inside the process that stays open: see `closeOwnSession`. Errors: UNSUPPORTED if V8
 * has renumbered the objects since.
 */
export function at(id: ObjectId): Promise<unknown>
export function at(heap: Heap, id: ObjectId): HeapObject | undefined
export function at(...given: readonly unknown[]): HeapObject | undefined | Promise<unknown> {
  const { heap, rest } = splitArguments<[ObjectId]>(given)
  const ids = checkedIds(rest.slice(0, 1))
  if (ids.length === 0) throw noId()
  return heap === undefined ? living(ids).then(([one]) => one?.value) : known(heap, ids[0]!)
}

/** The objects with these ids, in this order, without those that do not exist: see `at`. */
export function atAddrs(ids: Iterable<ObjectId>): Promise<unknown[]>
export function atAddrs(heap: Heap, ids: Iterable<ObjectId>): HeapObject[]
export function atAddrs(...given: readonly unknown[]): HeapObject[] | Promise<unknown[]> {
  const { heap, rest } = splitArguments<[Iterable<ObjectId>]>(given)
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
  new LeakscopeError('USAGE', 'an object id is a number', {
    hint: 'For example: `await at(1203)`, or `await atAddrs([1203, 1207])`: the number after @.',
  })

function known(heap: Heap, id: ObjectId): HeapObject | undefined {
  const node = nodeWithId(heap.graph, id)
  return node === undefined ? undefined : new HeapObject(heap, node)
}

async function living(ids: readonly ObjectId[]): Promise<readonly ({ readonly value: unknown } | undefined)[]> {
  const values = liveValues(ids)
  if (values !== undefined) return values
  throw new LeakscopeError('UNSUPPORTED', 'V8 has renumbered the objects of this process since its heap was captured', {
    hint: 'Use ids of a new capture; ids change whenever an inspector session of the process ends.',
  })
}
