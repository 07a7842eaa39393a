import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmdirSync,
  type Stats,
  statfsSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { LeakscopeError } from './errors.js'
import { isOurs, withoutPlace } from './private-file.js'

/** A folder that stays the same one for whoever writes into it, whatever somebody puts at its path meanwhile. */
export interface HeldFolder extends Disposable {
  /** Where a file of this name lies in it, for this process. */
  at(name: string): string
}

/**
 * Makes a folder of leakscope's own where it is not there, and holds it. One that is a link, belongs to another user or may be written
 * to by others is refused: they would choose where our files go, and what we find. An empty one that we made is removed when it is
 * let go. Errors: OUTPUT.
 */
export function holdOwnFolder(path: string): HeldFolder {
  return held(
    path,
    () => {
      const made = makeFolder(path)
      const why = made ? undefined : whyNotOurs(path)
      if (why !== undefined) throw refused(path, why)
      return { made, folder: openFolder(path, constants.O_NOFOLLOW ?? 0) }
    },
    'Run leakscope in a folder that you may write to, or name a file in one with -o.',
  )
}

/** Makes a folder that the user named where it is not there, for this user alone, and holds it. Links are followed. Errors: OUTPUT. */
export function holdNamedFolder(path: string): HeldFolder {
  return held(path, () => ({ made: makeFolder(path), folder: openFolder(path, 0) }), 'Name another file with -o.')
}

/** Why a folder is not one of ours that only we can write to; `undefined` where it is, or where there is none. */
export function whyNotOurs(path: string): NotOurs | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found === undefined ? undefined : whyNot(path, found)
}

/** What is wrong with a folder, and what to do about it. */
export interface NotOurs {
  readonly why: string
  readonly hint: string
}

function whyNot(path: string, found: Stats): NotOurs | undefined {
  const elsewhere = 'Run leakscope in a folder of your own, or name the file with -o.'
  if (found.isSymbolicLink()) return { why: 'is a link', hint: elsewhere }
  if (!found.isDirectory()) return { why: 'is not a folder', hint: elsewhere }
  if (!isOurs(found)) return { why: `belongs to uid ${found.uid}`, hint: elsewhere }
  if (process.geteuid !== undefined && (found.mode & 0o022) !== 0 && keepsModes(path)) {
    return { why: 'may be written to by others', hint: `Make it yours alone: chmod go-w '${path}'` }
  }
  return undefined
}

// FAT, exFAT, 9p (WSL), SMB and FUSE (Docker Desktop, NTFS) show one mode for all: nothing is to be read from it.
const modeless = [0x4d44, 0x2011bab0, 0x01021997, 0xff534d42, 0xfe534d42, 0x517b, 0x65735546]

function keepsModes(path: string): boolean {
  return process.platform !== 'linux' || !modeless.includes(Number(statfsSync(path).type) >>> 0)
}

function held(path: string, open: () => { made: boolean; folder: number | undefined }, hint: string): HeldFolder {
  const { made, folder } = attempt(path, open, hint)
  return {
    at: name => (folder === undefined ? join(path, name) : `/proc/self/fd/${folder}/${name}`),
    [Symbol.dispose]() {
      if (folder !== undefined) closeSync(folder)
      if (!made) return
      try {
        rmdirSync(path)
      } catch {
        // Something is in it.
      }
    },
  }
}

// Elsewhere than on Linux nothing leads into an open folder: there its path has to do. So it has where it may be written to only.
function openFolder(path: string, noFollow: number): number | undefined {
  if (process.platform !== 'linux' || !existsSync('/proc/self/fd')) return undefined
  let folder: number
  try {
    folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | noFollow)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES' && noFollow === 0) return undefined
    throw error
  }
  const found = fstatSync(folder)
  // Looked at again now that nobody can change which one it is.
  if (noFollow === 0 || isOurs(found)) return folder
  closeSync(folder)
  throw refused(path, { why: `belongs to uid ${found.uid}`, hint: 'Run leakscope in a folder of your own.' })
}

/** Makes a folder, and those above it, for this user alone; whether it was not there. */
export function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    makeFolder(dirname(path))
    mkdirSync(path, 0o700)
  }
  undoUmask(path)
  return true
}

// A umask of 0777 would shut us out of our own folder.
function undoUmask(path: string): void {
  const made = lstatSync(path)
  if (process.geteuid === undefined || (made.mode & 0o700) === 0o700 || !made.isDirectory()) return
  try {
    const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    try {
      fchmodSync(folder, 0o700)
    } finally {
      closeSync(folder)
    }
  } catch {
    // Only root may open it now.
    chmodSync(path, 0o700)
  }
}

function attempt<T>(path: string, work: () => T, hint: string): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof LeakscopeError) throw error
    throw new LeakscopeError('OUTPUT', `cannot write into ${path}: ${withoutPlace((error as Error).message)}`, {
      hint,
      cause: error,
    })
  }
}

const refused = (path: string, { why, hint }: NotOurs): LeakscopeError =>
  new LeakscopeError('OUTPUT', `${path} ${why}: leakscope writes no heaps there`, { hint })
