import { chownSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { processFacts } from '../../linux/facts.js'
import { seesOurFiles } from '../../linux/mounts.js'
import type { Target } from '../../target.js'
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
 * which other users can neither write to nor get in the way of. Errors: NotPossible.
 */
export async function addonIn(target: Target): Promise<AddonInTarget> {
  const file = addonFile()
  const pid = target.pid!
  const uid = processFacts(pid)?.uid
  if (seesOurFiles(pid) && uid === process.geteuid?.()) return { path: file, remove() {} }

  const root = `/proc/${pid}/root`
  try {
    const folder = mkdtempSync(`${root}/tmp/leakscope-`)
    const copy = join(folder, 'fork-capture.node')
    const remove = (): void => rmSync(folder, { recursive: true, force: true })
    try {
      copyFileSync(file, copy)
      if (uid !== undefined && statSync(copy).uid !== uid) for (const path of [folder, copy]) chownSync(path, uid, -1)
    } catch (error) {
      remove()
      throw error
    }
    return { path: copy.slice(root.length), remove }
  } catch (error) {
    throw new NotPossible(`the addon cannot be put where the process sees it: ${(error as Error).message}`, error)
  }
}
