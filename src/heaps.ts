import type { Heap, Origin } from './analysis/heap.js'
import { readOrigin } from './origin.js'
import { openSnapshot } from './snapshot/open.js'
import { noPlaces } from './sources/places.js'
import { placesOf } from './sources/scripts.js'
import type { Task } from './task.js'

/**
 * Reads a heap snapshot (`.heapsnapshot`, gzipped or not, `-` for `stdin`) with what is known of its origin.
 * Errors: NOT_FOUND, BAD_SNAPSHOT.
 */
export async function openHeap(path: string, task: Task, stdin?: AsyncIterable<Uint8Array>): Promise<Heap> {
  const { graph, bytes } = await openSnapshot(path, task, stdin)
  const file = path === '-' ? undefined : readOrigin(path)
  const origin: Origin = {
    path: path === '-' ? null : path,
    pid: file?.pid ?? null,
    nodeVersion: file?.nodeVersion ?? null,
    capturedAt: file?.capturedAt ?? null,
    session: file?.session ?? null,
  }
  return { graph, origin, bytes, places: file === undefined ? noPlaces : placesOf(file.scripts, file.cwd ?? undefined) }
}
