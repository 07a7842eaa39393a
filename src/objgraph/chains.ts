import { isModuleRoot as isRoot } from '../heap/roots.js'
import { findRefChain as chainFrom, findBackrefChain as chainTo } from '../paths/chains.js'
import { checked, checkedPredicate } from './checked.js'
import { type Located, located, whenKnown } from './given.js'
import { HeapObject, type ObjectFilter, onNodes } from './heap-object.js'

/** Where a chain may go. */
export interface ChainLimits {
  /** References from the first object to the last. */
  readonly maxDepth?: number
  /** Objects it may not pass: of the same heap, or live values as the object asked about is one. */
  readonly extraIgnore?: Iterable<unknown>
}

/**
 * A shortest chain of references from an object to one that is wanted; `[object]` alone where there is none. Of an object of a heap
 * in hand at once; of a live value this process is captured.
 */
export function findRefChain(object: HeapObject, predicate: ObjectFilter, limits?: ChainLimits): HeapObject[]
export function findRefChain(value: unknown, predicate: ObjectFilter, limits?: ChainLimits): Promise<HeapObject[]>
export function findRefChain(
  object: unknown,
  predicate: ObjectFilter,
  limits?: ChainLimits,
): HeapObject[] | Promise<HeapObject[]> {
  return find(object, predicate, limits, chainFrom)
}

/** A shortest chain of references to an object from one that is wanted, by default a module or the global object: see `findRefChain`. */
export function findBackrefChain(object: HeapObject, predicate?: ObjectFilter, limits?: ChainLimits): HeapObject[]
export function findBackrefChain(value: unknown, predicate?: ObjectFilter, limits?: ChainLimits): Promise<HeapObject[]>
export function findBackrefChain(
  object: unknown,
  predicate: ObjectFilter = isModuleRoot,
  limits?: ChainLimits,
): HeapObject[] | Promise<HeapObject[]> {
  return find(object, predicate, limits, chainTo)
}

/**
 * Whether an object is where a search for what holds something may end, as it lives as long as the program by design: a CommonJS module,
 * an ES module, the global object.
 */
export function isModuleRoot(object: HeapObject): boolean
export function isModuleRoot(value: unknown): Promise<boolean>
export function isModuleRoot(object: unknown): boolean | Promise<boolean> {
  return whenKnown(located([object]), ({ heap, nodes }) => isRoot(heap.graph, nodes[0]!))
}

function find(
  object: unknown,
  predicate: ObjectFilter,
  limits: ChainLimits | undefined,
  search: typeof chainFrom,
): HeapObject[] | Promise<HeapObject[]> {
  const { maxDepth = 20, extraIgnore = [] } = checked(limits, ['maxDepth', 'extraIgnore'])
  const wanted = checkedPredicate(predicate)
  return whenKnown(located([object, ...extraIgnore]), ({ heap, nodes: [start, ...ignored] }: Located) => {
    const isIgnored = new Set(ignored)
    const chain = search(heap.graph, start!, onNodes(heap, wanted)!, {
      maxDepth,
      ignore: node => isIgnored.has(node),
    })
    return chain.map(node => new HeapObject(heap, node))
  })
}
