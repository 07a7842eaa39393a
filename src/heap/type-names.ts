import { LeakscopeError } from '../errors.js'
import type { HeapNodes, NodeIndex } from '../graph/heap-graph.js'
import { memo } from '../graph/memo.js'
import { type Types, types } from '../graph/types.js'
import type { Heap } from './heap.js'
import { placeOf } from './places.js'
import { shortPath } from './script-names.js'
import { sourceNames } from './source-names.js'
import { withEdges } from './with-edges.js'

/** The types of a heap, prefixed with the file of their class, if the heap has it: `src/store.js:Session`. */
export const qualifiedTypes: (heap: Heap) => Types = memo(heap => {
  const { graph } = heap
  const { of: bareOf, names: bareNames } = types(graph)
  const of = bareOf.slice()
  const names = [...bareNames]
  if (graph.locations === undefined) return { of, names }

  const known = new Map<string, number>()
  const byName = new Map<string, number>()
  const { node: located, script } = graph.locations
  for (let place = 0; place < located.length; place++) {
    const node = located[place]!
    const bare = bareOf[node]!
    // Functions also have locations, but no file declares the type `(closure)`.
    if (bareNames[bare]!.startsWith('(')) continue
    const key = `${bare} ${script[place]!}`
    let type = known.get(key)
    if (type === undefined) {
      const file = placeOf(heap, node)?.file
      const name =
        file === undefined ? `${bareNames[bare]!}@${script[place]!}` : `${shortPath(file)}:${bareNames[bare]!}`
      type = byName.get(name) ?? names.push(name) - 1
      byName.set(name, type)
      known.set(key, type)
    }
    of[node] = type
  }
  return { of, names }
})

/** The type of one node, prefixed with the file of its class. */
export function qualifiedTypeOf(heap: Heap, node: NodeIndex): string {
  const { of, names } = qualifiedTypes(heap)
  return names[of[node]!]!
}

/** The nodes of a type: those with `of[node] === index` for one of the indexes. */
export interface TypeMatch {
  readonly of: Uint32Array
  readonly wanted: ReadonlySet<number>
}

/**
 * The type with a name: a bare name (`Session`, `(string)`); one with its file (`store.js:Session`,
 * `src/store.js:Session`) or script number (`Session@12`), if several classes share it; or the original name of a
 * minified class. `undefined` if the heap has none.
 */
export function typeNamed(heap: Heap<HeapNodes>, name: string): TypeMatch | undefined {
  const bare = types(heap.graph)
  const index = bare.names.indexOf(name)
  if (index >= 0) return { of: bare.of, wanted: new Set([index]) }
  if (!mayBeQualified(name)) return typeInSource(heap, name, bare)

  const qualified = qualifiedTypes(withEdges(heap))
  const wanted = qualified.names.flatMap((candidate, at) =>
    isEndOf(candidate, name) || isEndOf(name, candidate) ? [at] : [],
  )
  return wanted.length > 0 ? { of: qualified.of, wanted: new Set(wanted) } : undefined
}

/** The minified types whose class has this original name; none for a heap whose edges were not read. */
function typeInSource(heap: Heap<HeapNodes>, name: string, { of, names }: Types): TypeMatch | undefined {
  if (!('edgeTo' in heap.graph)) return undefined
  const minified = [...sourceNames(heap as Heap)].filter(([, original]) => original === name).map(([now]) => now)
  return minified.length === 0 ? undefined : { of, wanted: new Set(minified.map(now => names.indexOf(now))) }
}

/** Whether a name may include a file or script number, which need the whole heap. */
export const mayBeQualified = (name: string): boolean => /[:@]/.test(name)

/** `store.js:Session` is the end of `src/store.js:Session`; `Session` alone is the end of no path. */
const isEndOf = (path: string, end: string): boolean => path === end || (end.includes(':') && path.endsWith(`/${end}`))

/** `typeNamed`, or an error that suggests similar names. */
export function typeKnown(heap: Heap, name: string): TypeMatch {
  const match = typeNamed(heap, name)
  if (match !== undefined) return match
  const near = nearNames(types(heap.graph).names, name)
  throw new LeakscopeError('NOT_FOUND', `no object of type ${JSON.stringify(name)} is in this heap`, {
    hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'List all types with `leakscope types --limit all`.',
  })
}

/** The names most similar to a mistyped one, best first. */
export function nearNames(names: readonly string[], wanted: string, most = 3): string[] {
  const lower = wanted.toLowerCase()
  const far = Math.max(1, Math.floor(wanted.length / 3))
  return names
    .filter(name => name.length <= 100)
    .map(name => ({ name, score: similarity(name.toLowerCase(), lower) }))
    .filter(({ score }) => score <= far)
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name)
}

/** 0 if equal ignoring case, below 1 if one contains the other, otherwise the edit distance (Levenshtein). */
function similarity(name: string, wanted: string): number {
  if (name === wanted) return 0
  if (wanted.length >= 3 && name.includes(wanted)) return 0.5
  if (Math.abs(name.length - wanted.length) > wanted.length) return Number.POSITIVE_INFINITY
  let row = Array.from({ length: wanted.length + 1 }, (_, at) => at)
  for (let i = 1; i <= name.length; i++) {
    const next = [i]
    for (let j = 1; j <= wanted.length; j++) {
      const change = row[j - 1]! + (name[i - 1] === wanted[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[wanted.length]!
}
