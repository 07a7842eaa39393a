import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LeakscopeError } from '../../errors.js'
import { isReplaceable } from '../../private-file.js'
import { partialName, sweepPartials } from './partial.js'
import type { SnapshotSink } from './sink.js'
import { snapshotTail } from './tail.js'

/**
 * Opens `path` for a snapshot, readable by its owner only (it holds every string of the program: tokens, addresses), as is a folder
 * that has to be made for it. It is written under another name until it is complete, so that no half of one is ever taken for a
 * whole; a part is written when `write` returns: what arrives while the disk is slow waits in the socket, not in our memory.
 * What killed leakscopes left in that folder is removed first. Errors: OUTPUT.
 */
export function createSnapshotFile(path: string): SnapshotSink {
  const target = resolve(path)
  const partial = join(dirname(target), partialName(basename(target)))
  let file: number | undefined
  let bytes = 0
  const tail = snapshotTail()
  attempt(path, () => {
    if (!isReplaceable(target)) throw new Error('it is there and is no regular file')
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    sweepPartials(dirname(target))
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
      attempt(path, () => writeAll(file!, part))
      bytes += part.length
      tail.add(part)
    },

    async adopt(other) {
      attempt(path, () => {
        close()
        renameSync(other, partial)
        bytes = statSync(partial).size
        tail.add(lastBytes(partial, bytes))
      })
    },

    finish() {
      close()
      tail.check(bytes)
      attempt(path, () => {
        if (!existsSync(partial)) throw new Error('what was written of it was removed meanwhile')
        chmodSync(partial, 0o600)
        renameSync(partial, target)
      })
    },

    discard,
  }
}

function writeAll(file: number, part: Uint8Array): void {
  for (let written = 0; written < part.length; ) written += writeSync(file, part, written)
}

function lastBytes(path: string, size: number): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(Math.min(size, 8))
    readSync(file, bytes, 0, bytes.length, size - bytes.length)
    return bytes
  } finally {
    closeSync(file)
  }
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
