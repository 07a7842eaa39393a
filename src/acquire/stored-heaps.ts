import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { originPath } from './origin.js'

/** A captured heap in a folder, with its origin file. */
export interface StoredHeap {
  readonly path: string
  readonly bytes: number
}

/**
 * The heaps in a folder, oldest first, as their names begin with the time of capture. Links are ignored. Empty if there
 * is no folder.
 */
export function storedHeaps(folder: string): StoredHeap[] {
  return namesIn(folder)
    .filter(name => OURS.test(name))
    .sort()
    .flatMap(name => {
      const path = join(folder, name)
      const found = lstatSync(path, { throwIfNoEntry: false })
      const beside = lstatSync(originPath(path), { throwIfNoEntry: false })
      return found?.isFile() ? [{ path, bytes: found.size + (beside?.size ?? 0) }] : []
    })
}

/**
 * Removes the oldest heaps of a folder until `keep` and `maxSize` (bytes) hold. Only files named by a capture are
 * removed, no others in the folder. Returns the removed heaps.
 */
export function pruneHeaps(
  folder: string,
  {
    keep = Number.POSITIVE_INFINITY,
    maxSize = Number.POSITIVE_INFINITY,
  }: { keep?: number | undefined; maxSize?: number | undefined },
): StoredHeap[] {
  const all = storedHeaps(folder)
  let bytes = all.reduce((sum, heap) => sum + heap.bytes, 0)
  let count = all.length
  const removed: StoredHeap[] = []
  for (const heap of all) {
    if (count <= keep && bytes <= maxSize) break
    for (const file of [heap.path, originPath(heap.path)]) rmSync(file, { force: true })
    removed.push(heap)
    count--
    bytes -= heap.bytes
  }
  return removed
}

// As `captures.ts` names them: 2026-11-22T17-31-05.123-pid4121.heapsnapshot.
const OURS = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}-(pid\d+|remote)(-worker\d+)?\.heapsnapshot(\.gz)?$/

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
