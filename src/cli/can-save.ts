import { accessSync, constants, mkdirSync } from 'node:fs'
import { snapshotFolder } from './heap-source.js'
import type { Io } from './io.js'

/**
 * Whether heaps can be kept, if requested. A check and a question about one heap need no files: if the folder is not
 * writable, heaps are read during the capture, and the note says so.
 */
export function canSave(
  { save = true }: { readonly save?: boolean },
  io: Io,
): { readonly save: boolean; readonly note: readonly string[] } {
  if (!save) return { save, note: [] }
  const folder = snapshotFolder(io)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
    return { save, note: [] }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    return { save: false, note: [`No heap is kept: ${folder} cannot be written (${why}).`] }
  }
}
