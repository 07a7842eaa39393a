import { chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LeakscopeError } from '../../errors.js'
import { isReplaceable } from '../../private-file.js'

/** A snapshot on its way to the disk: under another name until it is complete, so that no half of one is ever taken for a whole. */
export interface SnapshotFile {
  readonly bytes: number
  /**
   * Appends a part, written when this returns: what arrives while the disk is slow waits in the socket, not in our memory. Parts
   * are ASCII, so that characters are bytes.
   */
  write(part: string): void
  /** Checks that the end is there and gives the file its name. Errors: CAPTURE. */
  finish(): void
  /** Removes what was written. */
  discard(): void
}

/**
 * Opens `path` for a snapshot, readable by its owner only (it holds every string of the program: tokens, addresses), as is a folder
 * that has to be made for it. Errors: OUTPUT.
 */
export function createSnapshotFile(path: string): SnapshotFile {
  const target = resolve(path)
  const partial = join(dirname(target), `.${basename(target)}.${process.pid}.partial`)
  let file: number | undefined
  let bytes = 0
  let tail = ''
  attempt(path, () => {
    if (!isReplaceable(target)) throw new Error('it is there and is no regular file')
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    rmSync(partial, { force: true })
    file = openSync(partial, 'wx', 0o600)
  })

  const discard = (): void => {
    close()
    rmSync(partial, { force: true })
  }
  // Where there is no time to unwind (a second Ctrl-C), half a heap is not left lying about.
  process.once('exit', discard)
  const close = (): void => {
    process.off('exit', discard)
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  return {
    get bytes() {
      return bytes
    },

    write(part) {
      attempt(path, () => writeAll(file!, Buffer.from(part, 'latin1')))
      bytes += part.length
      tail = (tail + part.slice(-8)).slice(-8)
    },

    finish() {
      close()
      if (!tail.trimEnd().endsWith(']}')) {
        throw new LeakscopeError('CAPTURE', `the snapshot broke off after ${bytes} bytes`, { hint: 'Try again.' })
      }
      attempt(path, () => {
        chmodSync(partial, 0o600)
        renameSync(partial, target)
      })
    },

    discard,
  }
}

function writeAll(file: number, buffer: Buffer): void {
  for (let written = 0; written < buffer.length; ) written += writeSync(file, buffer, written)
}

function attempt(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw new LeakscopeError('OUTPUT', `cannot write ${path}: ${(error as Error).message}`, {
      hint: 'Name another file with -o.',
      cause: error,
    })
  }
}
