import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { types } from '../../graph/types.js'
import type { Heap } from '../heap.js'
import { pathSteps, retainingPaths } from '../retaining-paths.js'
import type { Charge } from './accuse.js'
import { isLevelling } from './levelling.js'
import type { Routes } from './routes.js'
import { isWorthTelling } from './worth.js'

/**
 * What grows, where nothing but names and types says which objects of two heaps correspond: routes at whose end more and more
 * objects are. Of a route and those that continue it, the first that grows is told.
 */
export function byPath(heap: Heap, routes: Routes, routeOf: Uint32Array): Charge[] {
  const size = routes.above.length
  const counts = routes.counts.map(of => padded(of, size))
  const weights = routes.bytes.map(of => withBeyond(routes, padded(of, size)))
  const gains = (of: readonly Float64Array[], route: number): number[] =>
    of.slice(1).map((heap, at) => heap[route]! - of[at]![route]!)
  const grows = (route: number): boolean =>
    gains(counts, route).every(gain => gain > 0) && gains(weights, route).every(gain => gain > 0)

  const growing = Uint8Array.from({ length: size }, (_, route) => (route > 0 && grows(route) ? 1 : 0))
  const isTold = new Uint8Array(size)
  const isBehind = new Uint8Array(size)
  const told: number[] = []
  for (let route = 1; route < size; route++) {
    const above = routes.above[route]!
    isBehind[route] = isTold[above]! | isBehind[above]!
    if (isBehind[route] === 1 || growing[route] === 0) continue
    if (!isWorthTelling(gains(counts, route), gains(weights, route))) continue
    isTold[route] = 1
    told.push(route)
  }
  const examples = examplesOf(
    heap.graph,
    routes,
    routeOf,
    new Set(told.map(route => leakedRoute(routes, counts, growing, route))),
  )

  const charges = told.flatMap<Charge>(route => {
    const leaked = leakedRoute(routes, counts, growing, route)
    const example = examples.get(leaked)
    const hops = example === undefined ? undefined : retainingPaths(heap.graph, example, 1)[0]
    // V8's own: functions and names that come and go with compiled code.
    if (hops === undefined || hops.some(({ node }) => isV8s(heap.graph, node))) return []
    const holder = Math.max(
      0,
      hops.findLastIndex(({ node }) => routeOf[node] !== leaked && !isBeyond(routes, routeOf[node]!, route)),
    )
    const kept = weights.map(of => of[route]!)
    return {
      clues: [
        {
          heap,
          steps: pathSteps(heap, hops, Number.POSITIVE_INFINITY),
          nodes: hops.map(({ node }) => node),
          holder,
          chained: hops.filter(({ node }) => routeOf[node] === leaked).length > 1,
        },
      ],
      leaked: { type: routes.type[leaked]!, bytes: kept.at(-1)! - kept[0]! },
      evidence: {
        by: 'path',
        born: gains(counts, leaked),
        bornBytes: gains(weights, route),
        kept,
        alongPath: counts.map(of => of[leaked]!),
        levelling: isLevelling(kept, 0),
      },
    }
  })
  return oncePerHolder(charges)
}

/**
 * What one object gains is one leak, though several routes lead on from it: to the values of a Map, and to the strings they are kept by. It
 * is told as the gain of the route that leads to a class of the program (else to the most bytes), with the bytes of all.
 */
function oncePerHolder(charges: readonly Charge[]): Charge[] {
  const byHolder = new Map<NodeIndex, Charge[]>()
  for (const charge of charges) {
    const { nodes, holder } = charge.clues[0]
    const same = byHolder.get(nodes[holder]!)
    if (same === undefined) byHolder.set(nodes[holder]!, [charge])
    else same.push(charge)
  }
  return [...byHolder.values()].map(same => {
    const rank = ({ leaked }: Charge): number => (isClass(leaked.type) ? 1 : 0)
    const [main] = same.toSorted((a, b) => rank(b) - rank(a) || b.leaked.bytes - a.leaked.bytes) as [Charge]
    const sum = (of: (charge: Charge) => readonly number[]): number[] =>
      of(main).map((_, at) => same.reduce((all, charge) => all + of(charge)[at]!, 0))
    return {
      ...main,
      leaked: { ...main.leaked, bytes: same.reduce((bytes, { leaked }) => bytes + leaked.bytes, 0) },
      evidence: {
        ...main.evidence,
        bornBytes: sum(({ evidence }) => evidence.bornBytes),
        kept: sum(({ evidence }) => evidence.kept),
      },
    }
  })
}

const isV8s = (graph: HeapGraph, node: NodeIndex): boolean => /^(?:code|object shape)$/.test(nodeTypeOf(graph, node))

/** Heaps added early did not know the routes that later ones brought. */
function padded(values: ArrayLike<number>, size: number): Float64Array {
  const all = new Float64Array(size)
  all.set(values)
  return all
}

/** By route: bytes at its end and at the end of all that continue it. */
function withBeyond(routes: Routes, bytes: Float64Array): Float64Array {
  const all = bytes.slice()
  // A route is always added after the one it continues.
  for (let route = all.length - 1; route > 0; route--) all[routes.above[route]!]! += all[route]!
  return all
}

function isBeyond(routes: Routes, route: number, start: number): boolean {
  let at = route
  while (at > start) at = routes.above[at]!
  return at === start
}

const isClass = (type: string): boolean => /^[A-Z]/.test(type) && !/^(?:Object|Array|Map|Set|Promise|Date)$/.test(type)

/** Further along a growing route, the first class that grows at least half as fast: what the entries and arrays before it wrap. */
function leakedRoute(routes: Routes, counts: readonly Float64Array[], growing: Uint8Array, start: number): number {
  if (isClass(routes.type[start]!)) return start
  const gain = (route: number): number => counts.at(-1)![route]! - counts[0]![route]!
  for (let route = start + 1; route < growing.length; route++) {
    if (
      growing[route] === 1 &&
      isClass(routes.type[route]!) &&
      gain(route) >= gain(start) / 2 &&
      isBeyond(routes, route, start)
    ) {
      return route
    }
  }
  return start
}

/** By route: an object at its end. (V8's internals beyond it are on the same route.) */
function examplesOf(
  graph: HeapGraph,
  routes: Routes,
  routeOf: Uint32Array,
  wanted: ReadonlySet<number>,
): Map<number, NodeIndex> {
  const { of, names } = types(graph)
  const examples = new Map<number, NodeIndex>()
  // The last of many: the first may be of a time before the growth, and the way to it less typical.
  for (let node = routeOf.length - 1; node >= 0 && examples.size < wanted.size; node--) {
    const route = routeOf[node]!
    if (wanted.has(route) && !examples.has(route) && names[of[node]!] === routes.type[route]) examples.set(route, node)
  }
  return examples
}
