import { closeSync, constants, fstatSync, openSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { processFacts } from './facts.js'

/**
 * Opens for reading a process's descriptor whose number the process gave us. Opening `/proc/<pid>/fd/<n>` opens the
 * file again, with our rights, and a process may have open what it may not read (O_PATH): only an anonymous pipe, or a
 * file of the process's own user, is accepted. Throws the error of the file system (ENOENT, ESRCH when it is gone), or
 * an error when the descriptor is something else.
 */
export function openDescriptor(pid: number, descriptor: number, wanted: 'pipe' | 'file'): number {
  const path = `/proc/${pid}/fd/${descriptor}`
  const isWanted = (found: Stats): boolean =>
    wanted === 'pipe'
      ? found.isFIFO() && /^pipe:\[\d+\]$/.test(readlinkSync(path))
      : found.isFile() && found.uid === processFacts(pid)?.uid
  const before = statSync(path)
  if (!isWanted(before)) throw new Error(`descriptor ${descriptor} is not its own ${wanted}`)
  const opened = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const now = fstatSync(opened)
  if (now.ino === before.ino && now.dev === before.dev) return opened
  closeSync(opened)
  throw new Error(`descriptor ${descriptor} was changed meanwhile`)
}
