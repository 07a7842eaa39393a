import { createReadStream, rmSync } from 'node:fs'
import type { SnapshotSink } from './sink.js'
import { snapshotTail } from './tail.js'

/** Thrown by `write` after the reader has given up; the reader knows why. */
export const nobodyReads: Error = new Error('the snapshot is no longer read')

/** A snapshot that is read during the capture and never written to disk. */
export interface SnapshotStream extends SnapshotSink {
  /** The parts written; can be iterated once. Ends when the snapshot is finished, throws when it is discarded. */
  readonly parts: AsyncIterable<Uint8Array>
}

/**
 * The number of bytes of records to buffer before reading. Reading takes four times as long as the child's writing, and
 * while the child lives, every page that the target changes is copied. This is enough for a heap of about 1.4 GB.
 */
const maxAhead = 2 ** 29

/**
 * Passes a snapshot to a reader. A writer that awaits `write` is slowed to the reader's speed, except for records,
 * which are buffered first; data from a writer that cannot wait is buffered until it is read.
 */
export function snapshotStream(
  content: 'snapshot' | 'records' = 'snapshot',
  ahead: number = content === 'records' ? maxAhead : 0,
): SnapshotStream {
  const waiting: { readonly part: Uint8Array; taken(): void }[] = []
  const tail = snapshotTail()
  let bytes = 0
  /** Whether the reader may start. */
  let begun = ahead === 0
  let state: 'open' | 'finished' | 'discarded' = 'open'
  let wake = (): void => {}

  const end = (how: 'finished' | 'discarded'): void => {
    if (state === 'open') state = how
    wake()
    if (how === 'discarded') for (const { taken } of waiting.splice(0)) taken()
  }
  const write = (part: Uint8Array): Promise<void> => {
    if (state !== 'open') throw nobodyReads
    bytes += part.length
    tail.add(part)
    if (!begun && bytes < ahead) {
      waiting.push({ part, taken() {} })
      return Promise.resolve()
    }
    begun = true
    return new Promise(taken => {
      waiting.push({ part, taken })
      wake()
    })
  }

  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const next = begun || state !== 'open' ? waiting.shift() : undefined
        if (next !== undefined) {
          try {
            yield next.part
          } finally {
            next.taken() // even if the reader does not come back
          }
        } else if (state === 'finished') return
        else if (state === 'discarded') throw new Error('the capture was given up')
        else {
          await new Promise<void>(resolve => {
            wake = resolve
          })
        }
      }
    } finally {
      end('discarded')
    }
  }
  return {
    parts: parts(),
    get bytes() {
      return bytes
    },
    write,
    async adopt(path) {
      try {
        for await (const part of createReadStream(path)) await write(part)
      } finally {
        rmSync(path, { force: true })
      }
    },
    finish() {
      if (content === 'snapshot') tail.check(bytes) // records have their own trailer
      end('finished')
    },
    discard: () => end('discarded'),
  }
}
