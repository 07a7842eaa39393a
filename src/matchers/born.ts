import type { HeapNodes } from '../graph/heap-graph.js'
import { nodeTypeMask } from '../graph/node-type-mask.js'
import { typeOf } from '../graph/types.js'

/**
 * Types of which a heap has at least so many objects that the heap before it had not, by object id: what may leak. A leak that gains an
 * object with every call is among them whatever else comes and goes. What V8 makes for itself is not counted.
 */
export function bornTypes(before: HeapNodes, after: HeapNodes, least: number): Set<string> {
  const old = new Set(before.nodeId)
  const born = new Map<string, number>()
  for (let node = 0; node < after.nodeCount; node++) {
    if (v8sOwn[after.nodeType[node]!] === 1 || old.has(after.nodeId[node]!)) continue
    const type = typeOf(after, node)
    born.set(type, (born.get(type) ?? 0) + 1)
  }
  return new Set([...born].filter(([, count]) => count >= least).map(([type]) => type))
}

// What C++ holds (`native`) is numbered anew in each snapshot.
const v8sOwn = nodeTypeMask('hidden', 'code', 'synthetic', 'array', 'object shape', 'native')
