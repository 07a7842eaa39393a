import { dirname } from 'node:path'
import type { HeapGraph } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { openMemoryDump } from '../memory/open.js'
import type { Task } from '../task.js'
import { ownFolder, putBeside, removeSnapshot, sizeOf, writeGraph } from './kept-snapshot.js'
import { heapOf, openHeap } from './open-heap.js'
import type { OriginFile } from './origin.js'
import type { RecordFile } from './record-file.js'

/** A captured heap whose snapshot is a file already, or can still be written. Call `write` or `discard` in the end. */
export interface HeldSnapshot {
  readonly path: string
  /** Writes the file, unless it is there. About a second for a million nodes. Errors: OUTPUT, the signal's reason. */
  write(task: Task, options?: WriteOptions): Promise<void>
  /** Reads the heap again. Errors: BAD_SNAPSHOT, NOT_FOUND. */
  open(task: Task): Promise<Heap>
  /** Forgets the heap and removes its file. */
  discard(): void
  /** Discards the heap unless it was written; releases its records if it was. */
  letGo(): void
}

export interface WriteOptions {
  /** Lets `open` read the records until `letGo`: they have the addresses and numbers that the file lacks. */
  readonly keepRecords?: boolean
  /** The graph, if the caller still has it. */
  readonly graph?: HeapGraph | undefined
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

/** The snapshot at a path; without a source it is a file already. */
export function heldSnapshot(path: string, origin: OriginFile, source: GraphSource | undefined): HeldSnapshot {
  let from = source
  let isFile = source === undefined
  let isKept = false
  const release = (): void => {
    from?.discard?.()
    from = undefined
  }
  const discard = (): void => {
    if (isFile) removeSnapshot(path)
    release()
  }
  return {
    path,
    async write(task, { keepRecords = false, graph: known } = {}) {
      if (!isFile) {
        const graph = known ?? (await from!.graph(task))
        using folder = ownFolder(dirname(path))
        await writeGraph(graph, path, folder, task)
        isFile = true
        putBeside(path, origin, folder)
      }
      if (!keepRecords) release()
      isKept = true
    },
    async open(task) {
      if (from === undefined) return openHeap(path, task)
      return heapOf({ graph: await from.graph(task), bytes: isFile ? sizeOf(path) : 0 }, origin, path)
    },
    discard,
    letGo() {
      if (isKept) release()
      else discard()
    },
  }
}
