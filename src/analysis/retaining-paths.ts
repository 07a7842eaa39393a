import { distances, unreachable } from '../graph/distances.js'
import { type EdgeIndex, edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { retainers } from '../graph/retainers.js'
import { retaining } from '../graph/retaining.js'
import { shortestPath } from '../graph/shortest-path.js'
import { typeOf } from '../graph/types.js'
import type { PathStep } from '../report/report.js'
import { describe } from './describe.js'
import { referenceNotation } from './edges.js'
import type { Heap } from './heap.js'
import { isBetween, isRepeat } from './layout/machinery.js'
import { isScope } from './layout/scopes.js'
import { placeOf } from './places.js'
import { isModuleRecord, isModuleRoot } from './roots.js'

/** One object on a retaining path, and how the one before leads to it: see `referenceNotation`. Nothing leads to the first. */
export interface Hop {
  readonly node: NodeIndex
  readonly first?: EdgeIndex
  readonly last?: EdgeIndex
  readonly via?: NodeIndex
}

/**
 * The ways an object is kept, nearest first: shortest paths through its different retainers, at most `most` of them, each from the
 * last module (or the global object) on it, else from the root. Empty for an object that nothing retains. Costs a look at each
 * retainer of the object.
 */
export function retainingPaths(graph: HeapGraph, node: NodeIndex, most: number): Hop[][] {
  const paths: Hop[][] = []
  const seen = new Set<string>()
  // Retainers that turn out to say the same (or to be held by the object itself) cost a try each.
  for (const place of nearestRetainers(graph, node, 4 * most + 8)) {
    if (paths.length >= most) break
    const path = fromRoot(graph, trimmed(graph, hops(graph, pathThrough(graph, node, place))))
    const key = path.map(hop => hop.node).join()
    if (path.length === 0 || seen.has(key)) continue
    seen.add(key)
    paths.push(path)
  }
  return paths
}

/** Places in the retainer columns whose edge retains the node, by the distance of the retainer. */
function nearestRetainers(graph: HeapGraph, node: NodeIndex, most: number): number[] {
  const { first, from, edge } = retainers(graph)
  const retains = retaining(graph)
  const distance = distances(graph)
  // What `shortestPath` prefers goes first: the ways through others are told after it.
  const best = shortestPath(graph, node).at(-1)
  const rank = (place: number): number => (edge[place] === best ? -1 : distance[from[place]!]!)
  let nearest: number[] = []
  const keep = (): void => {
    nearest = nearest.sort((a, b) => rank(a) - rank(b) || a - b).slice(0, most)
  }
  for (let place = first[node]!; place < first[node + 1]!; place++) {
    if (retains[edge[place]!] === 0 || distance[from[place]!] === unreachable) continue
    nearest.push(place)
    if (nearest.length > 1000 + most) keep()
  }
  keep()
  return nearest
}

/** The edges of a shortest path that ends in this retainer; none if it passes the node itself, or repeats what another edge says. */
function pathThrough(graph: HeapGraph, node: NodeIndex, place: number): EdgeIndex[] {
  const { from, edge } = retainers(graph)
  const path = shortestPath(graph, from[place]!)
  if (path.some(step => graph.edgeTo[step] === node)) return []
  const last = path.at(-1)
  if (
    last === undefined
      ? from[place] !== graph.root
      : isRepeat(graph, path.length > 1 ? graph.edgeTo[path.at(-2)!]! : graph.root, last)
  )
    return []
  return [...path, edge[place]!]
}

/** A path as people see it: V8's tables and cells are read through, and a closure's scope is left out where a variable follows. */
function hops(graph: HeapGraph, edges: readonly EdgeIndex[]): Hop[] {
  const found: Hop[] = [{ node: graph.root }]
  let first: EdgeIndex | undefined
  let from = graph.root
  for (const [at, edge] of edges.entries()) {
    const to = graph.edgeTo[edge]!
    const next = edges[at + 1]
    if (next !== undefined && (isBetween(graph, to) || isPassed(graph, found.at(-1)!.node, to, next))) {
      if (isBetween(graph, to)) first ??= edge
      from = to
      continue
    }
    found.push({ node: to, first: first ?? edge, last: edge, via: from })
    first = undefined
    from = to
  }
  return found
}

/**
 * A scope between a closure and its variable: `handler` `->hidden` says it all. So it does of an ES module, between which and its
 * variables V8 has the scope and, before it, the generator that ran the module's body.
 */
function isPassed(graph: HeapGraph, before: NodeIndex, node: NodeIndex, next: EdgeIndex): boolean {
  const isModule = isModuleRecord(graph, before)
  if (!isModule && nodeTypeOf(graph, before) !== 'closure') return false
  if (isScope(graph, node)) return edgeTypeOf(graph, next) === 'context' || isScope(graph, graph.edgeTo[next]!)
  return isModule && edgeTypeOf(graph, next) === 'internal' && isScope(graph, graph.edgeTo[next]!)
}

/** What is above the last module says only how modules are kept. */
function trimmed(graph: HeapGraph, path: readonly Hop[]): Hop[] {
  const last = path.length - 1
  const start = path.findLastIndex(({ node }, at) => at < last && isModuleRoot(graph, node))
  return start < 0 ? [...path] : [{ node: path[start]!.node }, ...path.slice(start + 1)]
}

/** The root itself has no name, and what follows it is a root to people. */
function fromRoot(graph: HeapGraph, path: readonly Hop[]): Hop[] {
  if (path.length < 2 || path[0]!.node !== graph.root) return path.length < 2 ? [] : [...path]
  return [{ node: path[1]!.node }, ...path.slice(2)]
}

/** The path as a report tells it. Of a very long one (a linked list) the middle is left out, and how much of it is said. */
export function pathSteps(heap: Heap, path: readonly Hop[], most = 100): PathStep[] {
  const half = Math.floor(most / 2)
  if (path.length <= most) return path.map(hop => pathStep(heap, hop))
  const head = path.slice(0, half).map(hop => pathStep(heap, hop))
  const [first, ...tail] = path.slice(-half).map(hop => pathStep(heap, hop))
  const left = (path.length - 2 * half).toLocaleString('en-US')
  return [...head, { ...first!, edge: ` … ${left} more … ${first!.edge}` }, ...tail]
}

const pathStep = (heap: Heap, { node, first, last, via }: Hop): PathStep => ({
  edge: first === undefined ? '' : referenceNotation(heap.graph, first, last!, via!),
  type: typeOf(heap.graph, node),
  name: describe(heap, node),
  id: heap.graph.nodeId[node]!,
  location: placeOf(heap, node) ?? null,
})
