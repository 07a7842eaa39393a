import { eachEdgeTo } from '../graph/edges-to.js'
import type { EdgeIndex, HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { edgeTypeOf, nodeTypeOf } from '../graph/heap-graph.js'
import { stringMask } from '../graph/node-type-mask.js'
import { typeOf } from '../graph/types.js'
import { entryAt, hashTable, isWeakValue } from './v8/collections.js'
import { isBetween, isMachinery, isPrototype, isRepeat, isTableEdge } from './v8/machinery.js'

/**
 * Called for every reference: `first` leaves one object, `last` arrives at the other and starts at `via`. Where V8 has nothing in
 * between, both are the same edge. `referenceNotation` says it in words.
 */
export type Visit = (other: NodeIndex, first: EdgeIndex, last: EdgeIndex, via: NodeIndex) => void

/** How deep V8 nests its tables and cells inside one another. */
const deepest = 3

/**
 * What an object refers to, as people see it: properties, elements, the values (and object keys) of a Map, the members of a Set,
 * the variables of a closure scope, what a promise or generator holds. V8's machinery is read through or left out, as are
 * the weak handles of C++. Costs a look at each edge of the node.
 */
export function eachReference(graph: HeapGraph, node: NodeIndex, visit: Visit): void {
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    if (isPrototype(graph, edge) || isWatched(graph, edge, node)) continue
    const to = graph.edgeTo[edge]!
    if (!isMachinery(graph, to)) visit(to, edge, edge, node)
    else if (isBetween(graph, to) && !isRepeat(graph, node, edge)) eachBehind(graph, to, edge, 1, visit)
  }
}

/** What stands behind a piece of machinery. The depth is bounded, so this is no deep recursion. */
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

/** A string or symbol that is a Map's key is said in the notation of its value. */
function isName(graph: HeapGraph, key: NodeIndex): boolean {
  return nodeTypeOf(graph, key) === 'symbol' || stringMask[graph.nodeType[key]!] === 1
}

/**
 * What refers to an object, as people see it: the reverse of `eachReference`. Where nothing but V8's machinery does, the machinery
 * is what is visited. Costs a look at each retainer of the node, and of the tables among them.
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

/** Whether something of a type refers to an object, as people see it. Costs what `eachReferrer` does. */
export function hasReferrer(graph: HeapGraph, node: NodeIndex, type: RegExp): boolean {
  let found = false
  eachReferrer(graph, node, referrer => {
    found ||= type.test(typeOf(graph, referrer))
  })
  return found
}

/** Whether C++ only watches the object: a weak handle, as of each sample of a profiler. It retains nothing and says nothing of the program. */
const isWatched = (graph: HeapGraph, edge: EdgeIndex, retainer: NodeIndex): boolean =>
  edgeTypeOf(graph, edge) === 'weak' && nodeTypeOf(graph, retainer) === 'synthetic'

/** Who holds a piece of machinery that `last` starts at or lies above. */
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

/** Every edge of a node as it stands in the heap. */
export function eachEdge(graph: HeapGraph, node: NodeIndex, visit: Visit): void {
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    visit(graph.edgeTo[edge]!, edge, edge, node)
  }
}

/** Every edge to a node as it stands in the heap. */
export function eachRetainer(graph: HeapGraph, node: NodeIndex, visit: Visit): void {
  eachEdgeTo(graph, node, (edge, from) => visit(from, edge, edge, from))
}
