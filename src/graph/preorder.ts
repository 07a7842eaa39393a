import type { HeapGraph } from './heap-graph.js'
import { memo } from './memo.js'
import { retaining } from './retaining.js'

/** The nodes of a heap in the order a depth-first walk along retaining edges first meets them. A place is a position in that order. */
export interface Preorder {
  /** By place. Holds every node, the root first. */
  readonly nodeAt: Uint32Array
  /** By node: the inverse of `nodeAt`. */
  readonly placeOf: Uint32Array
  /** By place: the place the walk came from. 0 for the root and for whatever the walk started at anew. */
  readonly parent: Uint32Array
  /** Nodes at places below this are reached from the root. */
  readonly reachable: number
  /** Nodes at this place and after hold one another in rings that nothing outside holds. The walk did not enter them. */
  readonly walked: number
}

/**
 * Walks all nodes: from the root; then from every node that no edge retains (V8 writes some things that only weak edges lead to);
 * what is left after that only holds itself up, and stands at the end.
 */
export const preorder: (graph: HeapGraph) => Preorder = memo(graph => {
  const { nodeCount, root, firstEdge, edgeTo } = graph
  const retains = retaining(graph)
  const nodeAt = new Uint32Array(nodeCount)
  const placeOf = new Uint32Array(nodeCount).fill(unmet)
  const parent = new Uint32Array(nodeCount)
  // The path from the start to where the walk is needs no stack of its own: `parent` leads back, and `next` says how far each
  // node's edges have been tried.
  const next = firstEdge.slice(0, nodeCount)
  let met = 0

  const walk = (start: number): void => {
    const startPlace = met
    nodeAt[met] = start
    placeOf[start] = met++
    let node = start
    for (;;) {
      const end = firstEdge[node + 1]!
      let edge = next[node]!
      while (edge < end && (retains[edge] === 0 || placeOf[edgeTo[edge]!] !== unmet)) edge++
      if (edge < end) {
        next[node] = edge + 1
        const to = edgeTo[edge]!
        parent[met] = placeOf[node]!
        nodeAt[met] = to
        placeOf[to] = met++
        node = to
      } else {
        const place = placeOf[node]!
        if (place === startPlace) return
        node = nodeAt[parent[place]!]!
      }
    }
  }

  walk(root)
  const reachable = met
  if (met < nodeCount) {
    const held = heldNodes(graph, retains)
    for (let node = 0; node < nodeCount; node++) if (placeOf[node] === unmet && held[node] === 0) walk(node)
  }
  const walked = met
  for (let node = 0; met < nodeCount; node++) {
    if (placeOf[node] !== unmet) continue
    nodeAt[met] = node
    placeOf[node] = met++
  }
  return { nodeAt, placeOf, parent, reachable, walked }
})

const unmet = 0xffffffff

function heldNodes({ nodeCount, edgeCount, edgeTo }: HeapGraph, retains: Uint8Array): Uint8Array {
  const held = new Uint8Array(nodeCount)
  for (let edge = 0; edge < edgeCount; edge++) if (retains[edge] !== 0) held[edgeTo[edge]!] = 1
  return held
}
