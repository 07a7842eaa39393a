import {
  type EdgeIndex,
  edgeNameOf,
  edgeTypeOf,
  type HeapGraph,
  type NodeIndex,
  nodeTypeNumber,
} from '../graph/heap-graph.js'
import { memo } from '../graph/memo.js'
import { retainingBits } from '../graph/retaining.js'
import { reader } from '../graph/strings.js'

/**
 * Which edges of a node are a debugger's hold on an object, where some may be: V8 keeps for an inspector session what the program gave to
 * `console` and what the debugger looks at. Node.js 18 to 26 name such an edge of `(Global handles)` `65 / DevTools console`.
 */
export function inspectorEdgesOf(graph: HeapGraph, node: NodeIndex): ((edge: EdgeIndex) => boolean) | undefined {
  return isGlobalHandles(graph, node) ? edge => isNamedSo(graph, edge) : undefined
}

/**
 * Objects that only a debugger retains, by node: 1 where without its hold nothing would. They are none of the program's, and go with
 * the debugger. `undefined` in a heap that has no such edges, as all have that were captured by fork. A walk over the edges otherwise.
 */
export const inspectorOnly: (graph: HeapGraph) => Uint8Array | undefined = memo(graph => {
  const held = inspectorEdges(graph)
  if (held.size === 0) return undefined
  const whole = reached(graph, new Set())
  const without = reached(graph, held)
  for (let node = 0; node < graph.nodeCount; node++) whole[node]! &= 1 - without[node]!
  return whole
})

// Names of other nodes are not even decoded: there may be a million strings.
const isGlobalHandles = (graph: HeapGraph, node: NodeIndex): boolean =>
  graph.nodeType[node] === SYNTHETIC && reader(graph.strings, '(Global handles)')(graph.nodeName[node]!)

const SYNTHETIC = nodeTypeNumber('synthetic')

function isNamedSo(graph: HeapGraph, edge: EdgeIndex): boolean {
  return edgeTypeOf(graph, edge) === 'internal' && edgeNameOf(graph, edge).endsWith(' / DevTools console')
}

function inspectorEdges(graph: HeapGraph): Set<EdgeIndex> {
  const found = new Set<EdgeIndex>()
  const { firstEdge } = graph
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isGlobalHandles(graph, node)) continue
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) if (isNamedSo(graph, edge)) found.add(edge)
  }
  return found
}

function reached(graph: HeapGraph, ignored: ReadonlySet<EdgeIndex>): Uint8Array {
  const { firstEdge, edgeTo, root } = graph
  const retains = retainingBits(graph)
  const seen = new Uint8Array(graph.nodeCount)
  const queue = new Uint32Array(graph.nodeCount)
  queue[0] = root
  seen[root] = 1
  for (let at = 0, end = 1; at < end; at++) {
    const node = queue[at]!
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!
      if (seen[to] === 1 || ((retains[edge >>> 5]! >>> edge) & 1) === 0 || ignored.has(edge)) continue
      seen[to] = 1
      queue[end++] = to
    }
  }
  return seen
}
