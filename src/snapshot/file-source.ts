import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { Task } from '../task.js'
import { isGzip, unpacked } from './gzip.js'
import { type Source, sourceOf } from './source.js'

/** The bytes of a file, decompressed if it is gzipped. Progress is the part of the file that has been read. */
export function fileSource(path: string, task: Task): Source {
  const file = statSync(path)
  if (file.isFIFO()) return sourceOf(unpacked(pipeChunks(path, task)))
  // Opening anything but a regular file may block.
  const isAtHand = file.isFile() && !isGzip(headOf(path))
  return isAtHand ? plainFile(path, task) : sourceOf(unpacked(fileChunks(path, task)))
}

function headOf(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const head = new Uint8Array(2)
    readSync(file, head, 0, 2, 0)
    return head
  } finally {
    closeSync(file)
  }
}

const chunkSize = 2 ** 20

/** Reads before yielding to the event loop (timers, sockets, Ctrl-C). About 20 ms of parsing. */
const readsPerTurn = 16

/**
 * Reads a plain file synchronously into the consumer's buffer: a quarter less work for `types` than asynchronous reads,
 * each of which takes a trip to another thread and a copy.
 */
function plainFile(path: string, task: Task): Source {
  const file = openSync(path, 'r')
  const { size } = fstatSync(file)
  let reads = 0
  let position = 0
  const read = (room: Uint8Array): number => {
    const length = readSync(file, room, 0, room.length, position)
    position += length
    return length
  }
  return {
    read(room) {
      if (++reads % readsPerTurn !== 0) return read(room)
      task.progress('reading', Math.min(1, position / size))
      return turn().then(() => read(room))
    },
    close() {
      task.progress('reading', size > 0 ? Math.min(1, position / size) : 1)
      closeSync(file)
    },
  }
}

/**
 * A named pipe, or a shell's `<(command)`. Read like a socket, since a file read cannot be cancelled: Node.js would not
 * exit before somebody writes.
 */
async function* pipeChunks(path: string, task: Task): AsyncGenerator<Uint8Array> {
  const { Socket } = await import('node:net')
  const pipe = new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), writable: false })
  addAbortSignal(task.signal, pipe)
  for await (const chunk of pipe) {
    yield chunk
    task.progress('reading')
  }
}

/** A gzipped file: the next chunk is read while the current one is processed. */
async function* fileChunks(path: string, task: Task): AsyncGenerator<Uint8Array> {
  const file: FileHandle = await open(path)
  const read = (room: Uint8Array) => {
    // Without a position, so that a terminal works too.
    const reading = file.read(room, 0, chunkSize)
    // It is awaited later and may reject before that.
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
