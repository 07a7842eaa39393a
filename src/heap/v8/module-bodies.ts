import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeNumber, nodeTypeOf } from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'
import { reads } from '../../graph/strings.js'
import { inside } from './edges.js'

/**
 * The generator and its function that run an ES module's body, between the module and the scope of its variables. They
 * are not in the source, so paths skip them.
 */
export const moduleBodies: (graph: HeapGraph) => ReadonlySet<NodeIndex> = memo(graph => {
  const { nodeCount, nodeType, nodeName, firstEdge, edgeType, edgeTo, strings } = graph
  const [hiddenNode, hiddenEdge] = [nodeTypeNumber('hidden'), edgeTypeNumber('hidden')]
  const isRecord = reads(strings, 'system / SourceTextModule')
  const isGenerator = reads(strings, 'Generator')
  const bodies = new Set<NodeIndex>()
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== hiddenNode || !isRecord(nodeName[node]!)) continue
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!
      if (edgeType[edge] !== hiddenEdge || nodeTypeOf(graph, to) !== 'object' || !isGenerator(nodeName[to]!)) continue
      bodies.add(to)
      const body = inside(graph, to, 'function')
      if (body !== undefined) bodies.add(body)
    }
  }
  return bodies
})
