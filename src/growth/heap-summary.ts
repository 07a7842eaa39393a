import type { HeapGraph } from '../graph/heap-graph.js'
import { codeMask, outsideMask } from '../graph/node-type-mask.js'
import { reader } from '../graph/strings.js'
import { pendingFinalizers } from './finalizers.js'
import { passedMask, type Signatures } from './signatures.js'
import type { Stores } from './stores.js'

/** What is kept of a heap of a series when the heap is released: 24 bytes per signature, whatever the heap's size. */
export interface HeapSummary {
  /** By signature: the number of objects at the end of the path. */
  readonly count: Float64Array
  /**
   * By signature: their bytes including V8's internals that belong to them; for arrays and tables, only the used part.
   */
  readonly bytes: Float64Array
  /** By signature: the number of entries of its arrays and tables, and the capacity of its array buffers. */
  readonly entries: Float64Array
  /** The number of pending finalizers. */
  readonly pending: number
}

/** Counts a heap by signature; `stores` are those of the heap. One pass over the nodes. */
export function heapSummary(
  graph: HeapGraph,
  { of }: Signatures,
  signatures: number,
  { node: stores, used, room }: Stores,
): HeapSummary {
  const count = new Float64Array(signatures)
  const bytes = new Float64Array(signatures)
  const entries = new Float64Array(signatures)
  const isBuffer = reader(graph.strings, 'system / JSArrayBufferData')
  const { nodeCount, nodeType, nodeName, selfSize } = graph
  for (let node = 0; node < nodeCount; node++) {
    const signature = of[node]!
    const type = nodeType[node]!
    if (passedMask[type] === 0) count[signature]!++
    // Code comes and goes as V8 optimizes, especially right after a capture: its bytes say nothing about the program.
    if (codeMask[type] === 0) bytes[signature]! += selfSize[node]!
    if (outsideMask[type] === 1 && isBuffer(nodeName[node]!)) entries[signature]! += selfSize[node]! / 8
  }
  for (let at = 0; at < stores.length; at++) {
    const store = stores[at]!
    bytes[of[store]!]! -= selfSize[store]! * (1 - used[at]! / room[at]!)
    entries[of[store]!]! += used[at]!
  }
  return { count, bytes, entries, pending: pendingFinalizers(graph) }
}
