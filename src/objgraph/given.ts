import { LeakscopeError } from '../errors.js'
import type { NodeIndex } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { HeapObject } from './heap-object.js'
import { captured, markOurs } from './own-heap.js'

/** The selected objects, as nodes of their heap. */
export interface Located {
  readonly heap: Heap
  readonly nodes: readonly NodeIndex[]
}

/** A heap and the selected objects of it: `undefined` for all. */
export interface Within {
  readonly heap: Heap
  readonly nodes: readonly NodeIndex[] | undefined
}

/** Splits the arguments of a call: an optional heap comes first. */
export function splitArguments<Rest extends readonly unknown[]>(
  given: readonly unknown[],
): { readonly heap: Heap | undefined; readonly rest: Rest } {
  const [heap, ...rest] = given
  // The overloads of each function declare its arguments.
  return isHeap(heap) ? { heap, rest: rest as unknown as Rest } : { heap: undefined, rest: given as Rest }
}

const isHeap = (given: unknown): given is Heap =>
  typeof given === 'object' && given !== null && 'graph' in given && 'origin' in given && 'places' in given

/** The given heap, or a new capture of this process, and the selected objects in it. Errors: those of `located`. */
export function within(heap: Heap | undefined, objects: Iterable<unknown> | undefined): Within | Promise<Within> {
  if (heap !== undefined) return objects === undefined ? { heap, nodes: undefined } : inHand(heap, [...objects])
  if (objects !== undefined) return located([...objects])
  return captured([]).then(({ heap }) => ({ heap, nodes: undefined }))
}

/**
 * Finds objects in their heap: live values in a new capture of this process. Errors: NOT_FOUND for a live value that is
 * not an object of the heap, USAGE if they belong to several heaps.
 */
export function located(objects: readonly unknown[]): Located | Promise<Located> {
  const [some] = objects
  if (some instanceof HeapObject) return inHand(some.heap, objects)
  if (objects.some(object => object instanceof HeapObject)) throw mixed()
  return captured(objects).then(({ heap, nodes }) => ({ heap, nodes: nodes.map(found) }))
}

function inHand(heap: Heap, objects: readonly unknown[]): Located {
  const nodes = objects.map(object => {
    if (object instanceof HeapObject && object.heap === heap) return object.node
    throw mixed()
  })
  return { heap, nodes }
}

const mixed = (): LeakscopeError =>
  new LeakscopeError('USAGE', 'the objects do not all belong to one heap', {
    hint: 'Pass live values only, or objects of one heap, as returned by `byType(heap, …)` and `at(heap, …)`.',
  })

function found(node: NodeIndex | undefined, at: number): NodeIndex {
  if (node !== undefined) return node
  throw new LeakscopeError('NOT_FOUND', `value ${at + 1} is not an object of the heap`, {
    hint: 'A list is taken as the objects in it: pass [a] for a list a. Numbers, booleans and the like have no references.',
  })
}

/**
 * Returns the answer directly if the heap is known, otherwise a promise. The answer is marked as ours, so that heaps of
 * this process leave it out.
 */
export function whenKnown<T, R>(known: T | Promise<T>, answer: (known: T) => R): R | Promise<R> {
  const give = (it: T): R => {
    const answered = answer(it)
    if (typeof answered === 'object' && answered !== null) markOurs(answered)
    return answered
  }
  return known instanceof Promise ? known.then(give) : give(known)
}
