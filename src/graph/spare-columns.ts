import type { HeapNodes } from './heap-graph.js'
import { memo } from './memo.js'

/**
 * Columns of one number per node that a kernel no longer needs. Dropped columns would stay in memory until V8's next
 * collection, while the following kernels allocate as much again: for a heap of millions, a tenth of all memory used.
 */
const spareColumns = memo((_: HeapNodes): Uint32Array[] => [])

/** A column for a kernel to use or to return. Its contents are arbitrary. */
export const takeColumn = (graph: HeapNodes): Uint32Array =>
  spareColumns(graph).pop() ?? new Uint32Array(graph.nodeCount)

/** Returns columns for reuse. Nobody may read them any more, including the caller. */
export const leaveColumns = (graph: HeapNodes, ...columns: readonly Uint32Array[]): void => {
  spareColumns(graph).push(...columns)
}
