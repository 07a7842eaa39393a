import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { LeakscopeError } from './errors.js'

/** Writes a file that holds strings of somebody's heap: private, and never half-written under its final name. Errors: OUTPUT. */
export function writePrivately(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, text, { mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new LeakscopeError('OUTPUT', `${path} cannot be written: ${(error as Error).message}`, {
      hint: 'Name a file in a folder you can write to.',
      cause: error,
    })
  }
}
