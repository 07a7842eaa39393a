import { distances, unreachable } from '../graph/distances.js'
import type { EdgeIndex, HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { retainers } from '../graph/retainers.js'
import { retaining } from '../graph/retaining.js'
import { shortestPath } from '../graph/shortest-path.js'
import { isRepeat } from './layout/machinery.js'

/**
 * Shortest paths from the root to a node through its different retainers, nearest first, one edge after the other. At most `most`
 * retainers are tried; each path is made when it is asked for. Costs a look at each retainer of the node.
 */
export function* nearestPaths(graph: HeapGraph, node: NodeIndex, most: number): Generator<readonly EdgeIndex[]> {
  for (const place of nearestRetainers(graph, node, most)) {
    const path = pathThrough(graph, node, place)
    if (path !== undefined) yield path
  }
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

/** The edges of a shortest path that ends in this retainer; `undefined` if it passes the node itself, or repeats what another edge says. */
function pathThrough(graph: HeapGraph, node: NodeIndex, place: number): EdgeIndex[] | undefined {
  const { from, edge } = retainers(graph)
  const path = shortestPath(graph, from[place]!)
  if (path.some(step => graph.edgeTo[step] === node)) return undefined
  const last = path.at(-1)
  if (
    last === undefined
      ? from[place] !== graph.root
      : isRepeat(graph, path.length > 1 ? graph.edgeTo[path.at(-2)!]! : graph.root, last)
  )
    return undefined
  return [...path, edge[place]!]
}
