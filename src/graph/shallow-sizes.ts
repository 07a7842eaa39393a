import { edgeTypeNumber, type HeapGraph, nodeTypeNumber, type Sizes } from './heap-graph.js'
import { memo } from './memo.js'
import { nodeTypeMask } from './node-type-mask.js'
import { leaveColumns, takeColumn } from './spare-columns.js'
import { reads } from './strings.js'
import { userRoots } from './user-roots.js'

/**
 * By node: its shallow size in bytes. An object's hash table, elements and other internals count for the object if only
 * it uses them, and then have size 0 themselves. The rules are DevTools' (HeapSnapshot.ts, calculateShallowSizes). In a
 * heap captured with V8's internals exposed, which has no user roots, every node keeps its own size.
 */
export const shallowSizes: (graph: HeapGraph) => Sizes = memo(graph => {
  const sizes = copied(graph, graph.selfSize)
  if (userRoots(graph).length === 0) return sizes

  const { nodeCount, root, nodeType, selfSize } = graph
  const synthetic = nodeTypeNumber('synthetic')
  const isInternal = internals(graph)
  const owners = ownersOf(graph, isInternal)
  for (let node = 0; node < nodeCount; node++) {
    const owner = owners[node]!
    // Groups such as `(GC roots)` get no sizes.
    if (isInternal[node] === 0 || owner >= shared || owner === root || nodeType[owner] === synthetic) continue
    sizes[owner]! += selfSize[node]!
    sizes[node]! -= selfSize[node]!
  }
  leaveColumns(graph, owners)
  return sizes
})

/** A copy of sizes whose elements can hold the sum of all: 32 bits are enough if the heap is below 4 GB. */
export function copied(graph: HeapGraph, sizes: Sizes): Sizes {
  let sum = 0
  for (let node = 0; node < sizes.length; node++) sum += sizes[node]!
  if (sum >= 2 ** 32) return Float64Array.from(sizes)
  const copy = takeColumn(graph)
  copy.set(sizes)
  return copy
}

const unowned = 0xffffffff
const shared = 0xfffffffe

/**
 * By internal node: the only object that reaches it through internals; `shared` if there are several, `unowned` if
 * none.
 */
function ownersOf(graph: HeapGraph, isInternal: Uint8Array): Uint32Array {
  const { nodeCount, firstEdge, edgeType, edgeTo } = graph
  const weak = edgeTypeNumber('weak')
  const owners = takeColumn(graph).fill(unowned)
  // An internal node is pushed when it gets an owner, and again if it turns out to be shared: at most twice.
  const stack: number[] = []

  const own = (from: number, owner: number): void => {
    const end = firstEdge[from + 1]!
    for (let edge = firstEdge[from]!; edge < end; edge++) {
      const to = edgeTo[edge]!
      if (isInternal[to] === 0) continue
      const known = owners[to]!
      if (known === owner || known === shared || edgeType[edge] === weak) continue
      owners[to] = known === unowned ? owner : shared
      stack.push(to)
    }
  }
  for (let object = 0; object < nodeCount; object++) {
    if (isInternal[object] === 1) continue
    own(object, object)
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) own(node, owners[node]!)
  }
  return owners
}

/** 1 for what V8 keeps on behalf of objects: hidden nodes, arrays, and external string data. */
function internals({ nodeCount, nodeType, nodeName, strings }: HeapGraph): Uint8Array {
  const isAlways = nodeTypeMask('hidden', 'array')
  const native = nodeTypeNumber('native')
  const isExternalText = reads(strings, 'system / ExternalStringData')
  const internal = new Uint8Array(nodeCount)
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!
    internal[node] = type === native && isExternalText(nodeName[node]!) ? 1 : isAlways[type]!
  }
  return internal
}
