import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { LeakscopeError } from '../errors.js'
import type { Task } from '../task.js'
import { readSnapshot, type Snapshot } from './read.js'

/**
 * Reads the snapshot at a path, plain or gzipped (told by its first bytes, whatever its name); `-` is standard input. Progress is
 * the part of the file that has been read.
 *
 * Throws NOT_FOUND where there is no file to read, and what `readSnapshot` throws, with the path.
 */
export async function openSnapshot(
  path: string,
  task: Task,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<Snapshot> {
  try {
    return await readSnapshot(unpacked(path === '-' ? stdin : fileChunks(path, task)), task)
  } catch (error) {
    throw told(error, path === '-' ? 'standard input' : path)
  }
}

const chunkSize = 2 ** 20

async function* fileChunks(path: string, task: Task): AsyncGenerator<Uint8Array> {
  const file: FileHandle = await open(path)
  const read = (room: Uint8Array) => {
    // From where the file stands, not at a position, so that a pipe will do.
    const reading = file.read(room, 0, chunkSize)
    // It is awaited later, and may fail before that.
    reading.catch(() => {})
    return reading
  }
  let [room, nextRoom] = [new Uint8Array(chunkSize), new Uint8Array(chunkSize)]
  let reading = read(room)
  try {
    const { size } = await file.stat()
    for (let position = 0; ; ) {
      const { bytesRead } = await reading
      if (bytesRead === 0) return
      const chunk = room.subarray(0, bytesRead)
      // The next chunk is fetched while this one is made use of.
      ;[room, nextRoom] = [nextRoom, room]
      reading = read(room)
      yield chunk
      position += bytesRead
      task.progress('reading', size > 0 ? Math.min(1, position / size) : undefined)
    }
  } finally {
    await reading.catch(() => {})
    await file.close()
  }
}

/** The same bytes, or what they unpack to if they are gzip's. */
async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  try {
    let head: Uint8Array = new Uint8Array(0)
    while (head.length < 2) {
      const { value, done } = await source.next()
      if (done === true) break
      head = Buffer.concat([head, value])
    }
    const whole = rejoined(head, source)
    if (head[0] === 0x1f && head[1] === 0x8b) yield* gunzipped(whole)
    else yield* whole
  } finally {
    await source.return?.()
  }
}

async function* rejoined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // A stream looks ahead, and a chunk's memory is used again: hence the copy.
  const packed = Readable.from(copies(chunks), { objectMode: false })
  yield* pipeline(packed, createGunzip({ chunkSize }), () => {})
}

async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}

/** Says which file it was, and what a system's or zlib's error means for it. */
function told(error: unknown, name: string): unknown {
  if (error instanceof LeakscopeError) {
    return new LeakscopeError(error.code, `${name}: ${error.message}`, { hint: error.hint, cause: error })
  }
  if (!(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  if ('syscall' in error) {
    const reason = reasons[code] ?? { message: `cannot be read (${code})`, hint: 'Check the path and the disk.' }
    return new LeakscopeError('NOT_FOUND', `${name} ${reason.message}`, { hint: reason.hint, cause: error })
  }
  if (code.startsWith('Z_')) {
    return new LeakscopeError('BAD_SNAPSHOT', `${name}: its gzip data is damaged or cut off`, {
      hint: 'Copy or capture the file again; `gzip -t` tells whether it is whole.',
      cause: error,
    })
  }
  return error
}

const reasons: Readonly<Record<string, { readonly message: string; readonly hint: string }>> = {
  ENOENT: { message: 'does not exist', hint: 'Check the path, or capture a heap with `leakscope snapshot <pid>`.' },
  EISDIR: { message: 'is a directory', hint: 'Name a .heapsnapshot file in it.' },
  ENOTDIR: { message: 'does not exist: a part of the path is not a directory', hint: 'Check the path.' },
  EACCES: { message: 'may not be read by this user', hint: 'Run as its owner, or give yourself read permission.' },
}
