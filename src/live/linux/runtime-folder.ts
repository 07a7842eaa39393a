import { lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeFolder } from '../../private-folder.js'

/**
 * A folder of this user alone for what must outlive one leakscope and not the machine's next start; made when it is not there.
 * `undefined` where there can be none, or where another user has put something in its place.
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

/** Whether a path is a folder of this user's which no other user reaches. */
export function isPrivate(path: string): boolean {
  try {
    const found = lstatSync(path)
    return found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0
  } catch {
    return false // not there, or in a folder that is another's
  }
}
