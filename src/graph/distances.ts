import { ephemerons } from './ephemerons.js'
import { edgeTypeNumber, type HeapGraph, nodeTypeNumber } from './heap-graph.js'
import { memo } from './memo.js'
import { leaveColumns, takeColumn } from './spare-columns.js'
import { reads } from './strings.js'
import { userRoots } from './user-roots.js'

/** The distance of a node that only weak edges lead to. */
export const unreachable = 0xffffffff

/** Distances from here on belong to objects that the program's global objects do not reach: V8's and Node.js' own. */
export const systemDistance = 100_000_000

/**
 * By node: the fewest edges from the root, or `unreachable`. Global objects have distance 1, and what they reach counts
 * from them; the rest counts from the root at `systemDistance`. In a heap without user roots, everything counts from
 * the root at 0. The rules are DevTools' (HeapSnapshot.ts, calculateDistances). 4 bytes per node.
 */
export const distances: (graph: HeapGraph) => Uint32Array = memo(graph => {
  const { nodeCount, root, firstEdge, edgeType, edgeTo } = graph
  const weak = edgeTypeNumber('weak')
  const counts = countingEdges(graph)
  const distance = takeColumn(graph).fill(unreachable)
  // One bit per node: read for every edge, so it should fit the processor's cache.
  const met = new Uint32Array((nodeCount + 31) >>> 5)
  const queue = takeColumn(graph)

  // A node is queued once, when it gets its distance.
  const search = (queued: number): void => {
    let [head, tail] = [0, queued]
    while (head < tail) {
      const node = queue[head++]!
      const next = distance[node]! + 1
      const last = firstEdge[node + 1]!
      for (let edge = firstEdge[node]!; edge < last; edge++) {
        const to = edgeTo[edge]!
        if ((met[to >>> 5]! & (1 << to)) !== 0 || edgeType[edge] === weak || !counts(node, edge)) continue
        met[to >>> 5]! |= 1 << to
        distance[to] = next
        queue[tail++] = to
      }
    }
  }

  const roots = userRoots(graph)
  for (const [at, node] of roots.entries()) {
    met[node >>> 5]! |= 1 << node
    distance[node] = 1
    queue[at] = node
  }
  search(roots.length)
  met[root >>> 5]! |= 1 << root
  distance[root] = roots.length > 0 ? systemDistance : 0
  queue[0] = root
  search(1)
  leaveColumns(graph, queue)
  return distance
})

/** Returns a test of whether an edge to a node not yet reached counts for the search. */
function countingEdges(graph: HeapGraph): (node: number, edge: number) => boolean {
  const { nodeType, nodeName, edgeType, edgeName, strings } = graph
  const [hidden, array] = [nodeTypeNumber('hidden'), nodeTypeNumber('array')]
  const [internal, element, hiddenEdge] = [
    edgeTypeNumber('internal'),
    edgeTypeNumber('element'),
    edgeTypeNumber('hidden'),
  ]
  const isNativeContext = reads(strings, 'system / NativeContext')
  const isSloppyFunctionMap = reads(strings, 'sloppy_function_map')
  const isDescriptors = reads(strings, '(map descriptors)')
  const { entryOf, tableOf } = ephemerons(graph)
  const halfMet = new Uint8Array(tableOf.length)
  const isNumbered = (edge: number): boolean => edgeType[edge] === element || edgeType[edge] === hiddenEdge

  return (node, edge) => {
    const name = edgeName[edge]!
    // A map to which every function leads: through it, everything would be near.
    if (
      nodeType[node] === hidden &&
      !isNumbered(edge) &&
      isSloppyFunctionMap(name) &&
      isNativeContext(nodeName[node]!)
    ) {
      return false
    }
    // Maps share descriptor arrays, so a descriptor may belong to another map's objects. Every third entry is one.
    if (nodeType[node] === array && isDescriptors(nodeName[node]!)) {
      const index = isNumbered(edge) ? name : Number.parseInt(strings.at(name), 10)
      return index < 2 || index % 3 !== 1
    }
    // A WeakMap's value is as far as the farther of its table and its key: the second of the two edges counts.
    if (edgeType[edge] === internal) {
      const entry = entryOf[name]!
      if (entry !== 0 && halfMet[entry] === 0) {
        halfMet[entry] = 1
        return false
      }
      // Like DevTools, forgets the first edge when the second is found.
      halfMet[entry] = 0
    }
    return true
  }
}
