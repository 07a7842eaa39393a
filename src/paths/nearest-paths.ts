import { distances, unreachable } from '../graph/distances.js'
import { eachEdgeTo } from '../graph/edges-to.js'
import type { EdgeIndex, HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { retaining } from '../graph/retaining.js'
import { shortestPath } from '../graph/shortest-path.js'
import { isRepeat } from '../heap/v8/machinery.js'
import { edgeCosts, keepsNothing, notRetained, pathCosts, pathTo, type RetainingPath } from './path-costs.js'

/** The order of an object's retaining paths: most readable first, or fewest edges first. */
export type PathOrder = 'friendliest' | 'shortest'

/**
 * The retaining paths of a node through its different retainers, best first. Tries at most `most` retainers; paths are
 * computed lazily. Costs a pass over the node's retainers.
 */
export function* nearestPaths(
  graph: HeapGraph,
  node: NodeIndex,
  order: PathOrder,
  most: number,
): Generator<RetainingPath> {
  const guide = order === 'friendliest' ? friendliest(graph) : shortest(graph, node)
  for (const { from, edge } of nearestRetainers(graph, node, guide, most)) {
    const above = guide.pathTo(from)
    if (above === undefined || passes(graph, above, node) || endsInRepeat(graph, above)) continue
    yield { start: above.start, edges: [...above.edges, edge] }
  }
}

interface Guide {
  /** Lower ranks come first; `undefined` if the edge does not retain. */
  rank(from: NodeIndex, edge: EdgeIndex): number | undefined
  pathTo(node: NodeIndex): RetainingPath | undefined
}

function friendliest(graph: HeapGraph): Guide {
  const cost = pathCosts(graph)
  const edgeCost = edgeCosts(graph)
  return {
    rank(from, edge) {
      const last = edgeCost[edge]!
      return last === keepsNothing || cost[from] === notRetained ? undefined : cost[from]! + last
    },
    pathTo: node => pathTo(graph, node),
  }
}

function shortest(graph: HeapGraph, asked: NodeIndex): Guide {
  const retains = retaining(graph)
  const distance = distances(graph)
  // The retainer that `shortestPath` prefers comes first.
  const best = shortestPath(graph, asked).at(-1)
  return {
    rank(from, edge) {
      if (retains[edge] === 0 || distance[from] === unreachable) return undefined
      return edge === best ? -1 : distance[from]
    },
    pathTo(node) {
      const edges = shortestPath(graph, node)
      return edges.length === 0 && node !== graph.root ? undefined : { start: graph.root, edges }
    },
  }
}

interface Ranked {
  readonly edge: EdgeIndex
  readonly from: NodeIndex
  readonly rank: number
}

/** The retaining edges of the node, best first. */
function nearestRetainers(graph: HeapGraph, node: NodeIndex, { rank }: Guide, most: number): readonly Ranked[] {
  let nearest: Ranked[] = []
  const keep = (): void => {
    nearest = nearest.sort((a, b) => a.rank - b.rank || a.edge - b.edge).slice(0, most)
  }
  eachEdgeTo(graph, node, (edge, from) => {
    const ranked = rank(from, edge)
    if (ranked === undefined) return
    nearest.push({ edge, from, rank: ranked })
    if (nearest.length > 1000 + most) keep()
  })
  keep()
  return nearest
}

const passes = (graph: HeapGraph, { start, edges }: RetainingPath, node: NodeIndex): boolean =>
  start === node || edges.some(edge => graph.edgeTo[edge] === node)

/** Whether a path ends in a store that duplicates other edges of its retainer. */
function endsInRepeat(graph: HeapGraph, { start, edges }: RetainingPath): boolean {
  const last = edges.at(-1)
  return last !== undefined && isRepeat(graph, edges.length > 1 ? graph.edgeTo[edges.at(-2)!]! : start, last)
}
