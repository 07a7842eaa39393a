import { ephemerons } from './ephemerons.js'
import { edgeTypeNumber, type HeapGraph } from './heap-graph.js'
import { memo } from './memo.js'
import { pageOwned } from './page-owned.js'

/**
 * By edge: 1 if it keeps its target alive, else 0. `retainingBits` with a byte per edge, for questions about single
 * edges; kernels use the bits.
 */
export const retaining: (graph: HeapGraph) => Uint8Array = memo(graph => {
  const bits = retainingBits(graph)
  const retains = new Uint8Array(graph.edgeCount)
  for (let edge = 0; edge < retains.length; edge++) retains[edge] = (bits[edge >>> 5]! >>> edge) & 1
  return retains
})

/**
 * One bit per edge, set if it keeps its target alive: `bits[edge >>> 5] & (1 << edge)`. Dominators, retained sizes and
 * retaining paths use these edges. The rules are DevTools' (HeapSnapshot.ts, computeIsEssentialEdge), so that sizes
 * agree.
 */
export const retainingBits: (graph: HeapGraph) => Uint32Array = memo(graph => {
  const { nodeCount, edgeCount, root, firstEdge, edgeType, edgeTo } = graph
  const [weak, shortcut] = [edgeTypeNumber('weak'), edgeTypeNumber('shortcut')]
  const { tableEdges } = ephemerons(graph)
  const owned = pageOwned(graph)
  const bits = new Uint32Array((edgeCount + 31) >>> 5)

  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1]!
    // Page-owned nodes are not retained by nodes that only V8 or a debugger has, which would otherwise affect their
    // dominators. The root is an exception.
    const holdsOwned = node === root || (owned[node >>> 5]! & (1 << node)) !== 0
    // From the root, a shortcut edge marks a global object; elsewhere it duplicates other edges.
    const repeat = node === root ? weak : shortcut
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      const type = edgeType[edge]!
      const to = edgeTo[edge]!
      // Weak edges and self-references keep nothing alive.
      if (type === weak || type === repeat || to === node) continue
      if (holdsOwned || (owned[to >>> 5]! & (1 << to)) === 0) bits[edge >>> 5]! |= 1 << edge
    }
  }

  // Both the table and the key of a WeakMap are needed to keep the value. Of the two edges, only the key's counts,
  // since it explains better why the value exists.
  for (const edge of tableEdges) bits[edge >>> 5]! &= ~(1 << edge)
  return bits
})
