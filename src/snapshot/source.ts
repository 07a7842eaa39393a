/** Where the bytes of a snapshot come from. */
export interface Source {
  /** Puts the next bytes into `room` and tells how many they are, as soon as there are any; 0 at the end. */
  read(room: Uint8Array): number | Promise<number>
  /** Lets go of it, whether or not it has ended, and even if what was last read has not come. */
  close(): void | Promise<void>
}

/** Chunks as they come from a stream. Each is copied before the next is asked for, so its memory may be used again. */
export function sourceOf(chunks: AsyncIterable<Uint8Array>): Source {
  const arriving = chunks[Symbol.asyncIterator]()
  let chunk: Uint8Array = new Uint8Array(0)
  let isWaiting = false
  return {
    async read(room) {
      while (chunk.length === 0) {
        isWaiting = true
        const { value, done } = await arriving.next()
        isWaiting = false
        if (done === true) return 0
        chunk = value
      }
      const taken = chunk.subarray(0, room.length)
      room.set(taken)
      chunk = chunk.subarray(taken.length)
      return taken.length
    },
    async close() {
      const closing = arriving.return?.()
      // It closes once the next chunk is there, and that may never come.
      if (isWaiting) closing?.catch(() => {})
      else await closing
    },
  }
}
