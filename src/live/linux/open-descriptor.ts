import { closeSync, constants, fstatSync, openSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { processFacts } from './facts.js'

/**
 * Opens for reading what a process has open under a number that it gave us. To open `/proc/<pid>/fd/<n>` is to open the file anew, with
 * our rights: a process may have open what it may not read (O_PATH), so that only a pipe without a name, or a file of the process' own
 * user, is opened at all. Throws the error of the file system (ENOENT, ESRCH where it is gone), or one that says what it is instead.
 */
export function openDescriptor(pid: number, descriptor: number, wanted: 'pipe' | 'file'): number {
  const path = `/proc/${pid}/fd/${descriptor}`
  const isWanted = (found: Stats): boolean =>
    wanted === 'pipe'
      ? found.isFIFO() && /^pipe:\[\d+\]$/.test(readlinkSync(path))
      : found.isFile() && found.uid === processFacts(pid)?.uid
  const before = statSync(path)
  if (!isWanted(before)) throw new Error(`descriptor ${descriptor} is no ${wanted} of its own`)
  const opened = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const now = fstatSync(opened)
  if (now.ino === before.ino && now.dev === before.dev) return opened
  closeSync(opened)
  throw new Error(`descriptor ${descriptor} was changed meanwhile`)
}
