/**
 * The facts of a heap by their definitions, in one line each if possible, regardless of speed, for comparison with the fast
 * implementations.
 */
import type { EdgeIndex, EdgeType, HeapGraph, NodeIndex, NodeType } from '../../src/graph/heap-graph.js'
import { edgeTypeOf, nodeTypeOf } from '../../src/graph/heap-graph.js'

export interface SlowEdge {
  readonly at: EdgeIndex
  readonly from: NodeIndex
  readonly to: NodeIndex
  readonly type: EdgeType
}

export const nodesOf = (graph: HeapGraph): NodeIndex[] => Array.from({ length: graph.nodeCount }, (_, node) => node)

export const edgesOf = (graph: HeapGraph): SlowEdge[] =>
  nodesOf(graph).flatMap(from =>
    Array.from({ length: graph.firstEdge[from + 1]! - graph.firstEdge[from]! }, (_, nth) => {
      const at = graph.firstEdge[from]! + nth
      return { at, from, to: graph.edgeTo[at]!, type: edgeTypeOf(graph, at) }
    }),
  )

/** What some nodes reach by the given edges without visiting `removed`. */
export function reached(starts: Iterable<NodeIndex>, edges: readonly SlowEdge[], removed?: NodeIndex): Set<NodeIndex> {
  const found = new Set([...starts].filter(node => node !== removed))
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const { from, to } of edges) if (found.has(from) && to !== removed) found.add(to)
  }
  return found
}

/** Retaining edges of a heap without WeakMaps. */
export function slowRetaining(graph: HeapGraph): SlowEdge[] {
  const edges = edgesOf(graph)
  const globals = edges.filter(edge => edge.from === graph.root && edge.type === 'shortcut').map(edge => edge.to)
  const owned = reached(
    globals,
    edges.filter(edge => edge.type !== 'weak'),
  )
  return edges.filter(
    ({ from, to, type }) =>
      type !== 'weak' &&
      from !== to &&
      (from === graph.root || (type !== 'shortcut' && !(owned.has(to) && !owned.has(from)))),
  )
}

/** Retaining edges for dominators: unreachable nodes hang below the root, and unreachable cycles retain nothing. */
export function held(graph: HeapGraph): { edges: SlowEdge[]; nodes: Set<NodeIndex> } {
  const edges = slowRetaining(graph)
  const retained = new Set(edges.map(edge => edge.to))
  const orphans = nodesOf(graph).filter(node => node !== graph.root && !retained.has(node))
  const hung = orphans.map(to => ({ at: -1, from: graph.root, to, type: 'internal' as const }))
  const nodes = reached([graph.root], [...edges, ...hung])
  return { edges: [...edges, ...hung].filter(edge => nodes.has(edge.from)), nodes }
}

/** By node: every node whose removal makes it unreachable. */
export function cutters(graph: HeapGraph): Map<NodeIndex, Set<NodeIndex>> {
  const { edges, nodes } = held(graph)
  const cut = new Map(nodesOf(graph).map(node => [node, new Set([graph.root])]))
  cut.get(graph.root)!.clear()
  for (const removed of nodes) {
    if (removed === graph.root) continue
    const left = reached([graph.root], edges, removed)
    for (const node of nodes) if (!left.has(node) && node !== removed) cut.get(node)!.add(removed)
  }
  return cut
}

const internals: readonly NodeType[] = ['hidden', 'array']

/** By internal node: the objects that reach it only through internal nodes. */
export function owners(graph: HeapGraph): Map<NodeIndex, NodeIndex[]> {
  const isInternal = (node: NodeIndex) => internals.includes(nodeTypeOf(graph, node))
  const edges = edgesOf(graph).filter(edge => edge.type !== 'weak' && isInternal(edge.to))
  const objects = nodesOf(graph).filter(node => !isInternal(node))
  const reach = objects.map(object =>
    reached(
      [object],
      edges.filter(edge => edge.from === object || isInternal(edge.from)),
    ),
  )
  return new Map(
    nodesOf(graph)
      .filter(isInternal)
      .map(node => [node, objects.filter((_, nth) => reach[nth]!.has(node))]),
  )
}

/** The fewest edges from any of the starts; absent if unreachable. */
export function steps(starts: Iterable<NodeIndex>, edges: readonly SlowEdge[]): Map<NodeIndex, number> {
  const count = new Map([...starts].map(node => [node, 0]))
  for (let changed = true; changed; ) {
    changed = false
    for (const { from, to } of edges) {
      const next = (count.get(from) ?? Number.POSITIVE_INFINITY) + 1
      if (next < (count.get(to) ?? Number.POSITIVE_INFINITY)) {
        count.set(to, next)
        changed = true
      }
    }
  }
  return count
}
