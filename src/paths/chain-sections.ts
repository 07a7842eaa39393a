import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import { referenceNotation } from '../heap/edge-notation.js'
import type { Heap } from '../heap/heap.js'
import { placeOf } from '../heap/places.js'
import { eachReference } from '../heap/references.js'
import { isModuleRoot } from '../heap/roots.js'
import { type Match, matching } from '../heap/text-match.js'
import { typeKnown } from '../heap/type-names.js'
import type { Path, PathStep } from '../report/report.js'
import { accessPath } from './access-path.js'
import { findBackrefChain, findRefChain } from './chains.js'

/** The end of a chain, and what it must avoid. */
export interface ChainSearch {
  /** Backwards along references to the object, or forwards from it. */
  readonly backwards: boolean
  /**
   * Its end: a type, `@1203`, or `/regex/` for type or name. Default when backwards: a module or the global object.
   */
  readonly to: string | undefined
  readonly ignore: readonly Match[]
  readonly maxDepth: number
}

/**
 * A shortest chain between an object and one that matches, from the retainer down; `[node]` alone if there is none.
 */
export function chainOf(heap: Heap, node: NodeIndex, { backwards, to, ignore, maxDepth }: ChainSearch): NodeIndex[] {
  const isMatch = (other: NodeIndex, match: Match): boolean => matches(heap, other, match)
  const isEnd = to === undefined ? (other: NodeIndex): boolean => isModuleRoot(heap.graph, other) : endNamed(heap, to)
  // The start object may match as well, but another one is wanted.
  const wanted = (other: NodeIndex): boolean => isEnd(other) && (to === undefined || other !== node)
  const limits = { maxDepth, ignore: (other: NodeIndex) => ignore.some(match => isMatch(other, match)) }
  return (backwards ? findBackrefChain : findRefChain)(heap.graph, node, wanted, limits)
}

const matches = (heap: Heap, node: NodeIndex, match: Match): boolean =>
  match(typeOf(heap.graph, node)) || match(`@${heap.graph.nodeId[node]!}`) || match(describe(heap, node))

function endNamed(heap: Heap, to: string): (node: NodeIndex) => boolean {
  if (to.startsWith('/')) {
    const match = matching('--to', to)
    return node => matches(heap, node, match)
  }
  if (/^@\d+$/.test(to)) return node => heap.graph.nodeId[node] === Number(to.slice(1))
  const { of, wanted } = typeKnown(heap, to)
  return node => wanted.has(of[node]!)
}

/** A chain as a report section, one object per step. */
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

/** The notation of the edge from one object to the other. */
function edgeBetween(graph: HeapGraph, from: NodeIndex, to: NodeIndex): string {
  let notation: string | undefined
  eachReference(graph, from, (other, first, last, via) => {
    if (other === to) notation ??= referenceNotation(graph, first, last, via)
  })
  return notation ?? ''
}
