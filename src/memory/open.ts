import type { HeapGraph } from '../graph/heap-graph.js'
import type { Task } from '../task.js'
import { readDump } from './dump.js'
import { graphOf } from './graph.js'
import type { MemoryScript } from './scripts.js'

/** A heap that was read straight from a process' memory. */
export interface MemoryHeap {
  readonly graph: HeapGraph
  /** Bytes of the dump. */
  readonly bytes: number
  readonly nodeVersion: string
  readonly v8Version: string
  /** What the walker says of its own checks, and what it cost. */
  readonly trailer: Readonly<Record<string, unknown>>
  readonly scripts: readonly MemoryScript[]
  /** What the child said behind its records, where it was asked to. */
  readonly beside: Readonly<Record<string, unknown>> | undefined
}

/**
 * Reads a heap as it arrives from a process that walks its own memory. The graph is what V8's snapshot of the same moment says, but for
 * what docs/heap-from-memory.md lists. Errors: BAD_SNAPSHOT where it is damaged, CAPTURE where the process refused.
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
    beside: dump.beside,
  }
}
