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

/**
 * One object on a retaining path, and the edge from the previous one: see `referenceNotation`. The first has no edge.
 */
export interface Hop {
  readonly node: NodeIndex
  readonly first?: EdgeIndex
  readonly last?: EdgeIndex
  readonly via?: NodeIndex
}

/**
 * The retaining paths of an object, best first: at most `most`, each through a different retainer, from a module, a
 * global object, a pending timer or a GC root. The order `friendliest` prefers the program's names to paths through
 * Node.js and V8; `shortest` is DevTools' order. Empty for an object that nothing retains. Costs a pass over the
 * object's retainers.
 */
export function retainingPaths(
  graph: HeapGraph,
  node: NodeIndex,
  most: number,
  order: PathOrder = 'friendliest',
): Hop[][] {
  const paths: Hop[][] = []
  const seen = new Set<string>()
  // Some attempts are lost to retainers with an equal path, or retained by the object itself.
  for (const found of nearestPaths(graph, node, order, 4 * most + 8)) {
    if (paths.length >= most) break
    const path = fromRoot(graph, trimmed(graph, throughMachinery(graph, found)))
    const key = path.map(hop => hop.node).join()
    if (path.length === 0 || seen.has(key)) continue
    seen.add(key)
    paths.push(path)
  }
  // Every friendly path to a start object (such as a module) would lead through that object itself.
  return paths.length === 0 && order === 'friendliest' ? retainingPaths(graph, node, most, 'shortest') : paths
}

/** A path without V8's tables and cells, and without a closure's scope if a variable follows. */
export function throughMachinery(graph: HeapGraph, { start, edges }: RetainingPath): Hop[] {
  const found: Hop[] = [{ node: start }]
  let first: EdgeIndex | undefined
  let from = start
  for (const [at, edge] of edges.entries()) {
    const to = graph.edgeTo[edge]!
    const next = edges[at + 1]
    if (next !== undefined && (isBetween(graph, to) || isPassed(graph, found.at(-1)!.node, to, next))) {
      // A variable is named by its own edge, not by the one to its scope.
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
 * Whether a node can be skipped: a scope between a closure and its variable (`handler` `->hidden` is enough), or the
 * scope and generator between an ES module and its variables.
 */
function isPassed(graph: HeapGraph, before: NodeIndex, node: NodeIndex, next: EdgeIndex): boolean {
  const isModule = isModuleRecord(graph, before)
  if (!isModule && nodeTypeOf(graph, before) !== 'closure') return false
  if (isScope(graph, node)) return edgeTypeOf(graph, next) === 'context' || isScope(graph, graph.edgeTo[next]!)
  // An exported function has its own variables.
  if (!isModule || nodeTypeOf(graph, node) === 'closure') return false
  return edgeTypeOf(graph, next) === 'internal' && isScope(graph, graph.edgeTo[next]!)
}

/** Drops the steps above the last module, which only show how modules are retained. */
function trimmed(graph: HeapGraph, path: readonly Hop[]): Hop[] {
  const last = path.length - 1
  const start = path.findLastIndex(({ node }, at) => at < last && isModuleRoot(graph, node))
  return start < 0 ? [...path] : [{ node: path[start]!.node }, ...path.slice(start + 1)]
}

/** Drops the unnamed root: the next step is the GC root. */
function fromRoot(graph: HeapGraph, path: readonly Hop[]): Hop[] {
  if (path.length < 2 || path[0]!.node !== graph.root) return path.length < 2 ? [] : [...path]
  return [{ node: path[1]!.node }, ...path.slice(2)]
}

/**
 * The steps of a path for a report. In a linked list or a ring of timers, the same edge leads from one object to the
 * next of its type: of such a run, only the first and last step are kept, with the number in between. The middle of a
 * path longer than `most` is cut in the same manner. With `most` Infinity, every hop is a step.
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

/** Indexes of the path that are not inside a run of three or more. */
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
