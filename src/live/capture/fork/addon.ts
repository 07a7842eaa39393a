import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { runsOnMusl } from '../../linux/c-library.js'
import { sharesOurFiles } from '../../linux/mounts.js'
import { addonFile } from './obstacle.js'

/** The addon in the form passed to a target. */
export interface Addon {
  /** Its file, if the target sees the same files and runs as the same user; otherwise `null`. */
  readonly file: string | null
  /** The name of its folder if the target writes it: unique for this build and version. */
  readonly name: string
  /** Its bytes, in base64; about 36 KB. */
  readonly text: string
}

/** The addon for a local process. Throws the file system's error if it cannot be read. */
export function addonFor(pid: number): Addon {
  const file = realpathSync(addonFile(runsOnMusl(pid)))
  const bytes = readFileSync(file)
  return {
    file: sharesOurFiles(pid) ? file : null,
    name: `leakscope-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}-`,
    text: bytes.toString('base64'),
  }
}
