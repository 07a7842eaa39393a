import { LeakscopeError } from '../errors.js'
import type { NodeIndex } from '../graph/heap-graph.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { isV8Type, types } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { heldByNativeOnly } from '../heap/held-by-native-only.js'
import { qualifiedTypes, typeNamed } from '../heap/type-names.js'
import { byType as nodesOfType } from '../questions/count.js'
import { statsByType, type TypeStats } from '../questions/types.js'
import { plain } from '../render/plain-text.js'
import { checked } from './checked.js'
import { splitArguments, type Within, whenKnown, within } from './given.js'
import { HeapObject, type ObjectFilter } from './heap-object.js'
import { first, type Limited, type Printing } from './limits.js'

/** Which objects are counted, by default all of the heap. */
export interface Among {
  /** Objects of the given heap, or live values of this process. */
  readonly objects?: Iterable<unknown> | undefined
}

/** How types are counted. */
export interface Counting extends Among {
  /** Counts only objects for which it is true. */
  readonly filter?: ObjectFilter | undefined
  /** Distinguish classes of the same name by their file: `src/store.js:Session` (objgraph's `shortnames=False`). */
  readonly qualified?: boolean
}

/**
 * The number of objects of a type: `count('Session')`, or `count('store.js:Session')` if two classes share the name.
 * Without a heap, captures this process and returns a promise.
 */
export function count(type: string, options?: Among): Promise<number>
export function count(heap: Heap, type: string, options?: Among): number
export function count(...given: readonly unknown[]): number | Promise<number> {
  const { heap, type, objects } = ofType(given)
  return whenKnown(within(heap, objects), at => nodesOf(at, type).length)
}

/**
 * All objects of a type, as descriptions: `showBackrefs(await byType('Session'))`; `at(object.id)` is the live value.
 */
export function byType(type: string, options?: Among): Promise<HeapObject[]>
export function byType(heap: Heap, type: string, options?: Among): HeapObject[]
export function byType(...given: readonly unknown[]): HeapObject[] | Promise<HeapObject[]> {
  const { heap, type, objects } = ofType(given)
  return whenKnown(within(heap, objects), at => nodesOf(at, type).map(node => new HeapObject(at.heap, node)))
}

/**
 * The object count and shallow bytes of every type, by name. `retained` adds what the type retains, for a whole heap
 * only.
 */
export function typeStats(options?: Counting & { readonly retained?: boolean }): Promise<Map<string, TypeStats>>
export function typeStats(heap: Heap, options?: Counting & { readonly retained?: boolean }): Map<string, TypeStats>
export function typeStats(...given: readonly unknown[]): Map<string, TypeStats> | Promise<Map<string, TypeStats>> {
  const { heap, rest } = splitArguments<[(Counting & { retained?: boolean })?]>(given)
  const options = checked(rest[0], [...counting, 'retained'])
  return whenKnown(within(heap, options.objects), at => tally(at, options))
}

/** How the most common types are ranked. */
export interface Ranking extends Counting, Limited {
  /** Rank V8's own types, such as `(string)`, with the others instead of last. */
  readonly all?: boolean
}

/**
 * The types with the most objects, largest count first, V8's own last unless `all`; on equal counts the larger bytes
 * first.
 */
export function mostCommonTypes(options?: Ranking): Promise<TypeStats[]>
export function mostCommonTypes(heap: Heap, options?: Ranking): TypeStats[]
export function mostCommonTypes(...given: readonly unknown[]): TypeStats[] | Promise<TypeStats[]> {
  const { heap, rest } = splitArguments<[Ranking?]>(given)
  const options = checked(rest[0], ['limit', 'all', ...counting])
  return whenKnown(within(heap, options.objects), at => commonest(at, options))
}

/** Prints the types with the most objects and their counts, in objgraph's columns, and returns them. */
export async function showMostCommonTypes(options?: Ranking & Printing): Promise<TypeStats[]>
export async function showMostCommonTypes(heap: Heap, options?: Ranking & Printing): Promise<TypeStats[]>
export async function showMostCommonTypes(...given: readonly unknown[]): Promise<TypeStats[]> {
  const { heap, rest } = splitArguments<[(Ranking & Printing)?]>(given)
  const options = checked(rest[0], ['limit', 'all', ...counting, 'file'])
  const rows = await whenKnown(within(heap, options.objects), at => commonest(at, options))
  const width = Math.max(...rows.map(({ type }) => plain(type).length))
  const { file = process.stdout } = options
  for (const { type, count } of rows) file.write(`${plain(type).padEnd(width)} ${count}\n`)
  return rows
}

/**
 * Objects that only C++ keeps. V8 counts no references, so this is the nearest equivalent of objgraph's objects with
 * wrong reference counts: a handle that a native addon forgot looks like this, and so do the roots that Node.js keeps
 * on purpose.
 */
export function getLeakingObjects(options?: Among): Promise<HeapObject[]>
export function getLeakingObjects(heap: Heap, options?: Among): HeapObject[]
export function getLeakingObjects(...given: readonly unknown[]): HeapObject[] | Promise<HeapObject[]> {
  const { heap, rest } = splitArguments<[Among?]>(given)
  const { objects } = checked(rest[0], ['objects'])
  return whenKnown(within(heap, objects), ({ heap, nodes }) => {
    const wanted = nodes && new Set(nodes)
    const held = heldByNativeOnly(heap.graph).filter(node => wanted?.has(node) ?? true)
    return held.map(node => new HeapObject(heap, node))
  })
}

const counting = ['objects', 'qualified', 'filter'] as const

function ofType(given: readonly unknown[]): Among & { readonly heap: Heap | undefined; readonly type: string } {
  const { heap, rest } = splitArguments<[string, Among?]>(given)
  const [type, options] = rest
  if (typeof type === 'string') return { heap, type, ...checked(options, ['objects']) }
  throw new LeakscopeError('USAGE', 'objects are counted by the name of their type', {
    hint: "For example: `await count('Session')`.",
  })
}

function commonest(at: Within, options: Ranking): TypeStats[] {
  const all = [...tally(at, options).values()]
  const isLast = ({ type }: TypeStats): number => (options.all !== true && isV8Type(type) ? 1 : 0)
  all.sort((a, b) => isLast(a) - isLast(b) || b.count - a.count || b.shallow - a.shallow || (a.type < b.type ? -1 : 1))
  return first(all, options)
}

function tally({ heap, nodes }: Within, options: Counting & { readonly retained?: boolean }): Map<string, TypeStats> {
  const { filter, qualified = false, retained = false } = options
  if (nodes === undefined && filter === undefined) return statsByType(heap, { qualified, retained })
  const { of, names } = qualified ? qualifiedTypes(heap) : types(heap.graph)
  const sizes = shallowSizes(heap.graph)
  const stats = new Map<string, TypeStats>()
  for (const node of nodes ?? heap.graph.nodeId.keys()) {
    if (filter !== undefined && !filter(new HeapObject(heap, node))) continue
    const type = names[of[node]!]!
    const { count, shallow } = stats.get(type) ?? { count: 0, shallow: 0 }
    stats.set(type, { type, count: count + 1, shallow: shallow + sizes[node]!, retained: null })
  }
  return stats
}

function nodesOf({ heap, nodes }: Within, type: string): readonly NodeIndex[] {
  if (nodes === undefined) return nodesOfType(heap, type)
  const match = typeNamed(heap, type)
  return match === undefined ? [] : nodes.filter(node => match.wanted.has(match.of[node]!))
}
