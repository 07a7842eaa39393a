import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { LeakscopeError } from './errors.js'

/**
 * Writes a file that holds strings of somebody's heap: private, and never half-written under its final name. A pipe, a device or
 * a link is written to as it stands (`-o /dev/null`). Errors: OUTPUT.
 */
export function writePrivately(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    if (!isReplaceable(path)) {
      writeFileSync(path, text)
      return
    }
    rmSync(temporary, { force: true })
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new LeakscopeError('OUTPUT', `${path} cannot be written: ${withoutPlace((error as Error).message)}`, {
      hint: 'Name a file in a folder you can write to.',
      cause: error,
    })
  }
}

// The file system names the temporary file.
const withoutPlace = (message: string): string => message.replace(/, \w+ '.*/s, '')

/** Whether a new file may take the place of what is at a path. It must not take that of `/dev/null`, which root could do. */
export function isReplaceable(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true
}
