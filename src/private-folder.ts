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

/** An open folder: writes go to this folder even if somebody replaces the entry at its path. */
export interface HeldFolder extends Disposable {
  /** The path of a file in the folder, valid in this process. */
  at(name: string): string
}

/**
 * Opens one of leakscope's own folders, creating it if needed. A folder that is a link, belongs to another user or is
 * writable by others is refused: they could decide where our files go and what we read. A folder that we created is
 * removed on dispose if it is empty. Errors: OUTPUT.
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

/**
 * Opens a folder that the user named, creating it for this user alone if needed. Links are followed. Errors: OUTPUT.
 */
export function holdNamedFolder(path: string): HeldFolder {
  return held(path, () => ({ made: makeFolder(path), folder: openFolder(path, 0) }), 'Name another file with -o.')
}

/** Why a folder is not ours with write access for us alone; `undefined` if it is, or does not exist. */
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

// FAT, exFAT, 9p (WSL), SMB and FUSE (Docker Desktop, NTFS) show one mode for all files: it carries no information.
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
        // Not empty.
      }
    },
  }
}

// Only Linux can address files through an open folder. Elsewhere the path is used, and also for a folder without
// read access.
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
  // Checked again now that the folder is open and cannot be exchanged.
  if (noFollow === 0 || isOurs(found)) return folder
  closeSync(folder)
  throw refused(path, { why: `belongs to uid ${found.uid}`, hint: 'Run leakscope in a folder of your own.' })
}

/** Creates a folder and its parents for this user alone. Returns whether it did not exist. */
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

// With a umask of 0777 we could not use our own folder.
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
