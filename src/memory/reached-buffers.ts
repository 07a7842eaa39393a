import { type HeapGraph, nodeTypeNumber } from '../graph/heap-graph.js'
import { reads } from '../graph/strings.js'

/**
 * The bytes of the array buffers that the program can still reach. V8's own count includes garbage until its threads
 * have freed it, and a forked child has none of these threads. Reads each node once.
 */
export function reachedBufferBytes(graph: HeapGraph): number {
  const native = nodeTypeNumber('native')
  const isBufferMemory = reads(graph.strings, 'system / JSArrayBufferData')
  let bytes = 0
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeType[node] === native && isBufferMemory(graph.nodeName[node]!)) bytes += graph.selfSize[node]!
  }
  return bytes
}
