import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { types } from '../../graph/types.js'
import { describe } from '../../heap/describe.js'
import { edgeNotation } from '../../heap/edge-notation.js'
import type { Heap } from '../../heap/heap.js'
import { eachReferrer } from '../../heap/references.js'
import { isGlobal } from '../../heap/roots.js'
import { isScope } from '../../heap/v8/scopes.js'
import { namedInSource } from '../../paths/named-in-source.js'
import { type Hop, pathSteps, retainingPaths } from '../../paths/retaining-paths.js'
import type { PathStep } from '../../report/report.js'
import type { GroupPlace } from '../group-place.js'
import type { RetainingPath } from './kinds/rule.js'
import { withPrivateFields } from './kinds/weak-table.js'

/**
 * What the rules need to name a retainer: the path from a module or root to it, and on to the leaked object (`below`
 * starts at the retainer). If each growing object is an anchor, the path above it is meaningless: Node.js reaches one
 * timer from the next.
 */
export function retainingPathOf(
  heap: Heap,
  below: readonly [Hop, ...Hop[]],
  { isChained, areAnchors, isTrie, isTree, most, retainers, nodes, siblings = 0 }: Shape,
): RetainingPath {
  const above = areAnchors ? [{ node: below[0].node }] : bestPath(heap, below[0].node)
  const hops = [...above, ...below.slice(1)]
  // A hop without an edge bridges objects that are too far apart.
  const said = namedInSource(heap, hops, pathSteps(heap, hops, Number.POSITIVE_INFINITY))
  const ofMany =
    !areAnchors && (siblings > 0 || (!isTrie && retainers > 1 && most < maxOfOne * nodes.length))
      ? entriesOfMany(heap.graph, hops, said.slice(0, above.length), retainers)
      : new Set<number>()
  const steps = said.map((step, at) => {
    if (at > 0 && hops[at]!.first === undefined) return { ...step, edge: '…' }
    return ofMany.has(at) ? { ...step, edge: '[…]' } : step
  })
  return withPrivateFields({
    heap,
    steps,
    nodes: hops.map(({ node }) => node),
    retainer: above.length - 1,
    chained: isChained,
    ...(isTree ? { branched: true } : {}),
    anchors: areAnchors,
    ...(siblings > 0 ? { siblings } : {}),
  })
}

/** The arrangement of the accumulating objects. */
type Shape = Pick<GroupPlace, 'isChained' | 'areAnchors' | 'isTrie' | 'isTree' | 'most' | 'retainers' | 'nodes'> & {
  readonly siblings?: number
}

/** If no retainer has this share of the growing objects, the one shown represents its siblings. */
const maxOfOne = 0.5

/**
 * The steps through a collection's entry that is arbitrary: the last one, and those above it while a collection has
 * fewer such entries than there are `retainers`, as with topics by tenant.
 */
function entriesOfMany(
  graph: HeapGraph,
  hops: readonly Hop[],
  steps: readonly PathStep[],
  retainers: number,
): ReadonlySet<number> {
  const found = new Set<number>()
  let left = retainers
  for (let at = lastEntry(steps); at > 0; at = left > 1 ? lastEntry(steps.slice(0, at)) : 0) {
    found.add(at)
    left /= alike(graph, hops[at]!)
  }
  return found
}

