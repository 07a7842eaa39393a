import type { HeapGraph } from './heap-graph.js'
import { incoming } from './incoming.js'
import { retainingBits } from './retaining.js'
import { leaveColumns, takeColumn } from './spare-columns.js'

/** The nodes of a heap in depth-first preorder along retaining edges. A place is a position in that order. */
export interface Preorder {
  /** By place: the node. Has every node, the root first. */
  readonly nodeAt: Uint32Array
  /** By place: the place of its parent in the walk. 0 for the root and for other starting points. */
  readonly parent: Uint32Array
  /** Nodes at places below this are reachable from the root. */
  readonly reachable: number
  /** Nodes from this place on are in cycles that nothing outside retains. The walk did not enter them. */
  readonly walked: number
}

/**
 * Walks all nodes: from the root; then from every node without a retaining edge (V8 writes some that only weak edges
 * lead to). The rest are unreachable cycles, at the end. Not memoised: `dominators` uses it and keeps the order.
 */
export function preorder(graph: HeapGraph): Preorder {
  const { nodeCount, root, firstEdge, edgeTo } = graph
  const retains = retainingBits(graph)
  const nodeAt = takeColumn(graph)
  const parent = takeColumn(graph)
  // One bit per node, to fit the processor's cache, since it is read for every edge.
  const met = new Uint32Array((nodeCount + 31) >>> 5)
  // `parent` leads back, so the walk needs no stack; by depth, the next edge to follow.
  const next = takeColumn(graph)

  /** Walks from a node to everything not yet visited. `begin` is the first free place; returns the new one. */
  const walk = (start: number, begin: number): number => {
    let count = begin
    let place = count++
    let depth = 0
    nodeAt[place] = start
    parent[place] = 0
    met[start >>> 5]! |= 1 << start
    let edge = firstEdge[start]!
    let end = firstEdge[start + 1]!
    for (;;) {
      if (edge === end) {
        if (depth === 0) return count
        place = parent[place]!
        edge = next[--depth]!
        end = firstEdge[nodeAt[place]! + 1]!
        continue
      }
      const to = edgeTo[edge]!
      const isWay = (retains[edge >>> 5]! & (1 << edge)) !== 0 && (met[to >>> 5]! & (1 << to)) === 0
      edge++
      if (!isWay) continue
      met[to >>> 5]! |= 1 << to
      next[depth++] = edge
      parent[count] = place
      place = count++
      nodeAt[place] = to
      edge = firstEdge[to]!
      end = firstEdge[to + 1]!
    }
  }

  const isMet = (node: number): boolean => (met[node >>> 5]! & (1 << node)) !== 0
  const reachable = walk(root, 0)
  let walked = reachable
  for (let node = 0; node < nodeCount && walked < nodeCount; node++) {
    if (!isMet(node) && !isRetained(graph, node)) walked = walk(node, walked)
  }
  parent.fill(0, walked)
  for (let node = 0, place = walked; place < nodeCount; node++) if (!isMet(node)) nodeAt[place++] = node
  leaveColumns(graph, next)
  return { nodeAt, parent, reachable, walked }
}

function isRetained(graph: HeapGraph, node: number): boolean {
  const { first, source } = incoming(graph)
  for (let place = first[node]!; place < first[node + 1]!; place++) if (source[place]! < 0) return true
  return false
}
