import { ephemerons } from './ephemerons.js'
import { edgeTypeNumber, type HeapGraph } from './heap-graph.js'
import { memo } from './memo.js'
import { pageOwned } from './page-owned.js'

/**
 * 1 for every edge that keeps its target alive, 0 for the others. Dominators, retained sizes and retaining paths go by these
 * edges. The rules are DevTools' (HeapSnapshot.ts, computeIsEssentialEdge), so that the numbers are.
 */
export const retaining: (graph: HeapGraph) => Uint8Array = memo(graph => {
  const { nodeCount, root, nodeId, firstEdge, edgeType, edgeName, edgeTo } = graph
  const [weak, shortcut, internal] = [edgeTypeNumber('weak'), edgeTypeNumber('shortcut'), edgeTypeNumber('internal')]
  const { entryOf, tableOf } = ephemerons(graph)
  const owned = pageOwned(graph)
  const retains = new Uint8Array(graph.edgeCount)

  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1]!
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      const type = edgeType[edge]!
      const to = edgeTo[edge]!

      // A weak edge keeps nothing alive, and nothing keeps itself alive.
      if (type === weak || to === node) continue

      // Table and key of a WeakMap hold the value together: to drop either is to free it. One of the two edges is enough, and
      // the key's says more about why the value is there.
      if (type === internal) {
        const entry = entryOf[edgeName[edge]!]!
        if (entry !== 0 && tableOf[entry] === nodeId[node]) continue
      }

      if (node !== root) {
        // From the root a shortcut marks a global object; anywhere else it repeats what other edges say.
        if (type === shortcut) continue
        // What the program owns is not held by what only V8 or a debugger has, or else those would share in its domination.
        if (owned[to] !== 0 && owned[node] === 0) continue
      }
      retains[edge] = 1
    }
  }
  return retains
})
