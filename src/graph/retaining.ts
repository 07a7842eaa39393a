import { ephemerons } from './ephemerons.js'
import { edgeTypeNumber, type HeapGraph } from './heap-graph.js'
import { memo } from './memo.js'
import { pageOwned } from './page-owned.js'

/**
 * 1 for every edge that keeps its target alive, 0 for the others: `retainingBits` a byte each, for questions about edges here and
 * there. Made when it is first asked for; no kernel needs it.
 */
export const retaining: (graph: HeapGraph) => Uint8Array = memo(graph => {
  const bits = retainingBits(graph)
  const retains = new Uint8Array(graph.edgeCount)
  for (let edge = 0; edge < retains.length; edge++) retains[edge] = (bits[edge >>> 5]! >>> edge) & 1
  return retains
})

/**
 * A bit for every edge that keeps its target alive: that of an edge is `bits[edge >>> 5] & (1 << edge)`. Dominators, retained sizes
 * and retaining paths go by these edges. The rules are DevTools' (HeapSnapshot.ts, computeIsEssentialEdge), so that the numbers are.
 */
export const retainingBits: (graph: HeapGraph) => Uint32Array = memo(graph => {
  const { nodeCount, edgeCount, root, firstEdge, edgeType, edgeTo } = graph
  const [weak, shortcut] = [edgeTypeNumber('weak'), edgeTypeNumber('shortcut')]
  const { tableEdges } = ephemerons(graph)
  const owned = pageOwned(graph)
  const bits = new Uint32Array((edgeCount + 31) >>> 5)

  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1]!
    // What the program owns is not held by what only V8 or a debugger has, or else those would share in its domination. The root may.
    const holdsOwned = node === root || (owned[node >>> 5]! & (1 << node)) !== 0
    // From the root a shortcut marks a global object; anywhere else it repeats what other edges say.
    const repeat = node === root ? weak : shortcut
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      const type = edgeType[edge]!
      const to = edgeTo[edge]!
      // A weak edge keeps nothing alive, and nothing keeps itself alive.
      if (type === weak || type === repeat || to === node) continue
      if (holdsOwned || (owned[to >>> 5]! & (1 << to)) === 0) bits[edge >>> 5]! |= 1 << edge
    }
  }

  // Table and key of a WeakMap hold the value together: to drop either is to free it. One of the two edges is enough, and the key's
  // says more about why the value is there.
  for (const edge of tableEdges) bits[edge >>> 5]! &= ~(1 << edge)
  return bits
})
