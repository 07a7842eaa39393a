import { eachEdgeTo } from '../graph/edges-to.js'
import type { EdgeIndex, HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { edgeTypeOf, nodeTypeOf } from '../graph/heap-graph.js'
import { stringMask } from '../graph/node-type-mask.js'
import { typeOf } from '../graph/types.js'
import { entryAt, hashTable, isWeakValue } from './v8/collections.js'
import { isBetween, isMachinery, isPrototype, isRepeat, isTableEdge } from './v8/machinery.js'

/**
 * Called for every reference: `first` leaves one object, `last` arrives at the other and starts at `via`. Without V8's
 * internals in between, both are the same edge. `referenceNotation` writes it as text.
 */
export type Visit = (other: NodeIndex, first: EdgeIndex, last: EdgeIndex, via: NodeIndex) => void

/** The maximum nesting of V8's tables and cells. */
const deepest = 3

/**
 * Visits what an object refers to: properties, elements, the values (and object keys) of a Map, the members of a Set,
 * the variables of a closure scope, what a promise or generator refers to. V8's internals are skipped or left out, and
 * so are weak handles of C++. Costs a pass over the node's edges.
 */
export function eachReference(graph: HeapGraph, node: NodeIndex, visit: Visit): void {
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    if (isPrototype(graph, edge) || isWatched(graph, edge, node)) continue
    const to = graph.edgeTo[edge]!
    if (!isMachinery(graph, to)) visit(to, edge, edge, node)
    else if (isBetween(graph, to) && !isRepeat(graph, node, edge)) eachBehind(graph, to, edge, 1, visit)
  }
}

/** Visits what is behind an internal node. The recursion depth is bounded. */
function eachBehind(graph: HeapGraph, via: NodeIndex, first: EdgeIndex, depth: number, visit: Visit): void {
  const table = isTableEdge(graph, first) ? hashTable(graph, via) : undefined
  for (let edge = graph.firstEdge[via]!; edge < graph.firstEdge[via + 1]!; edge++) {
    if (isPrototype(graph, edge)) continue
    const to = graph.edgeTo[edge]!
    if (isMachinery(graph, to)) {
      if (depth < deepest && isBetween(graph, to) && !isRepeat(graph, via, edge))
        eachBehind(graph, to, first, depth + 1, visit)
    } else if (isWeakValue(graph, via, edge)) continue
    else if (table === undefined || entryAt(graph, table, edge)?.part === 'value' || !isName(graph, to))
      visit(to, first, edge, via)
  }
}

/** A string or symbol key of a Map is part of the notation of its value. */
function isName(graph: HeapGraph, key: NodeIndex): boolean {
  return nodeTypeOf(graph, key) === 'symbol' || stringMask[graph.nodeType[key]!] === 1
}

/**
 * Visits what refers to an object, the reverse of `eachReference`. If only V8's internals refer to it, visits those.
 * Costs a pass over the retainers of the node, and of the tables among them.
 */
export function eachReferrer(graph: HeapGraph, node: NodeIndex, visit: Visit): void {
  let seen = 0
  const count: Visit = (...reference) => {
    seen++
    visit(...reference)
  }
  eachEdgeTo(graph, node, (last, retainer) => {
    if (isPrototype(graph, last) || isWatched(graph, last, retainer)) return
    if (!isMachinery(graph, retainer)) count(retainer, last, last, retainer)
    else if (isBetween(graph, retainer) && !isWeakValue(graph, retainer, last)) {
      eachAbove(graph, retainer, last, retainer, 1, count)
    }
  })
  if (seen === 0) eachRetainer(graph, node, visit)
}

/** Whether something of a type refers to an object. Costs the same as `eachReferrer`. */
export function hasReferrer(graph: HeapGraph, node: NodeIndex, type: RegExp): boolean {
  let found = false
  eachReferrer(graph, node, referrer => {
    found ||= type.test(typeOf(graph, referrer))
  })
  return found
}

/**
 * Whether the edge is a weak C++ handle, such as that of a profiler's sample, which does not belong to the program.
 */
const isWatched = (graph: HeapGraph, edge: EdgeIndex, retainer: NodeIndex): boolean =>
  edgeTypeOf(graph, edge) === 'weak' && nodeTypeOf(graph, retainer) === 'synthetic'

/** Visits what refers to an internal node: the start of `last`, or a node above it. */
function eachAbove(
  graph: HeapGraph,
  machinery: NodeIndex,
  last: EdgeIndex,
  via: NodeIndex,
  depth: number,
  visit: Visit,
): void {
  eachEdgeTo(graph, machinery, (up, retainer) => {
    if (isPrototype(graph, up) || isRepeat(graph, retainer, up)) return
    if (!isMachinery(graph, retainer)) visit(retainer, up, last, via)
    else if (depth < deepest && isBetween(graph, retainer)) eachAbove(graph, retainer, last, via, depth + 1, visit)
  })
}

/** Visits every edge of a node, including V8's internals. */
export function eachEdge(graph: HeapGraph, node: NodeIndex, visit: Visit): void {
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    visit(graph.edgeTo[edge]!, edge, edge, node)
  }
}

/** Visits every edge to a node, including V8's internals. */
export function eachRetainer(graph: HeapGraph, node: NodeIndex, visit: Visit): void {
  eachEdgeTo(graph, node, (edge, from) => visit(from, edge, edge, from))
}
