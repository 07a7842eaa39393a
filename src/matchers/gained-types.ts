import type { HeapNodes } from '../graph/heap-graph.js'
import { nodeTypeMask } from '../graph/node-type-mask.js'
import { typeOf } from '../graph/types.js'

/**
 * The types of which a heap has at least `least` objects that were not in the previous heap, by object id. A leak that
 * gains an object with every call is among them, whatever else comes and goes. V8's own objects are not counted.
 */
export function gainedTypes(before: HeapNodes, after: HeapNodes, least: number): Set<string> {
  const old = new Set(before.nodeId)
  const gained = new Map<string, number>()
  for (let node = 0; node < after.nodeCount; node++) {
    if (v8sOwn[after.nodeType[node]!] === 1 || old.has(after.nodeId[node]!)) continue
    const type = typeOf(after, node)
    gained.set(type, (gained.get(type) ?? 0) + 1)
  }
  return new Set([...gained].filter(([, count]) => count >= least).map(([type]) => type))
}

// `native` nodes get new ids in each snapshot.
const v8sOwn = nodeTypeMask('hidden', 'code', 'synthetic', 'array', 'object shape', 'native')
