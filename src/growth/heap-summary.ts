import type { HeapGraph } from '../graph/heap-graph.js'
import { codeMask } from '../graph/node-type-mask.js'
import { pendingFinalizers } from './finalizers.js'
import { passedMask, type Signatures } from './signatures.js'
import { usedShare } from './used-share.js'

/** What is kept of a heap of a series when the heap goes: 16 bytes a signature, whatever its size. */
export interface HeapSummary {
  /** By signature: objects at the end of the path. */
  readonly count: Float64Array
  /** By signature: their bytes, and those of V8's internals that belong to them; of arrays and tables what is in use. */
  readonly bytes: Float64Array
  /** How many functions of FinalizationRegistries have yet to be called. */
  readonly pending: number
}

/** Counts a heap by signature. One pass over the nodes. */
export function heapSummary(graph: HeapGraph, paths: Signatures, signatures: number): HeapSummary {
  const { of } = paths
  const count = new Float64Array(signatures)
  const bytes = new Float64Array(signatures)
  const { nodeCount, nodeType, selfSize } = graph
  for (let node = 0; node < nodeCount; node++) {
    const signature = of[node]!
    const type = nodeType[node]!
    if (passedMask[type] === 0) count[signature]!++
    // Code comes and goes as V8 optimizes, most of all right after somebody looked: its bytes say nothing about the program.
    if (codeMask[type] === 0) bytes[signature]! += selfSize[node]! * usedShare(graph, paths, node)
  }
  return { count, bytes, pending: pendingFinalizers(graph) }
}
