import { ephemerons } from '../../graph/ephemerons.js'
import {
  type EdgeIndex,
  edgeTypeNumber,
  type HeapGraph,
  type NodeIndex,
  nodeTypeNumber,
} from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'
import { reads } from '../../graph/strings.js'

/**
 * Promises with waiters that nothing can settle any more: a proof, not a heuristic. What can still run is what the GC
 * roots reach; the waiters of a promise count only once something that can still run can settle it (its resolving
 * functions, the async function whose result it is, a promise it depends on, native code). All other waiters are stuck
 * forever, like Go's leaked goroutines.
 *
 * In doubt, a promise counts as settleable: weakly referenced objects with a C++ side, targets of a WeakRef, and every
 * edge to a promise that is not clearly a variable, a property or an entry of a collection might settle it. Two passes
 * over the edges; 6 bytes per node while it runs.
 */
export const neverSettled: (graph: HeapGraph) => ReadonlySet<NodeIndex> = memo(graph => {
  const reactionOf = awaited(graph)
  if (reactionOf.size === 0) return new Set()
  const { nodeCount, nodeName, firstEdge, edgeType, edgeName, edgeTo, root } = graph
  const weak = edgeTypeNumber('weak')
  const isTarget = reads(graph.strings, 'target')
  const isWeakRef = [reads(graph.strings, 'WeakRef'), reads(graph.strings, 'SafeWeakRef')]
  const { native, only } = sides(graph)
  const canSettle = settling(graph, native, only)

  // Bits: 1 a reached node, 2 an awaited promise, 4 one that can be settled.
  const state = new Uint8Array(nodeCount)
  for (const promise of reactionOf.keys()) state[promise] = 2
  const stack = new Uint32Array(nodeCount)
  let height = 0
  const reach = (node: NodeIndex): void => {
    if ((state[node]! & 1) !== 0) return
    state[node]! |= 1
    stack[height++] = node
  }
  reach(root)
  for (let node = 0; node < nodeCount; node++) if (native[node] === 1) reach(node)
  // A node is pushed once, when it is first reached.
  while (height > 0) {
    const node = stack[--height]!
    const barred = (state[node]! & 6) === 2 ? reactionOf.get(node) : undefined
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!
      if (edgeType[edge] === weak) {
        // `deref` can return the target as long as it exists.
        if (isTarget(edgeName[edge]!) && isWeakRef.some(is => is(nodeName[node]!))) reach(to)
        continue
      }
      if (to === barred) continue
      if ((state[to]! & 6) === 2 && canSettle(node, edge)) {
        state[to]! |= 4
        // Reached before, without its waiters.
        if ((state[to]! & 1) !== 0) reach(reactionOf.get(to)!)
      }
      reach(to)
    }
  }
  return new Set([...reactionOf.keys()].filter(promise => (state[promise]! & 4) === 0))
})

/** By promise with waiters: the first reaction. One pass over the edges. */
function awaited(graph: HeapGraph): ReadonlyMap<NodeIndex, NodeIndex> {
  const { nodeCount, nodeType, nodeName, firstEdge, edgeType, edgeName, edgeTo, strings } = graph
  const [object, internal] = [nodeTypeNumber('object'), edgeTypeNumber('internal')]
  const isState = reads(strings, 'reactions_or_result')
  const isReaction = reads(strings, 'system / PromiseReaction')
  const found = new Map<NodeIndex, NodeIndex>()
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object) continue
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      if (edgeType[edge] !== internal || !isState(edgeName[edge]!)) continue
      const to = edgeTo[edge]!
      if (isReaction(nodeName[to]!)) found.set(node, to)
    }
  }
  return found
}

interface Sides {
  /**
   * 1 for an object with a C++ side, or that such an object refers to: C++ may call it at any time, even through a weak
   * handle.
   */
  readonly native: Uint8Array
  /** 1 for a V8 array that is only the store of an object's elements, properties, entries or local variables. */
  readonly only: Uint8Array
}

function sides(graph: HeapGraph): Sides {
  const { nodeCount, nodeType, firstEdge, edgeType, edgeName, edgeTo, strings } = graph
  const [nativeNode, array] = [nodeTypeNumber('native'), nodeTypeNumber('array')]
  const [internal, weak] = [edgeTypeNumber('internal'), edgeTypeNumber('weak')]
  const isStore = ['elements', 'properties', 'table', 'parameters_and_registers', 'bindings'].map(name =>
    reads(strings, name),
  )
  const native = new Uint8Array(nodeCount)
  const only = new Uint8Array(nodeCount)
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!
      if (type === nativeNode && edgeType[edge] !== weak) native[to] = 1
      if (nodeType[to] === nativeNode) native[node] = 1
      if (edgeType[edge] === internal && nodeType[to] === array && isStore.some(is => is(edgeName[edge]!))) only[to] = 1
    }
  }
  return { native, only }
}

/** Cells of variables that modules and scripts share. */
const cells = ['system / Cell', 'system / PropertyCell', 'system / ContextCell', 'system / ContextSidePropertyCell']

/**
 * Whether an edge to a promise may allow its source to settle it. A variable, a property, an element or an entry of a
 * collection only allows `then`. But Node.js keeps the resolver of a file operation as a property of an object with a
 * C++ side, and V8 and Node-API use private symbols.
 */
function settling(
  graph: HeapGraph,
  native: Uint8Array,
  only: Uint8Array,
): (from: NodeIndex, edge: EdgeIndex) => boolean {
  const { nodeName, edgeType, edgeName, strings } = graph
  const [context, element, property, internal] = (['context', 'element', 'property', 'internal'] as const).map(
    edgeTypeNumber,
  )
  const isCell = cells.map(name => reads(strings, name))
  const { entryOf } = ephemerons(graph)
  return (from, edge) => {
    const type = edgeType[edge]
    if (type === context || type === element) return false
    if (type === property) return native[from] === 1 || /^<symbol (?:node:|napi|>)/.test(strings.at(edgeName[edge]!))
    if (type === internal && entryOf[edgeName[edge]!] !== 0) return false
    return only[from] === 0 && !isCell.some(is => is(nodeName[from]!))
  }
}
