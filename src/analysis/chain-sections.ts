import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import type { Path, PathStep } from '../report/report.js'
import { accessPath } from './access-path.js'
import { findBackrefChain, findRefChain } from './chains.js'
import { describe } from './describe.js'
import { referenceNotation } from './edges.js'
import type { Heap } from './heap.js'
import type { Match } from './options.js'
import { placeOf } from './places.js'
import { eachReference } from './references.js'
import { isModuleRoot } from './roots.js'

/** Where a chain is to end, and where it may not go. */
export interface ChainSearch {
  /** Against the references, up to who holds the object; else along them. */
  readonly backwards: boolean
  /** What its end's type, id or name matches; without it, backwards, a module or the global object. */
  readonly to: Match | undefined
  readonly ignore: readonly Match[]
  readonly maxDepth: number
}

/** A shortest chain between an object and one that is wanted, from the holder down; `[node]` alone where there is none. */
export function chainOf(heap: Heap, node: NodeIndex, { backwards, to, ignore, maxDepth }: ChainSearch): NodeIndex[] {
  const { graph } = heap
  const isMatch = (other: NodeIndex, match: Match): boolean =>
    match(typeOf(graph, other)) || match(`@${graph.nodeId[other]!}`) || match(describe(heap, other))
  // The object asked about may well match itself; one other than it is wanted.
  const wanted = (other: NodeIndex): boolean =>
    to === undefined ? isModuleRoot(graph, other) : other !== node && isMatch(other, to)
  const limits = { maxDepth, ignore: (other: NodeIndex) => ignore.some(match => isMatch(other, match)) }
  return backwards ? findBackrefChain(graph, node, wanted, limits) : findRefChain(graph, node, wanted, limits)
}

/** A chain as people read it, one object below the other. */
export function chainPath(heap: Heap, chain: readonly NodeIndex[]): Path {
  const steps = chain.map((node, at) => step(heap, node, at === 0 ? undefined : chain[at - 1]))
  return { shape: 'path', title: accessPath(steps), steps }
}

function step(heap: Heap, node: NodeIndex, before: NodeIndex | undefined): PathStep {
  return {
    edge: before === undefined ? '' : edgeBetween(heap.graph, before, node),
    type: typeOf(heap.graph, node),
    name: describe(heap, node),
    id: heap.graph.nodeId[node]!,
    location: placeOf(heap, node) ?? null,
  }
}

/** How one object refers to the other. */
function edgeBetween(graph: HeapGraph, from: NodeIndex, to: NodeIndex): string {
  let notation: string | undefined
  eachReference(graph, from, (other, first, last, via) => {
    if (other === to) notation ??= referenceNotation(graph, first, last, via)
  })
  return notation ?? ''
}
