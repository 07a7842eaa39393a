import type { HeapGraph } from './heap-graph.js'
import { memo } from './memo.js'
import { preorder } from './preorder.js'
import { retainers } from './retainers.js'
import { retaining } from './retaining.js'

/**
 * By node: its immediate dominator, the last node that every retaining path from the root to it passes: free that, and the node is
 * freed. The root is its own. What no retaining path reaches hangs on the root too: nodes that only weak edges lead to head what
 * they hold, and rings that only hold themselves fall to the root node by node (as DevTools has it).
 *
 * Semi-NCA, after Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems" (2005), section 2.3, in places of the
 * preorder: small numbers stand high in the tree.
 */
export const dominators: (graph: HeapGraph) => Uint32Array = memo(graph => {
  const { nodeAt, parent, walked } = preorder(graph)
  const above = parent.slice()
  raiseToDominators(above, semidominators(graph))

  const dominatorOf = new Uint32Array(graph.nodeCount)
  for (let place = 0; place < walked; place++) dominatorOf[nodeAt[place]!] = nodeAt[above[place]!]!
  for (let place = walked; place < graph.nodeCount; place++) dominatorOf[nodeAt[place]!] = graph.root
  return dominatorOf
})

/**
 * By place: the highest place from which a path leads down to it that passes only places below it. Found from the last place to
 * the first; the places done already form a forest, which `ancestor` links and path compression flattens.
 */
function semidominators(graph: HeapGraph): Uint32Array {
  const { nodeAt, placeOf, parent, walked } = preorder(graph)
  const { first, from, edge } = retainers(graph)
  const retains = retaining(graph)
  const semi = new Uint32Array(walked)
  const ancestor = parent.slice(0, walked)
  // The place with the highest semidominator on the compressed way from here up to (and without) the ancestor.
  const label = new Uint32Array(walked)
  for (let place = 0; place < walked; place++) label[place] = place
  // A way up the forest is no longer than there are places.
  const way = new Uint32Array(walked)

  for (let place = walked - 1; place > 0; place--) {
    const node = nodeAt[place]!
    const end = first[node + 1]!
    let highest = parent[place]!
    for (let retainer = first[node]!; retainer < end; retainer++) {
      if (retains[edge[retainer]!] === 0) continue
      const source = placeOf[from[retainer]!]!
      // Rings that nothing holds do not hold others either.
      if (source >= walked) continue
      let candidate = source
      if (source > place) {
        let length = 0
        let at = source
        while (ancestor[at]! > place) {
          way[length++] = at
          at = ancestor[at]!
        }
        while (length > 0) {
          at = way[--length]!
          const up = ancestor[at]!
          if (semi[label[up]!]! < semi[label[at]!]!) label[at] = label[up]!
          ancestor[at] = ancestor[up]!
        }
        candidate = semi[label[source]!]!
      }
      if (candidate < highest) highest = candidate
    }
    semi[place] = highest
  }
  return semi
}

/** The dominator is the nearest common ancestor of the parent and the semidominator, in the dominator tree made so far. */
function raiseToDominators(above: Uint32Array, semi: Uint32Array): void {
  for (let place = 1; place < semi.length; place++) {
    const limit = semi[place]!
    let dominator = above[place]!
    while (dominator > limit) dominator = above[dominator]!
    above[place] = dominator
  }
}
