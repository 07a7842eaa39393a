import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { LeakscopeError } from './errors.js'
import { isOurs, isReplaceable, notWritten, writePrivately } from './private-file.js'

const { O_NONBLOCK = 0, O_NOCTTY = 0 } = constants as Partial<typeof constants>

/**
 * Writes an answer to the path that the user gave. A file is replaced by a private one and is never half-written under
 * its final name. A link that belongs to the user or to root is followed; a pipe or device (`-o /dev/stdout`) is
 * written to directly. Anything that another user has put at the path is refused, since it would decide where the
 * strings of a heap go. Waits for the reader of a pipe. Errors: OUTPUT, and the signal's reason.
 */
export async function writeOutput(path: string, content: string | Uint8Array, signal?: AbortSignal): Promise<void> {
  if (isReplaceable(path)) {
    writePrivately(path, content)
    return
  }
  try {
    const found = lstatSync(path)
    if (!isOurs(found) && found.uid !== 0) throw new Error(`what is there belongs to uid ${found.uid}`)
    const file = openExisting(path)
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      for (let written = 0; written < bytes.length; ) {
        signal?.throwIfAborted()
        const now = writeNow(file, bytes, written)
        written += now
        if (now === 0) await wait(5)
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw notWritten(path, error)
  }
}

// Does not wait for a pipe's reader; truncates a regular file behind a link; a dangling link creates its file.
function openExisting(path: string): number {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | O_NONBLOCK | O_NOCTTY, 0o600)
    if (fstatSync(file).isFile()) ftruncateSync(file)
    return file
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
    throw new LeakscopeError('OUTPUT', `${path} cannot be written: this pipe has no reader`, {
      hint: 'Start its reader first, or write to stdout and redirect that.',
    })
  }
}

/** Returns the number of bytes written: 0 while a pipe is full. */
function writeNow(file: number, bytes: Uint8Array, from: number): number {
  try {
    return writeSync(file, bytes, from)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}
