/** A source of a snapshot's bytes. */
export interface Source {
  /** Puts the next bytes into `room` and returns their number as soon as there are any; 0 at the end. */
  read(room: Uint8Array): number | Promise<number>
  /** Closes it, whether or not it has ended, even while a read is pending. */
  close(): void | Promise<void>
}

/** A source from the chunks of a stream. Each is copied before the next is requested, so its memory may be reused. */
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
      // It closes when the next chunk arrives, which may never happen.
      if (isWaiting) closing?.catch(() => {})
      else await closing
    },
  }
}