const lastEntry = (steps: readonly PathStep[]): number =>
  steps.findLastIndex(({ edge }) => /^\[(?!Symbol\().*\]$|^\.(?:entries|values)\[\d+\]$/s.test(edge))

/** The number of entries of the hop's type in its collection, at least one. */
function alike(graph: HeapGraph, { node, via }: Hop): number {
  const { of } = types(graph)
  let found = 0
  if (via !== undefined)
    for (let edge = graph.firstEdge[via]!; edge < graph.firstEdge[via + 1]!; edge++)
      if (of[graph.edgeTo[edge]!] === of[node]) found++
  return Math.max(1, found)
}

/**
 * The retaining path by which a developer would name an object: from a module, by names rather than V8's internals.
 */
function bestPath(heap: Heap, node: NodeIndex): readonly Hop[] {
  const found = best(heap, [...retainingPaths(heap.graph, node, 4), ...variablePaths(heap, node)])
  if (found === undefined) return [{ node }]
  if (isFromModule(pathSteps(heap, found, Number.POSITIVE_INFINITY))) return found
  // An array in a field has one retainer, whose other paths may be better.
  const others = found.flatMap(({ node: above }, at) => {
    const isAbove = at > 0 && at < found.length - 1 && at >= found.length - farthestUp
    if (!isAbove || nodeTypeOf(heap.graph, above) !== 'object' || isScope(heap.graph, above)) return []
    const paths = [...retainingPaths(heap.graph, above, 4), ...variablePaths(heap, above)]
    return paths.map(path => [...path, ...found.slice(at + 1)])
  })
  return best(heap, [found, ...others])!
}

/** The number of steps above an object that are examined. */
const farthestUp = 4

function best(heap: Heap, paths: readonly (readonly Hop[])[]): readonly Hop[] | undefined {
  const awkward = (path: readonly Hop[]): number => {
    const steps = pathSteps(heap, path, Number.POSITIVE_INFINITY)
    const odd = steps.filter(({ edge }) => edge.startsWith('{') || edge === '._events').length
    const neighbours = steps.filter(({ type }, at) => isNeighbour(type, steps[at - 1]?.type)).length
    // `this` has only a class as its name.
    const unnamed = steps.filter(({ edge }) => edge === '->this').length
    return (
      steps.length +
      3 * (odd + neighbours) +
      2 * unnamed +
      startCost(heap, path[0]!.node, steps) +
      (isBeside(steps) ? 6 : 0)
    )
  }
  const ranked = paths.map(path => ({ path, rank: awkward(path) })).sort((a, b) => a.rank - b.rank)
  return ranked[0]?.path
}

/**
 * The cost of a path's start: a module of the program, a name visible in any file, a variable of Node.js, or anything
 * else.
 */
function startCost({ graph }: Heap, start: NodeIndex, steps: readonly PathStep[]): number {
  if (isFromModule(steps)) return 0
  if (isGlobal(graph, start)) return 1
  return isFromNodejs(steps) ? 2 : 3
}

const isFromModule = (steps: readonly PathStep[]): boolean =>
  !isFromNodejs(steps) && (/^(?:Module|\(system\))$/.test(steps[0]!.type) || isModules(steps[0]!.name))

/** The program cannot name a variable of a Node.js module. */
const isFromNodejs = ([start]: readonly PathStep[]): boolean => start!.name.startsWith('closure scope in node:')

/**
 * Whether a path leads through something that any timer has besides its callback, such as the domain or store that was
 * active when it was set.
 */
const isBeside = (steps: readonly PathStep[]): boolean =>
  steps.some(
    ({ edge }, at) =>
      /^(?:Timeout|Immediate)$/.test(steps[at - 1]?.type ?? '') && /^\.(?!_(?:on|idle)[A-Z])|^\[Symbol/.test(edge),
  )

/** Whether a step leads from one cell of a list to the next; the list's owner names it better. */
const isNeighbour = (type: string, before: string | undefined): boolean =>
  type === before && !/^(?:Object|Array|Map|Set|system \/ Context)$|^\(/.test(type)

/** Whether a scope has a module's variables, by its description. */
const isModules = (name: string): boolean => name.startsWith('closure scope in ')

/** An object with more referrers than this does not belong to a single variable. */
const maxReferrers = 50

/**
 * The paths through variables to an object. What the global object reaches counts as retained by it alone (see
 * `retaining`), so an ES module's variable, by which a programmer would name the object, may be on no retaining path.
 */
function variablePaths(heap: Heap, node: NodeIndex): Hop[][] {
  const { graph } = heap
  const found: Hop[][] = []
  let seen = 0
  eachReferrer(graph, node, (scope, first, last, via) => {
    if (seen++ > maxReferrers || !isScope(graph, scope) || !edgeNotation(graph, first).startsWith('->')) return
    const above = isModules(describe(heap, scope)) ? undefined : retainingPaths(graph, scope, 1)[0]
    found.push([...(above ?? [{ node: scope }]), { node, first, last, via }])
  })
  return found
}
