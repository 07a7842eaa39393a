import { dominators } from './dominators.js'
import type { HeapGraph, NodeIndex } from './heap-graph.js'
import { retainedSizes } from './retained-sizes.js'

/**
 * A lower bound of the bytes freed with all of some objects: the sum of their retained sizes, without those dominated
 * by another. Costs a walk up the dominator tree, each part once.
 */
export function retainedTogether(graph: HeapGraph, nodes: readonly NodeIndex[]): number {
  const sizes = retainedSizes(graph)
  if (nodes.length === 1) return sizes[nodes[0]!]!
  const dominatorOf = dominators(graph)
  const among = new Set(nodes)
  // By node: whether it is one of the objects or dominated by one.
  const isBelow = new Map<NodeIndex, boolean>([[graph.root, among.has(graph.root)]])
  let sum = 0
  for (const node of among) {
    const climbed: NodeIndex[] = []
    let at = node === graph.root ? node : dominatorOf[node]!
    while (!isBelow.has(at) && !among.has(at)) {
      climbed.push(at)
      at = dominatorOf[at]!
    }
    const verdict = node !== graph.root && (among.has(at) || isBelow.get(at)!)
    for (const each of climbed) isBelow.set(each, verdict)
    if (!verdict) sum += sizes[node]!
  }
  return sum
}
