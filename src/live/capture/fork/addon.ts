import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { runsOnMusl } from '../../linux/c-library.js'
import { sharesOurFiles } from '../../linux/mounts.js'
import { addonFile } from './obstacle.js'

/** The addon as it is given to a target. */
export interface Addon {
  /** Its file, where the target sees the same files and runs as the same user; else `null`. */
  readonly file: string | null
  /** What its folder is called where the target writes it for itself: this build's, of this version of leakscope. */
  readonly name: string
  /** Its bytes, in base64; about 36 KB. */
  readonly text: string
}

/** The addon for a process of this machine. Throws the error of the file system when it cannot be read. */
export function addonFor(pid: number): Addon {
  const file = realpathSync(addonFile(runsOnMusl(pid)))
  const bytes = readFileSync(file)
  return {
    file: sharesOurFiles(pid) ? file : null,
    name: `leakscope-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}-`,
    text: bytes.toString('base64'),
  }
}
