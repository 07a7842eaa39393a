import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder of this user alone for what must outlive one leakscope and not the machine's next start; made when it is not there.
 * `undefined` where there can be none, or where another user has put something in its place.
 */
export function runtimeFolder(): string | undefined {
  const uid = process.geteuid?.()
  const folder = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `leakscope-${uid}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const found = lstatSync(folder)
    return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0 ? folder : undefined
  } catch {
    return undefined
  }
}
