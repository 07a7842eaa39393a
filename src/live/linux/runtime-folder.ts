import { lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeFolder } from '../../private-folder.js'

/**
 * A private folder of this user for files that must outlive one leakscope but not a reboot; created if missing.
 * `undefined` when it cannot be created, or another user has put something in its place.
 */
export function runtimeFolder(): string | undefined {
  const uid = process.geteuid?.()
  const folder = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `leakscope-${uid}`)
  try {
    makeFolder(folder)
  } catch {
    return undefined
  }
  return isPrivate(folder) ? folder : undefined
}

/** Whether a path is a folder that belongs to this user and is closed to others. */
export function isPrivate(path: string): boolean {
  try {
    const found = lstatSync(path)
    return found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0
  } catch {
    return false // missing, or in another user's folder
  }
}
