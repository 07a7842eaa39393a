import { dirname } from 'node:path'
import type { HeapGraph } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { openMemoryDump } from '../memory/open.js'
import type { Task } from '../task.js'
import { ownFolder, putBeside, removeSnapshot, writeGraph } from './kept-snapshot.js'
import { heapOf, openHeap } from './open-heap.js'
import type { OriginFile } from './origin.js'
import type { RecordFile } from './record-file.js'

/**
 * A snapshot that is in its folder, or will be once it is written. In the end, `write` or `discard` has to be called.
 */
export interface HeldSnapshot {
  readonly path: string
  /** Writes it, unless it was written. About a second per million nodes. Errors: OUTPUT, the signal's reason. */
  write(task: Task): Promise<void>
  /** Reads the heap again. Errors: BAD_SNAPSHOT, NOT_FOUND. */
  open(task: Task): Promise<Heap>
  /** Discards it, and removes it from its folder. */
  discard(): void
  /** Discards it unless it was written: for callers that fail before deciding. */
  letGo(): void
}

/** Provides the graph of a heap when its snapshot is to be written. */
export interface GraphSource {
  graph(task: Task): Promise<HeapGraph>
  /** Called when the graph is no longer needed. */
  discard?(): void
}

/** Reads the graph again from the kept records. */
export const fromRecords = (records: RecordFile): GraphSource => ({
  graph: async task => (await openMemoryDump(records.parts(), { ...task, progress() {} })).graph,
  discard: () => records.discard(),
})

/** The snapshot at a path; with a `source`, it has yet to be written from its graph. */
export function heldSnapshot(path: string, origin: OriginFile, source: GraphSource | undefined): HeldSnapshot {
  let from = source
  let isKept = false
  const discard = (): void => {
    if (from === undefined) removeSnapshot(path)
    from?.discard?.()
  }
  return {
    path,
    async write(task) {
      if (from !== undefined) {
        const graph = await from.graph(task)
        using folder = ownFolder(dirname(path))
        await writeGraph(graph, path, folder, task)
        from.discard?.()
        from = undefined
        putBeside(path, origin, folder)
      }
      isKept = true
    },
    async open(task) {
      if (from === undefined) return openHeap(path, task)
      return heapOf({ graph: await from.graph(task), bytes: 0 }, origin, path)
    },
    discard,
    letGo() {
      if (!isKept) discard()
    },
  }
}
