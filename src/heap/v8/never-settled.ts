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
 * Promises that somebody waits for and that nothing can settle any more: a proof, not a guess. What can still run is what the GC roots
 * reach, where those who wait for a promise count only once something that can still run is able to settle it (its resolving
 * functions, the async function it is the result of, a promise it hangs on, native code). Everything else waits for ever, as with Go's
 * leaked goroutines.
 *
 * Where the heap leaves a doubt, a promise can be settled: weakly held objects with a C++ side, targets of a WeakRef, and every edge
 * to a promise that is not plainly a variable, a property or an entry of a collection count as able to settle it. Two passes over the
 * edges; 6 bytes a node while it runs.
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

  // 1 for a node that is reached, 2 more for an awaited promise, 4 more for one that can be settled.
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
  // A node is put there once, when it is first reached.
  while (height > 0) {
    const node = stack[--height]!
    const barred = (state[node]! & 6) === 2 ? reactionOf.get(node) : undefined
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!
      if (edgeType[edge] === weak) {
        // `deref` gives the target, as long as anything has it.
        if (isTarget(edgeName[edge]!) && isWeakRef.some(is => is(nodeName[node]!))) reach(to)
        continue
      }
      if (to === barred) continue
      if ((state[to]! & 6) === 2 && canSettle(node, edge)) {
        state[to]! |= 4
        // It was reached before, and those who wait for it were left out.
        if ((state[to]! & 1) !== 0) reach(reactionOf.get(to)!)
      }
      reach(to)
    }
  }
  return new Set([...reactionOf.keys()].filter(promise => (state[promise]! & 4) === 0))
})

/** By promise that somebody waits for: the first of those who wait. One pass over the edges. */
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
  /** 1 for an object that has a C++ side, or that one refers to: C++ may call it at any time, also where it holds it weakly. */
  readonly native: Uint8Array
  /** 1 for an array of V8's that is nothing but the store of an object's elements, properties, entries or local variables. */
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

/** Cells in which V8 keeps variables that modules and scripts share. */
const cells = ['system / Cell', 'system / PropertyCell', 'system / ContextCell', 'system / ContextSidePropertyCell']

/**
 * Whether who has an edge to a promise may settle it by that. A variable, a property, an element or an entry of a collection gives only
 * what `then` gives. Node.js keeps the resolver of a file operation as a property of an object with a C++ side, and V8 and Node-API
 * keep things behind symbols of their own.
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
