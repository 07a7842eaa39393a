import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { Task } from '../task.js'
import { isGzip, unpacked } from './gzip.js'
import { type Source, sourceOf } from './source.js'

/** The bytes of a file, unpacked if they are gzip's. Progress is the part of the file that has been read. */
export function fileSource(path: string, task: Task): Source {
  const file = statSync(path)
  if (file.isFIFO()) return sourceOf(unpacked(pipeChunks(path, task)))
  // To open what is no file may be to wait for it.
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

/** Reads before others have their turn: timers, sockets, Ctrl-C. About 20 ms of parsing. */
const readsPerTurn = 16

/**
 * A plain file is read where its bytes are wanted, straight into the room of whoever wants them: a quarter less work for `types` than
 * by promises, which take a trip to another thread and a copy for each chunk.
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
 * A named pipe, or what a shell puts for `<(command)`. Read as a socket is, since a read of a file cannot be given up: Node.js would not
 * end before somebody writes.
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

/** A file that is packed: the next chunk is fetched while one is made use of. */
async function* fileChunks(path: string, task: Task): AsyncGenerator<Uint8Array> {
  const file: FileHandle = await open(path)
  const read = (room: Uint8Array) => {
    // From where the file stands, not at a position, so that a terminal will do.
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
