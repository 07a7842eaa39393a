import type { NodeIndex, Sizes } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import { referenceNotation, referenceType } from '../heap/edge-notation.js'
import type { Heap } from '../heap/heap.js'
import { placeOf, placeText } from '../heap/places.js'
import { eachReference, eachReferrer, type Visit } from '../heap/references.js'
import { roleOf } from '../heap/roots.js'
import { retainingPaths } from '../paths/retaining-paths.js'
import type { Explorable, ExplorableNode } from '../report/explorable.js'

/** How much of a heap to extract. */
export interface NeighbourhoodOptions {
  /** Maximum number of objects. */
  readonly most?: number
  /** Maximum number of references, and of retainers, followed per object: those that retain most. */
  readonly perNode?: number
}

/**
 * The part of a heap around some objects, small enough to be embedded in a page: their retaining paths, then their
 * referrers and references, breadth-first, without V8's tables. References and retainers beyond `perNode` are counted,
 * not listed. Costs a pass over the edges of the extracted objects, and the dominators.
 */
export function neighbourhood(
  heap: Heap,
  around: readonly NodeIndex[],
  { most = 1500, perNode = 20 }: NeighbourhoodOptions = {},
): Explorable {
  const { graph } = heap
  const sizes = retainedSizes(graph)
  const at = new Map<NodeIndex, number>()
  const queue: NodeIndex[] = []
  const add = (node: NodeIndex): boolean => {
    if (at.has(node)) return true
    if (queue.length >= most) return false
    at.set(node, queue.length)
    queue.push(node)
    return true
  }
  for (const node of around) add(node)
  const path = around.length === 0 ? [] : (retainingPaths(graph, around[0]!, 1)[0] ?? []).map(({ node }) => node)
  for (const node of path) add(node)

  const counts: { references: number; retainers: number }[] = []
  const edges = new Map<string, Explorable['edges'][number]>()
  for (let place = 0; place < queue.length; place++) {
    const node = queue[place]!
    const out = largestFirst(visit => eachReference(graph, node, visit), node, sizes)
    const back = largestFirst(visit => eachReferrer(graph, node, visit), node, sizes)
    counts.push({ references: out.length, retainers: back.length })
    // Includes those beyond `perNode` that are in the extract anyway.
    for (const [list, isOut] of [
      [out, true],
      [back, false],
    ] as const) {
      for (const [rank, { other, first, last, via }] of list.entries()) {
        if (rank < perNode ? !add(other) : !at.has(other)) continue
        const [from, to] = isOut ? [node, other] : [other, node]
        const label = referenceNotation(graph, first, last, via)
        const type = referenceType(graph, first, last)
        edges.set(`${from} ${to} ${label}`, { from: at.get(from)!, to: at.get(to)!, label: label.slice(0, 80), type })
      }
    }
  }
  const nodes = queue.map((node, place): ExplorableNode => {
    const where = placeOf(heap, node)
    return {
      id: graph.nodeId[node]!,
      type: typeOf(graph, node),
      label: describe(heap, node).slice(0, 160),
      shallow: shallowSizes(graph)[node]!,
      retained: sizes[node]!,
      role: around.includes(node) ? 'asked' : roleOf(graph, node),
      place: where === undefined ? null : placeText(where),
      ...counts[place]!,
    }
  })
  return {
    nodes,
    edges: [...edges.values()],
    path: path.map(node => at.get(node)).filter(place => place !== undefined),
  }
}

interface Reference {
  readonly other: NodeIndex
  readonly first: number
  readonly last: number
  readonly via: NodeIndex
}

// Each object once, by its first reference.
function largestFirst(each: (visit: Visit) => void, node: NodeIndex, sizes: Sizes): Reference[] {
  const found = new Map<NodeIndex, Reference>()
  each((other, first, last, via) => {
    if (other !== node && !found.has(other)) found.set(other, { other, first, last, via })
  })
  return [...found.values()].sort((a, b) => sizes[b.other]! - sizes[a.other]! || a.other - b.other)
}
