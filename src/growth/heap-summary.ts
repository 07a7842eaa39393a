import { type HeapGraph, nodeTypes } from '../graph/heap-graph.js'
import { isPassed, type Signatures } from './signatures.js'

/** What is kept of a heap of a series when the heap goes: 16 bytes a signature, whatever its size. */
export interface HeapSummary {
  /** By signature: objects at the end of the path. */
  readonly count: Float64Array
  /** By signature: their bytes, and those of V8's internals that belong to them. */
  readonly bytes: Float64Array
}

/**
 * Compiled code, feedback vectors and hidden classes come and go as V8 optimizes, most of all right after somebody looked: their
 * bytes say nothing about the program's own objects.
 */
const isWeightless = Uint8Array.from(nodeTypes, type => (type === 'code' || type === 'object shape' ? 1 : 0))

/** Counts a heap by signature. One pass over the nodes. */
export function heapSummary(graph: HeapGraph, { of }: Signatures, signatures: number): HeapSummary {
  const count = new Float64Array(signatures)
  const bytes = new Float64Array(signatures)
  for (let node = 0; node < graph.nodeCount; node++) {
    const signature = of[node]!
    if (!isPassed(graph, node)) count[signature]!++
    if (isWeightless[graph.nodeType[node]!] === 0) bytes[signature]! += graph.selfSize[node]!
  }
  return { count, bytes }
}
