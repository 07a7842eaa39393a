import type { HeapGraph, NodeIndex } from '../../src/graph/heap-graph.js'
import { draw } from '../draw.js'

/** A heap whose objects have these addresses. In a heap read from memory, objects are sorted by address. */
export function heapAt(
  text: string,
  addresses: Readonly<Record<string, number>>,
): { graph: HeapGraph; node(word: string): NodeIndex } {
  const { graph, node } = draw(text)
  const address = new Float64Array(graph.nodeCount)
  for (const [word, at] of Object.entries(addresses)) address[node(word)] = at
  return { graph: { ...graph, address }, node }
}
