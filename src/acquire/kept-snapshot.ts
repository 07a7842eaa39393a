import { lstatSync, rmSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { LeakscopeError } from '../errors.js'
import type { HeapGraph } from '../graph/heap-graph.js'
import { createSnapshotFile } from '../live/capture/snapshot-file.js'
import { writePrivately } from '../private-file.js'
import { type HeldFolder, holdOwnFolder } from '../private-folder.js'
import { writeSnapshot } from '../snapshot/write.js'
import type { Task } from '../task.js'
import { type OriginFile, originPath, writeOrigin } from './origin.js'

/**
 * Writes a graph as a snapshot. A large one takes seconds, so Ctrl-C is handled between two parts. Errors: OUTPUT, the
 * signal's reason.
 */
export async function writeGraph(
  graph: HeapGraph,
  path: string,
  folder: HeldFolder | undefined,
  { signal }: Task,
): Promise<void> {
  const file = createSnapshotFile(path, folder)
  try {
    for (const part of writeSnapshot(graph)) {
      await turn()
      signal.throwIfAborted()
      await file.write(part)
    }
    file.finish()
  } catch (error) {
    file.discard()
    throw error
  }
}

/**
 * Writes the origin file of a snapshot. If that fails in leakscope's own `folder`, the snapshot is removed; a file that
 * the user named is kept. Errors: OUTPUT.
 */
export function putBeside(path: string, origin: OriginFile, folder: HeldFolder | undefined): void {
  if (folder === undefined) {
    writeOrigin(path, origin)
    return
  }
  const held = folder.at(basename(path))
  try {
    writeOrigin(held, origin, path)
    keepOutOfGit(folder)
  } catch (error) {
    removeSnapshot(held)
    throw error
  }
}

/** The size of a snapshot in bytes; 0 if another process has removed it meanwhile. */
export const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** Removes a snapshot and its origin file. */
export function removeSnapshot(path: string): void {
  for (const file of [path, originPath(path)]) rmSync(file, { force: true })
}

/** Opens leakscope's folder for snapshots without a name from the user. Errors: OUTPUT. */
export function ownFolder(folder: string): HeldFolder {
  try {
    return holdOwnFolder(folder)
  } catch (error) {
    // An error with a cause is from the system.
    if (!(error instanceof LeakscopeError) || error.cause === undefined) throw error
    throw new LeakscopeError('OUTPUT', error.message, {
      hint: 'Run leakscope in a folder that you may write to; questions about one heap need no file with --no-save.',
      cause: error,
    })
  }
}

// Snapshots contain the program's strings, so they must not be committed by accident.
function keepOutOfGit(folder: HeldFolder): void {
  const ignore = folder.at('.gitignore')
  if (lstatSync(ignore, { throwIfNoEntry: false })?.isFile() !== true) writePrivately(ignore, '*\n', '.gitignore')
}
