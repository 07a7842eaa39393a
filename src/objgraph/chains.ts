import { isModuleRoot as isRoot } from '../heap/roots.js'
import { findRefChain as chainFrom, findBackrefChain as chainTo } from '../paths/chains.js'
import { checked, checkedPredicate } from './checked.js'
import { type Located, located, whenKnown } from './given.js'
import { HeapObject, type ObjectFilter, onNodes } from './heap-object.js'

/** Limits of the search for a chain. */
export interface ChainLimits {
  /** The maximum number of references in the chain. */
  readonly maxDepth?: number
  /** Objects that the chain must not contain: of the same heap, or live values if the start object is one. */
  readonly extraIgnore?: Iterable<unknown>
}

/**
 * A shortest chain of references from an object to one that matches; `[object]` alone if there is none. For an object
 * of a heap, returns the chain; for a live value, captures this process and returns a promise.
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

/**
 * A shortest chain of references to an object from one that matches, by default a module or the global object: see
 * `findRefChain`.
 */
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
 * Whether an object is meant to live as long as the program, so that a search for retainers can end there: a CommonJS
 * module, an ES module, the global object.
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
