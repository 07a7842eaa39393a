import type { EdgeIndex, HeapGraph, NodeIndex } from './heap-graph.js'

/** The strongly connected groups of a heap: two nodes are in one group if each can be reached from the other. */
export interface StrongGroups {
  /**
   * By node: the number of its group. Where an edge leads from one group to another, the number of the first is the higher: counting
   * upwards, a group is met after all that it leads to.
   */
  readonly groupOf: Uint32Array
  /** By group: how many nodes are in it. Most groups are one node on no cycle. */
  readonly sizes: Uint32Array
}

/** Whether an edge of a node counts as a way to its target. Asked in no particular order, of some edges twice, of others never. */
export type Follows = (node: NodeIndex, edge: EdgeIndex) => boolean

/**
 * The groups of nodes that hold one another in cycles, going by the edges that `follows` lets through: to leave a node out, refuse
 * the edges to it. A group of one may still be a cycle, of an edge from a node to itself. Time grows with nodes and edges; about
 * 13 bytes a node while it runs, 4 afterwards.
 *
 * Pearce, "A space-efficient algorithm for finding strongly connected components" (2016), algorithm PEA_FIND_SCC3, whose two stacks
 * share one array: the way to the node being visited grows from its start, the nodes visited whose group is still open from its end.
 */
export function strongGroups({ nodeCount, firstEdge, edgeTo }: HeapGraph, follows: Follows): StrongGroups {
  // 0: not visited; up to `visiting`: when it was visited, or the earliest such node it leads to; above: its group, from the top.
  const rank = new Uint32Array(nodeCount)
  const isHead = new Uint8Array(nodeCount)
  const stack = new Uint32Array(nodeCount)
  const nextEdge = firstEdge.slice(0, nodeCount)
  let [height, open] = [0, nodeCount]
  // Ranks handed out go back when a group closes, so they stay below the numbers of groups: there are fewer open nodes than nodes.
  let [nextRank, nextGroup] = [1, nodeCount]

  for (let start = 0; start < nodeCount; start++) {
    if (rank[start] !== 0) continue
    enter(start)
    while (height > 0) {
      const node = stack[height - 1]!
      const unvisited = advance(node)
      if (unvisited === undefined) leave(node)
      else enter(unvisited)
    }
  }

  function enter(node: number): void {
    stack[height++] = node
    isHead[node] = 1
    rank[node] = nextRank++
  }

  /** Goes on with a node's edges up to one that leads somewhere new. An edge that was followed there is looked at once more. */
  function advance(node: number): number | undefined {
    const end = firstEdge[node + 1]!
    for (let edge = nextEdge[node]!; edge < end; edge++) {
      const to = edgeTo[edge]!
      if (rank[to]! >= rank[node]! || !follows(node, edge)) continue
      if (rank[to] === 0) {
        nextEdge[node] = edge
        return to
      }
      rank[node] = rank[to]!
      isHead[node] = 0
    }
    return undefined
  }

  /** A node that leads to nothing earlier heads its group, which is on the other stack down to the first rank below its own. */
  function leave(node: number): void {
    height--
    if (isHead[node] === 0) {
      stack[--open] = node
      return
    }
    nextRank--
    while (open < nodeCount && rank[stack[open]!]! >= rank[node]!) {
      rank[stack[open++]!] = nextGroup
      nextRank--
    }
    rank[node] = nextGroup--
  }

  const sizes = new Uint32Array(nodeCount - nextGroup)
  for (let node = 0; node < nodeCount; node++) {
    const group = nodeCount - rank[node]!
    rank[node] = group
    sizes[group]!++
  }
  return { groupOf: rank, sizes }
}
