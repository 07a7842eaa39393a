import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs'
import { LeakscopeError } from './errors.js'

// Windows has neither.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>

/**
 * Writes a file of leakscope's own that holds strings of somebody's heap: for this user alone, and never half-written under its final
 * name. What stands there is replaced and never opened: it may be a link to another file, or a pipe that nobody reads. `shown` is
 * the path that an error names. Errors: OUTPUT.
 */
export function writePrivately(path: string, content: string | Uint8Array, shown: string = path): void {
  // Two of them must only not meet: that nobody has put anything there is seen when it is made. (To load crypto takes milliseconds.)
  const temporary = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`
  try {
    const file = createPrivately(temporary)
    try {
      writeWhole(file, typeof content === 'string' ? Buffer.from(content) : content)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw notWritten(shown, error)
  }
}

/** Makes a new file for this user alone, whatever the umask, and opens it, for writing unless `access` says otherwise. Fails where anything has the name already. */
export function createPrivately(path: string, access: number = constants.O_WRONLY): number {
  const file = openSync(path, access | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW, 0o600)
  keepPrivate(file)
  return file
}

/** Makes a file for writing and reading that has no name, so that it is gone with the process. Fails where anything has the name already. */
export function createUnnamed(path: string): number {
  const file = createPrivately(path, constants.O_RDWR)
  try {
    rmSync(path)
  } catch (error) {
    closeSync(file)
    throw error
  }
  return file
}

/** Adds to a file of leakscope's own, made where it is not there. Fails where it is a link, a pipe or another user's. */
export function appendPrivately(path: string, text: string): void {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | O_NOFOLLOW | O_NONBLOCK
  const file = openSync(path, flags, 0o600)
  try {
    const found = fstatSync(file)
    if (!found.isFile() || !isOurs(found)) throw new Error('it is no file of ours')
    keepPrivate(file)
    writeWhole(file, Buffer.from(text))
  } finally {
    closeSync(file)
  }
}

/** Takes the rights of everybody else from an open file, and gives us ours, which a umask may have taken. */
export function keepPrivate(file: number): void {
  if ((fstatSync(file).mode & 0o777) === 0o600) return
  try {
    fchmodSync(file, 0o600)
  } catch {
    // A file system that keeps no modes.
  }
}

/**
 * The content of a regular file, `undefined` where there is none, or one of more than `most` bytes. Never waits, as for a pipe that has
 * the name of a file. Links are followed only where `follow` says so.
 */
export function readRegularFile(
  path: string,
  most: number,
  follow: 'follow' | 'refuse' = 'refuse',
): Buffer | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | O_NONBLOCK | (follow === 'follow' ? 0 : O_NOFOLLOW))
  } catch {
    return undefined
  }
  try {
    const found = fstatSync(file)
    return found.isFile() && found.size <= most ? readFileSync(file) : undefined
  } catch {
    return undefined
  } finally {
    closeSync(file)
  }
}

/** Whether a new file may take the place of what is at a path. It must not take that of `/dev/null`, which root could do. */
export function isReplaceable(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true
}

/** Whether a file or folder is this user's. Always where the system has no users. */
export const isOurs = ({ uid }: Pick<Stats, 'uid'>): boolean =>
  process.geteuid === undefined || process.geteuid() === uid

/** Writes all of it: one call may write a part. */
export function writeWhole(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}

/** The error of a file that could not be written. */
export const notWritten = (path: string, error: unknown): LeakscopeError =>
  error instanceof LeakscopeError
    ? error
    : new LeakscopeError('OUTPUT', `${path} cannot be written: ${withoutPlace((error as Error).message)}`, {
        hint: 'Name a file in a folder you can write to.',
        cause: error,
      })

/** A system's message without the path, which may be that of a temporary file or of a folder that we hold open. */
export const withoutPlace = (message: string): string => message.replace(/, \w+ '.*/s, '')
