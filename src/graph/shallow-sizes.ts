import { edgeTypeNumber, type HeapGraph, nodeTypeNumber } from './heap-graph.js'
import { memo } from './memo.js'
import { reads } from './strings.js'
import { userRoots } from './user-roots.js'

/**
 * By node: bytes of the node itself, the shallow size people are shown. An object's hash table, elements and other things V8 keeps
 * for it count to the object, if they are its alone, and are then 0 themselves. The rules are DevTools' (HeapSnapshot.ts,
 * calculateShallowSizes). In a heap captured with V8's internals exposed, which has no user roots, every node keeps its own.
 */
export const shallowSizes: (graph: HeapGraph) => Float64Array = memo(graph => {
  const sizes = graph.selfSize.slice()
  if (userRoots(graph).length === 0) return sizes

  const synthetic = nodeTypeNumber('synthetic')
  const owners = ownersOf(graph)
  for (let node = 0; node < graph.nodeCount; node++) {
    const owner = owners[node]!
    // Groupings such as `(GC roots)` have no size a user could do anything about.
    if (owner === node || owner >= shared || owner === graph.root || graph.nodeType[owner] === synthetic) continue
    sizes[owner]! += graph.selfSize[node]!
    sizes[node]! -= graph.selfSize[node]!
  }
  return sizes
})

const unowned = 0xffffffff
const shared = 0xfffffffe

/** By node: itself, or for V8's internals the one object that reaches it through internals only; `shared` if there are several. */
function ownersOf(graph: HeapGraph): Uint32Array {
  const { nodeCount, firstEdge, edgeType, edgeTo } = graph
  const weak = edgeTypeNumber('weak')
  const internal = internals(graph)
  const owners = new Uint32Array(nodeCount)
  let internalCount = 0
  for (let node = 0; node < nodeCount; node++) {
    owners[node] = internal[node] === 0 ? node : unowned
    internalCount += internal[node]!
  }

  // An internal is pushed when it gets its owner and again when it turns out to be shared: twice at most.
  const stack = new Uint32Array(2 * internalCount + 1)
  for (let start = 0; start < nodeCount; start++) {
    if (internal[start] !== 0) continue
    let height = 0
    stack[height++] = start
    while (height > 0) {
      const node = stack[--height]!
      const owner = owners[node]!
      const end = firstEdge[node + 1]!
      for (let edge = firstEdge[node]!; edge < end; edge++) {
        if (edgeType[edge] === weak) continue
        const to = edgeTo[edge]!
        const known = owners[to]!
        if (known === to || known === owner || known === shared) continue
        owners[to] = known === unowned ? owner : shared
        stack[height++] = to
      }
    }
  }
  return owners
}

/** 1 for what V8 keeps on behalf of objects: hidden things, arrays, and the text of strings that lies outside its heap. */
function internals({ nodeCount, nodeType, nodeName, strings }: HeapGraph): Uint8Array {
  const [hidden, array, native] = [nodeTypeNumber('hidden'), nodeTypeNumber('array'), nodeTypeNumber('native')]
  const isExternalText = reads(strings, 'system / ExternalStringData')
  const internal = new Uint8Array(nodeCount)
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!
    if (type === hidden || type === array || (type === native && isExternalText(nodeName[node]!))) internal[node] = 1
  }
  return internal
}
