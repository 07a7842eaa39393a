import type { NodeIndex } from '../graph/heap-graph.js'

/** Nodes that wait to be visited, the cheapest first. */
export interface CostQueue {
  /** Puts a node in, or moves it to a cost that is lower than the one it waits with. */
  put(node: NodeIndex, cost: number): void
  /** The cheapest, or `undefined` when none is left. */
  take(): NodeIndex | undefined
}

/**
 * A queue for searches whose steps cost small whole numbers: what is put in costs at most `span` more than what was taken last. So a
 * ring of span + 1 lists is enough, one for each cost that may wait, and nothing is ever sorted (Dial 1969). 8 bytes a node.
 */
export function costQueue(nodeCount: number, span: number): CostQueue {
  const none = 0xffffffff
  const lists = span + 1
  const head = new Uint32Array(lists).fill(none)
  const next = new Uint32Array(nodeCount)
  // What is first in a list has the list before it: nodeCount and up.
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
