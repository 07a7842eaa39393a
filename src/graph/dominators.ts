import type { HeapGraph } from './heap-graph.js'
import { incoming, sourceOf } from './incoming.js'
import { memo } from './memo.js'
import { type Preorder, preorder } from './preorder.js'
import { leaveColumns, takeColumn } from './spare-columns.js'

/** The dominator tree of a heap. */
export interface DominatorTree {
  /** By node: its immediate dominator. The root is its own. */
  readonly dominatorOf: Uint32Array
  /** Every node once, each after its dominator, the root first: upwards through the tree is backwards through this. */
  readonly topDown: Uint32Array
  /** So many nodes, the first of `topDown`, are reached from the root by retaining edges. */
  readonly reachable: number
}

/**
 * By node: its immediate dominator, the last node that every retaining path from the root to it passes: free that, and the node is
 * freed. The root is its own. What no retaining path reaches hangs on the root too: nodes that only weak edges lead to head what
 * they hold, and rings that only hold themselves fall to the root node by node (as DevTools has it).
 */
export const dominators = (graph: HeapGraph): Uint32Array => dominatorTree(graph).dominatorOf

/**
 * The dominators of all nodes, and an order that goes down their tree. 8 bytes a node, and 16 more while it runs.
 *
 * Semi-NCA, after Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems" (2005), section 2.3, in places of the
 * preorder: small numbers stand high in the tree.
 */
export const dominatorTree: (graph: HeapGraph) => DominatorTree = memo(graph => {
  const order = preorder(graph)
  const { nodeAt, reachable, walked } = order
  const placeOf = takeColumn(graph)
  for (let place = 0; place < nodeAt.length; place++) placeOf[nodeAt[place]!] = place
  const above = semidominators(graph, order, placeOf)
  lowerToDominators(above, order)

  // Places are not asked for any more, and the column is taken over.
  const dominatorOf = placeOf
  for (let place = 0; place < walked; place++) dominatorOf[nodeAt[place]!] = nodeAt[above[place]!]!
  for (let place = walked; place < graph.nodeCount; place++) dominatorOf[nodeAt[place]!] = graph.root
  leaveColumns(graph, order.parent, above)
  return { dominatorOf, topDown: nodeAt, reachable }
})

/**
 * By place: the highest place from which a path leads down to it that passes only places below it. Found from the last place to
 * the first; the places done already form a forest, which path compression flattens.
 */
function semidominators(graph: HeapGraph, { nodeAt, parent, walked }: Preorder, placeOf: Uint32Array): Uint32Array {
  const { first, source } = incoming(graph)
  const semi = takeColumn(graph)
  semi[0] = 0
  // Two numbers a place, side by side since they are asked for together, at random: its ancestor in the forest as compressed so far,
  // and the highest semidominator on the way up to that, without it. (The paper keeps where that was found, which Semi-NCA never asks.)
  const forest = new Uint32Array(2 * graph.nodeCount)
  for (let place = 0; place < walked; place++) forest[2 * place] = parent[place]!

  for (let place = walked - 1; place > 0; place--) {
    const node = nodeAt[place]!
    const end = first[node + 1]!
    let found = parent[place]!
    for (let at = first[node]!; at < end; at++) {
      const entry = source[at]!
      // Only what retains, and rings that nothing holds do not hold others either.
      if (entry >= 0) continue
      const from = placeOf[sourceOf(entry)]!
      if (from >= walked) continue
      let candidate = from
      if (from > place) {
        // Up to the top of the tree that `from` is in, and down again. Going up, each place notes where the way came from, in place of
        // its ancestor, so that no stack is needed, however long the way. 0 is the root, which is never on it.
        let below = 0
        let top = from
        let up = forest[2 * top]!
        while (up > place) {
          forest[2 * top] = below
          below = top
          top = up
          up = forest[2 * top]!
        }
        candidate = forest[2 * top + 1]!
        while (below !== 0) {
          const next = forest[2 * below]!
          const own = forest[2 * below + 1]!
          if (candidate < own) forest[2 * below + 1] = candidate
          else candidate = own
          forest[2 * below] = up
          below = next
        }
      }
      if (candidate < found) found = candidate
    }
    semi[place] = found
    forest[2 * place + 1] = found
  }
  leaveColumns(graph, forest.subarray(0, graph.nodeCount), forest.subarray(graph.nodeCount))
  return semi
}

/**
 * The dominator is the nearest common ancestor of the parent and the semidominator in the dominator tree made so far. It takes the
 * semidominator's place.
 */
function lowerToDominators(semi: Uint32Array, { parent, walked }: Preorder): void {
  for (let place = 1; place < walked; place++) {
    const limit = semi[place]!
    let dominator = parent[place]!
    while (dominator > limit) dominator = semi[dominator]!
    semi[place] = dominator
  }
}
