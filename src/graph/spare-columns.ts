import type { HeapNodes } from './heap-graph.js'
import { memo } from './memo.js'

/**
 * Columns of one number a node that some kernel is done with. What is merely dropped stays in memory until V8 next collects, by which
 * time the following kernels have allocated as much again: of a heap of millions that is a tenth of all the memory used.
 */
const spareColumns = memo((_: HeapNodes): Uint32Array[] => [])

/** A column for a kernel to work in or to give as its answer. What stands in it is left over, unless it happens to be new. */
export const takeColumn = (graph: HeapNodes): Uint32Array =>
  spareColumns(graph).pop() ?? new Uint32Array(graph.nodeCount)

/** Hands on columns that nobody reads any more, the caller neither. */
export const leaveColumns = (graph: HeapNodes, ...columns: readonly Uint32Array[]): void => {
  spareColumns(graph).push(...columns)
}
