import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { LeakscopeError } from './errors.js'
import { isOurs, isReplaceable, notWritten, writePrivately } from './private-file.js'

const { O_NONBLOCK = 0, O_NOCTTY = 0 } = constants as Partial<typeof constants>

/**
 * Writes what a user asked for to the path they gave. A file is replaced by a private one, never half-written under its final name. A
 * link of theirs or of root's is followed; a pipe or device (`-o /dev/stdout`) is written to as it stands. What another user has put at
 * the path is refused: it would choose where the strings of a heap go. Errors: OUTPUT, and the signal's reason, as a pipe that nobody
 * empties is waited for.
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

// Not to wait for a reader, and what is a regular file behind a link begins anew. A link to nothing makes its file.
function openExisting(path: string): number {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | O_NONBLOCK | O_NOCTTY, 0o600)
    if (fstatSync(file).isFile()) ftruncateSync(file)
    return file
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
    throw new LeakscopeError('OUTPUT', `${path} cannot be written: nobody reads this pipe`, {
      hint: 'Start its reader first, or write to stdout and redirect that.',
    })
  }
}

/** How many bytes it took; none while a pipe is full. */
function writeNow(file: number, bytes: Uint8Array, from: number): number {
  try {
    return writeSync(file, bytes, from)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}
