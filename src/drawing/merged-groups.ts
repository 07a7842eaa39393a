import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { roleOf } from '../heap/roots.js'
import { inside } from '../heap/v8/edges.js'
import { isPrototype } from '../heap/v8/machinery.js'
import type { DrawnEdge } from '../report/report.js'
import { counted } from '../units.js'
import type { DrawnObjects } from './drawn-node.js'

/** What is drawn already, and where. */
export type Seen = Map<NodeIndex, DrawnObjects>

/** What decides who stands together. */
export interface Merging {
  readonly heap: Heap
  readonly seen: Seen
  readonly merge: boolean
  readonly isNew: ((node: NodeIndex) => boolean) | undefined
  readonly highlight: ((node: NodeIndex) => boolean) | undefined
  /** Every edge is told, also one that says what another says in words. */
  readonly raw: boolean
}

/** A reference from the objects looked at. Its label is made when it is needed: a merged group shows three of a million. */
export interface Reference {
  readonly other: NodeIndex
  readonly type: DrawnEdge['type']
  readonly label: () => string
}

/** Objects that are drawn as one node, and the arrows to it. */
export interface MergedGroup {
  readonly others: readonly NodeIndex[]
  readonly references: readonly { readonly type: DrawnEdge['type']; readonly label: string; readonly count: number }[]
}

/** Fewer than this, and each is drawn by itself. */
const fewestMerged = 6

/** An object with more properties than this is used as a dictionary: its property names are keys. */
const dictionary = 40

/** So is one with this many properties whose values are objects of one class: no class has ten fields of one kind. */
const dictionaryOfOne = 10

/**
 * What some objects (one, or a merged group drawn as one) lead to, in the order it is met. Entries of a collection that are of one class
 * stand together if they are many, and so do objects of one class that refer by one name; what the members of a merged group lead to by the
 * same name stands together always. What is drawn
 * already stays where it is. Several references to one object are all told.
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
  // In the order they are met; who is met again stays with those it was put to.
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
    const isFew = typeof key === 'string' && others.length < (isMerged ? 2 : fewestMerged)
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
 * What siblings have in common, as a text: that they are entries of a collection or have the same name for it, their class (of
 * functions and scopes, their code), and how they look.
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
    // Methods, texts and numbers are what many an object has ten of.
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
    // A module's export is a property, and a cell of V8's as well. And V8 may have one of its own kind twice.
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

/** `.cart`, where all say the same; else `["user-7"], ["user-8"], ["user-9"] and 34 more`. */
function together(references: readonly Reference[]): string {
  const labels = new Set<string>()
  let at = 0
  while (at < references.length && labels.size < shown) labels.add(references[at++]!.label())
  const rest = references.length - at
  return [...labels].join(', ') + (rest > 0 && labels.size === shown ? ` and ${counted(rest)} more` : '')
}
