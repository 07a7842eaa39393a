import { readlinkSync } from 'node:fs'

/** Whether a process sees the same files under the same paths as we do: not so in a container, or after `chroot`. */
export function seesOurFiles(pid: number): boolean {
  try {
    return ['ns/mnt', 'root'].every(link => readlinkSync(`/proc/${pid}/${link}`) === readlinkSync(`/proc/self/${link}`))
  } catch {
    return false
  }
}
