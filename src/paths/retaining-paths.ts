import { type EdgeIndex, edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import { referenceNotation } from '../heap/edge-notation.js'
import type { Heap } from '../heap/heap.js'
import { placeOf } from '../heap/places.js'
import { isModuleRecord, isModuleRoot } from '../heap/roots.js'
import { isBetween } from '../heap/v8/machinery.js'
import { isScope } from '../heap/v8/scopes.js'
import type { PathStep } from '../report/report.js'
import { nearestPaths, type PathOrder } from './nearest-paths.js'
import type { RetainingPath } from './path-costs.js'

/** One object on a retaining path, and how the one before leads to it: see `referenceNotation`. Nothing leads to the first. */
export interface Hop {
  readonly node: NodeIndex
  readonly first?: EdgeIndex
  readonly last?: EdgeIndex
  readonly via?: NodeIndex
}

/**
 * The ways an object is kept, the best first: at most `most`, each through another retainer, and each from a module, a global object,
 * a waiting timer or a GC root. In the order `friendliest` a way goes rather by names of the program than through Node.js and V8; in
 * the order `shortest` it is as DevTools has it. Empty for an object that nothing keeps. Costs a look at each retainer of the object.
 */
export function retainingPaths(
  graph: HeapGraph,
  node: NodeIndex,
  most: number,
  order: PathOrder = 'friendliest',
): Hop[][] {
  const paths: Hop[][] = []
  const seen = new Set<string>()
  // Retainers that turn out to say the same (or to be held by the object itself) cost a try each.
  for (const found of nearestPaths(graph, node, order, 4 * most + 8)) {
    if (paths.length >= most) break
    const path = fromRoot(graph, trimmed(graph, throughMachinery(graph, found)))
    const key = path.map(hop => hop.node).join()
    if (path.length === 0 || seen.has(key)) continue
    seen.add(key)
    paths.push(path)
  }
  // Of what all friendly ways begin with (a module, say) every one of them leads through itself.
  return paths.length === 0 && order === 'friendliest' ? retainingPaths(graph, node, most, 'shortest') : paths
}

/** A path as people see it: V8's tables and cells are read through, and a closure's scope is left out where a variable follows. */
export function throughMachinery(graph: HeapGraph, { start, edges }: RetainingPath): Hop[] {
  const found: Hop[] = [{ node: start }]
  let first: EdgeIndex | undefined
  let from = start
  for (const [at, edge] of edges.entries()) {
    const to = graph.edgeTo[edge]!
    const next = edges[at + 1]
    if (next !== undefined && (isBetween(graph, to) || isPassed(graph, found.at(-1)!.node, to, next))) {
      // A variable is said by its own edge, whatever leads to its scope.
      first = isBetween(graph, to) ? (first ?? edge) : undefined
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
  // A function that the module exports has variables of its own.
  if (!isModule || nodeTypeOf(graph, node) === 'closure') return false
  return edgeTypeOf(graph, next) === 'internal' && isScope(graph, graph.edgeTo[next]!)
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

/**
 * A path as a report tells it. Down a linked list, or round a ring of timers, the same edge leads from one object to the next of its
 * type: of such a run the first and the last are told, and how many there are between. So it is with the middle of a path that is
 * longer than `most` all the same. With `most` Infinity every hop is a step.
 */
export function pathSteps(heap: Heap, path: readonly Hop[], most = 100): PathStep[] {
  const edges = path.map(({ first, last, via }) =>
    first === undefined ? '' : referenceNotation(heap.graph, first, last!, via!),
  )
  const kept =
    most === Number.POSITIVE_INFINITY ? [...path.keys()] : withoutMiddle(withoutRuns(heap, path, edges), most)
  return kept.map((at, place) => {
    const left = at - (place === 0 ? 0 : kept[place - 1]! + 1)
    const edge = left > 0 ? ` … ${left.toLocaleString('en-US')} more … ${edges[at]!}` : edges[at]!
    return pathStep(heap, path[at]!, edge)
  })
}

/** Places of the path that are not inside a run of three or more. */
function withoutRuns({ graph }: Heap, path: readonly Hop[], edges: readonly string[]): number[] {
  const isLikeNext = (at: number): boolean =>
    at + 1 < path.length &&
    edges[at] === edges[at + 1] &&
    typeOf(graph, path[at]!.node) === typeOf(graph, path[at + 1]!.node)
  return [...path.keys()].filter(at => at === 0 || !isLikeNext(at) || !isLikeNext(at - 1))
}

function withoutMiddle(places: readonly number[], most: number): readonly number[] {
  if (places.length <= most) return places
  const half = Math.floor(most / 2)
  return [...places.slice(0, half), ...places.slice(-half)]
}

function pathStep(heap: Heap, { node }: Hop, edge: string): PathStep {
  return {
    edge,
    type: typeOf(heap.graph, node),
    name: describe(heap, node),
    id: heap.graph.nodeId[node]!,
    location: placeOf(heap, node) ?? null,
  }
}
