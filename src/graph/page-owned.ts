import { edgeTypeNumber, type HeapGraph, nodeTypeNumber } from './heap-graph.js'
import { leaveColumns, takeColumn } from './spare-columns.js'
import { reads } from './strings.js'

/**
 * Marks every node that the program can reach, by any but weak edges, from its global objects (the root's `shortcut`
 * edges) or from the documents of a browser: DevTools' "page owned" nodes. The others are reachable only for V8,
 * Node.js or a debugger. One bit per node: that of n is `owned[n >>> 5] & (1 << n)`. Not memoised: only `retaining`
 * needs it.
 */
export function pageOwned(graph: HeapGraph): Uint32Array {
  const { nodeCount, root, firstEdge, edgeType, edgeTo } = graph
  const weak = edgeTypeNumber('weak')
  const owned = new Uint32Array((nodeCount + 31) >>> 5)
  // A node is pushed once, when it is marked.
  const stack = takeColumn(graph)
  let height = 0

  const isEntry = entryEdge(graph)
  for (let edge = firstEdge[root]!; edge < firstEdge[root + 1]!; edge++) {
    const to = edgeTo[edge]!
    if (isEntry(edge)) owned[to >>> 5]! |= 1 << to
  }

  // V8 numbers nodes in order of discovery, so most edges lead forwards: a sequential sweep, which is faster in memory
  // than a search, visits most nodes after they are marked. Only marked nodes behind the sweep need a search.
  for (let sweep = 0; sweep < nodeCount; sweep++) {
    let node = sweep
    if ((owned[node >>> 5]! & (1 << node)) === 0) continue
    for (;;) {
      const end = firstEdge[node + 1]!
      for (let edge = firstEdge[node]!; edge < end; edge++) {
        const to = edgeTo[edge]!
        if ((owned[to >>> 5]! & (1 << to)) !== 0 || edgeType[edge] === weak) continue
        owned[to >>> 5]! |= 1 << to
        if (to < sweep) stack[height++] = to
      }
      if (height === 0) break
      node = stack[--height]!
    }
  }
  leaveColumns(graph, stack)
  return owned
}

function entryEdge({ strings, edgeType, edgeTo, nodeType, nodeName }: HeapGraph): (edge: number) => boolean {
  const shortcut = edgeTypeNumber('shortcut')
  const element = edgeTypeNumber('element')
  const synthetic = nodeTypeNumber('synthetic')
  const isDocuments = reads(strings, '(Document DOM trees)')
  return edge => {
    if (edgeType[edge] === shortcut) return true
    const to = edgeTo[edge]!
    return edgeType[edge] === element && nodeType[to] === synthetic && isDocuments(nodeName[to]!)
  }
}
