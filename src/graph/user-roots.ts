import { type HeapGraph, type NodeIndex, nodeTypeNumber } from './heap-graph.js'
import { memo } from './memo.js'
import { reads } from './strings.js'

/**
 * The user roots: children of the root that are global objects rather than V8's groups such as `(GC roots)`. Empty in a
 * heap captured with V8's internals exposed.
 */
export const userRoots: (graph: HeapGraph) => readonly NodeIndex[] = memo(graph => {
  const { root, firstEdge, edgeTo, nodeType, nodeName, strings } = graph
  const synthetic = nodeTypeNumber('synthetic')
  const isDocuments = reads(strings, '(Document DOM trees)')
  const roots = new Set<NodeIndex>()
  for (let edge = firstEdge[root]!; edge < firstEdge[root + 1]!; edge++) {
    const to = edgeTo[edge]!
    if (nodeType[to] !== synthetic || isDocuments(nodeName[to]!)) roots.add(to)
  }
  return [...roots]
})
