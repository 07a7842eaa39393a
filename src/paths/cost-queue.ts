import type { NodeIndex } from '../graph/heap-graph.js'

/** A priority queue of nodes, cheapest first. */
export interface CostQueue {
  /** Inserts a node, or lowers its cost. */
  put(node: NodeIndex, cost: number): void
  /** Removes and returns the cheapest node, or `undefined` if empty. */
  take(): NodeIndex | undefined
}

/**
 * A queue for searches whose steps cost small integers: a new cost exceeds the last one taken by at most `span`. So a
 * ring of span + 1 lists is enough, one per possible cost, without sorting (Dial 1969). 8 bytes per node.
 */
export function costQueue(nodeCount: number, span: number): CostQueue {
  const none = 0xffffffff
  const lists = span + 1
  const head = new Uint32Array(lists).fill(none)
  const next = new Uint32Array(nodeCount)
  // The first node of a list has the list's number, from nodeCount up, as its predecessor.
  const before = new Uint32Array(nodeCount).fill(none)
  let [at, waiting] = [0, 0]

  const remove = (node: NodeIndex): void => {
    const [left, right] = [before[node]!, next[node]!]
    if (left >= nodeCount) head[left - nodeCount] = right
    else next[left] = right
    if (right !== none) before[right] = left
    before[node] = none
    waiting--
  }

  return {
    put(node, cost) {
      if (before[node] !== none) remove(node)
      const list = cost % lists
      const first = head[list]!
      next[node] = first
      before[node] = nodeCount + list
      if (first !== none) before[first] = node
      head[list] = node
      waiting++
    },
    take() {
      if (waiting === 0) return undefined
      while (head[at % lists] === none) at++
      const node = head[at % lists]!
      remove(node)
      return node
    },
  }
}
