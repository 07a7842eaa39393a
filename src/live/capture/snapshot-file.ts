import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { LeakscopeError } from '../../errors.js'
import { createPrivately, isOurs, isReplaceable, keepPrivate, withoutPlace, writeWhole } from '../../private-file.js'
import { type HeldFolder, holdNamedFolder } from '../../private-folder.js'
import { partialName, sweepPartials } from './partial.js'
import type { SnapshotSink } from './sink.js'
import { snapshotTail } from './tail.js'

/**
 * Opens `path` for a snapshot. The file, and a folder created for it, are readable only by the owner, since a snapshot
 * contains every string of the program: tokens, addresses. It is written under another name until complete, so that a
 * partial file is never mistaken for a snapshot. `write` is synchronous: with a slow disk, data waits in the socket,
 * not in our memory. First removes partial files of killed leakscopes in that folder. `folder` is the folder of the
 * path, if already open. Errors: OUTPUT.
 */
export function createSnapshotFile(path: string, folder?: HeldFolder): SnapshotSink {
  const name = basename(resolve(path))
  const held = folder ?? holdNamedFolder(dirname(resolve(path)))
  const target = held.at(name)
  const partial = held.at(partialName(name))
  let file: number | undefined
  let bytes = 0
  const tail = snapshotTail()
  const hint =
    folder === undefined ? 'Name another file with -o.' : 'Make room there, or name another folder with --dir.'
  const attempt = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      const why = withoutPlace((error as Error).message)
      throw new LeakscopeError('OUTPUT', `cannot write ${path}: ${why}`, { hint, cause: error })
    }
  }
  const letGo = (): void => {
    if (folder === undefined) held[Symbol.dispose]()
  }
  try {
    attempt(() => {
      if (!isReplaceable(target)) throw new Error('it exists and is not a regular file')
      sweepPartials(held.at(''))
      rmSync(partial, { force: true })
      file = createPrivately(partial)
    })
  } catch (error) {
    letGo()
    throw error
  }

  let isOver = false
  const discard = (): void => {
    if (isOver) return
    isOver = true
    close()
    rmSync(partial, { force: true })
    letGo()
  }
  // Removes the partial file even without unwinding (a second Ctrl-C).
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
      attempt(() => writeWhole(file!, part))
      bytes += part.length
      tail.add(part)
    },

    async adopt(other) {
      attempt(() => {
        closeSync(file!)
        file = undefined
        renameSync(other, partial)
        file = openSync(partial, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
        const found = fstatSync(file)
        if (!found.isFile() || !isOurs(found)) throw new Error('the written file was replaced')
        keepPrivate(file)
        bytes = found.size
        tail.add(lastBytes(file, bytes))
      })
    },

    finish() {
      tail.check(bytes)
      attempt(() => {
        if (!isSame(file!, partial)) throw new Error('the partial file was removed meanwhile')
        renameSync(partial, target)
      })
      isOver = true
      close()
      letGo()
    },

    discard,
  }
}

function isSame(file: number, path: string): boolean {
  const [open, there] = [fstatSync(file), lstatSync(path, { throwIfNoEntry: false })]
  return there !== undefined && there.ino === open.ino && there.dev === open.dev
}

function lastBytes(file: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(Math.min(size, 8))
  readSync(file, bytes, 0, bytes.length, size - bytes.length)
  return bytes
}
