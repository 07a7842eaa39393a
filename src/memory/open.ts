import type { HeapGraph } from '../graph/heap-graph.js'
import type { Task } from '../task.js'
import { readDump } from './dump.js'
import { graphOf } from './graph.js'
import type { MemoryScript } from './scripts.js'

/** A heap read straight from a process' memory. */
export interface MemoryHeap {
  readonly graph: HeapGraph
  /** Bytes of the dump. */
  readonly bytes: number
  readonly nodeVersion: string
  readonly v8Version: string
  /** The walker's own checks and their results, and its cost. */
  readonly trailer: Readonly<Record<string, unknown>>
  readonly scripts: readonly MemoryScript[]
  /** What the child measured and wrote after its records, if requested. */
  readonly measurements: Readonly<Record<string, unknown>> | undefined
}

/**
 * Reads a heap while it arrives from a process that walks its own memory. The graph equals V8's snapshot of the same
 * moment, except for the differences in docs/heap-from-memory.md. Errors: BAD_SNAPSHOT if the dump is invalid, CAPTURE
 * if the process refused.
 */
export async function openMemoryDump(parts: AsyncIterable<Uint8Array>, task: Task): Promise<MemoryHeap> {
  const dump = await readDump(parts, task)
  const { graph, scripts } = await graphOf(dump, task)
  const { node, v8 } = dump.header
  return {
    graph,
    bytes: dump.bytes,
    nodeVersion: node,
    v8Version: v8,
    trailer: dump.trailer,
    scripts,
    measurements: dump.measurements,
  }
}
