import { randomUUID } from 'node:crypto'
import { closeSync, constants, fchmodSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { processFacts } from '../../linux/facts.js'
import { seesOurFiles } from '../../linux/mounts.js'
import type { Target } from '../../target.js'
import { partialName, sweepPartials } from '../partial.js'
import { NotPossible } from './not-possible.js'
import { addonFile } from './obstacle.js'

/** The addon where a target can load it. */
export interface AddonInTarget {
  /** Its path as the target sees it. */
  readonly path: string
  /** To be called when it was loaded. */
  remove(): void
}

/**
 * The addon's own file, where the target sees the same files and runs as the same user; else a copy in a folder of the target's,
 * which nobody but us can write to. Errors: NotPossible.
 */
export async function addonIn(target: Target): Promise<AddonInTarget> {
  const file = addonFile()
  const pid = target.pid!
  const uid = processFacts(pid)?.uid
  if (seesOurFiles(pid) && uid === process.geteuid?.()) return { path: file, remove() {} }

  const root = `/proc/${pid}/root`
  try {
    sweepPartials(`${root}/tmp`)
    const folder = `${root}/tmp/${partialName(`leakscope-${randomUUID()}`)}`
    mkdirSync(folder, { mode: 0o700 })
    try {
      putInto(folder, file)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
    return {
      path: join(folder.slice(root.length), NAME),
      remove: () => rmSync(folder, { recursive: true, force: true }),
    }
  } catch (error) {
    throw new NotPossible(`the addon cannot be put where the process sees it: ${(error as Error).message}`, error)
  }
}

const NAME = 'fork-capture.node'

// By descriptor: where the folder lies, others may be at work who would like to have their own file made readable by us. It stays ours;
// the target may read it, and nobody but us write to it.
function putInto(folder: string, addon: string): void {
  const opened = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    const copy = openSync(`/proc/self/fd/${opened}/${NAME}`, 'wx', 0o600)
    try {
      writeFileSync(copy, readFileSync(addon))
      fchmodSync(copy, 0o644)
    } finally {
      closeSync(copy)
    }
    fchmodSync(opened, 0o755)
  } finally {
    closeSync(opened)
  }
}
