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
 * Writes one of leakscope's own files, which may contain heap strings: readable only by this user, and never
 * half-written under its final name. An existing entry is replaced, never opened: it may be a link to another file, or
 * a pipe without a reader. `shown` is the path that an error names. Errors: OUTPUT.
 */
export function writePrivately(path: string, content: string | Uint8Array, shown: string = path): void {
  // Only has to be unique: creating it fails if the name is taken. (Loading crypto would take milliseconds.)
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

/**
 * Creates a file readable only by this user, whatever the umask, and opens it, by default for writing. Fails if the
 * name exists.
 */
export function createPrivately(path: string, access: number = constants.O_WRONLY): number {
  const file = openSync(path, access | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW, 0o600)
  keepPrivate(file)
  return file
}

/** Creates an unnamed file for writing and reading, which disappears with the process. Fails if the name exists. */
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

/** Appends to one of leakscope's own files, or creates it. Fails if it is a link, a pipe or another user's. */
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

/** Makes an open file accessible to this user alone, also if a umask took our own rights away. */
export function keepPrivate(file: number): void {
  if ((fstatSync(file).mode & 0o777) === 0o600) return
  try {
    fchmodSync(file, 0o600)
  } catch {
    // The file system has no modes.
  }
}

/**
 * The content of a regular file; `undefined` if there is none or it has more than `most` bytes. Never blocks, for
 * instance on a pipe with that name. Links are followed only with `follow`.
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

/** Whether a new file may replace what is at a path. It must not replace `/dev/null`, which root could do. */
export function isReplaceable(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true
}

/** Whether a file or folder belongs to this user. Always true if the system has no users. */
export const isOurs = ({ uid }: Pick<Stats, 'uid'>): boolean =>
  process.geteuid === undefined || process.geteuid() === uid

/** Writes all bytes; a single write call may write only some. */
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

/** A system error message without its path, which may be a temporary file or a folder that we hold open. */
export const withoutPlace = (message: string): string => message.replace(/, \w+ '.*/s, '')
