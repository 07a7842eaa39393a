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
 * A test of which edges of a node are references of a debugger, or `undefined` if none can be: for an inspector
 * session, V8 keeps the arguments of `console` calls and the values shown in the debugger. In Node.js 18 to 26 such an
 * edge of `(Global handles)` is named `65 / DevTools console`.
 */
export function inspectorEdgesOf(graph: HeapGraph, node: NodeIndex): ((edge: EdgeIndex) => boolean) | undefined {
  return isGlobalHandles(graph, node) ? edge => isNamedSo(graph, edge) : undefined
}

/**
 * By node: 1 if only a debugger retains it. Such objects do not belong to the program and are freed with the debugger.
 * `undefined` in a heap without such edges, like all heaps captured by fork; otherwise costs a walk over the edges.
 */
export const inspectorOnly: (graph: HeapGraph) => Uint8Array | undefined = memo(graph => {
  const held = inspectorEdges(graph)
  if (held.size === 0) return undefined
  const whole = reached(graph, new Set())
  const without = reached(graph, held)
  for (let node = 0; node < graph.nodeCount; node++) whole[node]! &= 1 - without[node]!
  return whole
})

// Does not decode the names of other nodes: there may be a million strings.
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
