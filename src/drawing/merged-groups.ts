import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { roleOf } from '../heap/roots.js'
import { inside } from '../heap/v8/edges.js'
import { isPrototype } from '../heap/v8/machinery.js'
import type { DrawnEdge } from '../report/report.js'
import { counted } from '../units.js'
import type { DrawnObjects } from './drawn-node.js'

/** The nodes already drawn, with their groups. */
export type Seen = Map<NodeIndex, DrawnObjects>

/** The inputs that determine which objects are merged. */
export interface Merging {
  readonly heap: Heap
  readonly seen: Seen
  readonly merge: boolean
  readonly isNew: ((node: NodeIndex) => boolean) | undefined
  readonly highlight: ((node: NodeIndex) => boolean) | undefined
  /** Keep every edge, even one that duplicates a named one. */
  readonly raw: boolean
}

/** A reference from the examined objects. Its label is computed lazily: a merged group shows three of a million. */
export interface Reference {
  readonly other: NodeIndex
  readonly type: DrawnEdge['type']
  readonly label: () => string
}

/** Objects drawn as one node, and the references to them. */
export interface MergedGroup {
  readonly others: readonly NodeIndex[]
  readonly references: readonly { readonly type: DrawnEdge['type']; readonly label: string; readonly count: number }[]
}

/** Fewer objects are drawn one by one. */
const minMerged = 6

/** An object with more properties than this is used as a dictionary: its property names are keys. */
const dictionary = 40

/**
 * Also used as a dictionary is an object with this many properties of one class: no class has ten fields of one type.
 */
const dictionaryOfOne = 10

/**
 * The objects that some objects (one, or a merged group) refer to, in order of discovery, in groups. Many entries of
 * one class in a collection are merged, and so are many objects of one class that refer by the same name; what the
 * members of a merged group refer to by the same name is always merged. Objects already drawn stay where they are. All
 * references to an object are kept.
 */
export function mergedGroups(
  merging: Merging,
  nodes: readonly NodeIndex[],
  look: (visit: (reference: Reference) => void) => void,
): MergedGroup[] {
  const { heap, seen, merge } = merging
  const isMerged = nodes.length > 1
  const isDictionary = !isMerged && isUsedAsDictionary(heap.graph, nodes[0]!)
  const bundles = new Map<unknown, Reference[]>()
  // In order of discovery; an object found again stays in its group.
  const met = new Map<NodeIndex, { readonly at: number; readonly key: unknown }>()
  look(reference => {
    const { other } = reference
    const key = met.get(other)?.key ?? seen.get(other) ?? (merge ? siblings(merging, reference, isDictionary) : other)
    if (!met.has(other)) met.set(other, { at: met.size, key })
    const bundle = bundles.get(key)
    if (bundle === undefined) bundles.set(key, [reference])
    else bundle.push(reference)
  })
  const groups = [...bundles].flatMap(([key, bundle]) => {
    const others = [...new Set(bundle.map(({ other }) => other))]
    const isFew = typeof key === 'string' && others.length < (isMerged ? 2 : minMerged)
    if (!isFew) return [groupFrom(merging, others, bundle, isMerged)]
    return others.map(one =>
      groupFrom(
        merging,
        [one],
        bundle.filter(({ other }) => other === one),
        isMerged,
      ),
    )
  })
  const first = ({ others }: MergedGroup): number => met.get(others[0]!)!.at
  return groups.sort((a, b) => first(a) - first(b))
}

/**
 * The key by which siblings are merged: entry of a collection or name of the reference, class (for functions and
 * scopes, their code), and look.
 */
function siblings({ heap: { graph }, isNew, highlight }: Merging, reference: Reference, isDictionary: boolean): string {
  const { other, type, label } = reference
  const isListed = type === 'element' || type === 'hidden' || (isDictionary && type === 'property')
  const code =
    nodeTypeOf(graph, other) === 'closure' ? inside(graph, other, 'shared') : inside(graph, other, 'scope_info')
  const looks = [roleOf(graph, other), isNew?.(other) === true, highlight?.(other) === true]
  return JSON.stringify([isListed ? '[]' : label(), typeOf(graph, other), code, ...looks])
}

function isUsedAsDictionary(graph: HeapGraph, node: NodeIndex): boolean {
  const byType = new Map<string, number>()
  let properties = 0
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    if (edgeTypeOf(graph, edge) !== 'property') continue
    if (++properties > dictionary) return true
    const value = graph.edgeTo[edge]!
    // Many objects have ten methods, texts or numbers.
    if (nodeTypeOf(graph, value) !== 'object' || isPrototype(graph, edge)) continue
    const type = typeOf(graph, value)
    const count = (byType.get(type) ?? 0) + 1
    if (count >= dictionaryOfOne) return true
    byType.set(type, count)
  }
  return false
}

function groupFrom(
  { raw }: Merging,
  others: readonly NodeIndex[],
  bundle: readonly Reference[],
  fromMerged: boolean,
): MergedGroup {
  if (others.length === 1 && !fromMerged) {
    const all = bundle.map(({ type, label }) => ({ type, label: label(), count: 1 }))
    if (raw) return { others, references: all }
    // A module's export is both a property and a V8 cell. And V8 may have two edges of its own kind.
    const spoken = all.filter(({ label }) => !label.startsWith('{'))
    const unspoken = all.filter(({ label }, at) => all.findIndex(other => other.label === label) === at)
    return { others, references: spoken.length > 0 ? spoken : unspoken }
  }
  const byType = new Map<DrawnEdge['type'], Reference[]>()
  for (const reference of bundle) {
    const same = byType.get(reference.type)
    if (same === undefined) byType.set(reference.type, [reference])
    else same.push(reference)
  }
  return {
    others,
    references: [...byType].map(([type, same]) => ({ type, label: together(same), count: same.length })),
  }
}

const shown = 3

/** `.cart` if all labels are equal; otherwise `["user-7"], ["user-8"], ["user-9"] and 34 more`. */
function together(references: readonly Reference[]): string {
  const labels = new Set<string>()
  let at = 0
  while (at < references.length && labels.size < shown) labels.add(references[at++]!.label())
  const rest = references.length - at
  return [...labels].join(', ') + (rest > 0 && labels.size === shown ? ` and ${counted(rest)} more` : '')
}
