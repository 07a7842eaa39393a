import type { HeapGraph, NodeIndex, ObjectId } from './heap-graph.js'

/** The node with an object id, if the heap has it. Searches all nodes: milliseconds in a heap of millions. */
export function nodeWithId(graph: HeapGraph, id: ObjectId): NodeIndex | undefined {
  const node = graph.nodeId.indexOf(id)
  return node < 0 ? undefined : node
}
