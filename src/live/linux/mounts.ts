import { readlinkSync } from 'node:fs'
import { processFacts } from './facts.js'

/** Whether a process sees the same files under the same paths as we do; `false` in a container or after `chroot`. */
export function seesOurFiles(pid: number): boolean {
  try {
    return ['ns/mnt', 'root'].every(link => readlinkSync(`/proc/${pid}/${link}`) === readlinkSync(`/proc/self/${link}`))
  } catch {
    return false
  }
}

/** Whether a process sees our files and runs as our user: it then writes files as we do, and may read what we may. */
export const sharesOurFiles = (pid: number): boolean =>
  seesOurFiles(pid) && processFacts(pid)?.uid === process.geteuid?.()
