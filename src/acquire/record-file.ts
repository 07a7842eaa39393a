import { closeSync, createReadStream } from 'node:fs'
import { partialName } from '../live/capture/partial.js'
import { createUnnamed, notWritten, writeWhole } from '../private-file.js'
import type { HeldFolder } from '../private-folder.js'

/** Records of a heap in a file that nobody else can open: it has no name, and is gone with this process however that ends. */
export interface RecordFile {
  /** Passes parts on, and writes them. Errors: OUTPUT. */
  through(parts: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** All that was written, from the first byte on. */
  parts(): AsyncIterable<Uint8Array>
  discard(): void
}

/** Makes such a file on the disk of a folder. Errors: OUTPUT. */
export function createRecordFile(folder: HeldFolder, shown: string): RecordFile {
  const attempt = <Value>(work: () => Value): Value => {
    try {
      return work()
    } catch (error) {
      throw notWritten(shown, error)
    }
  }
  let file: number | undefined = attempt(() => createUnnamed(folder.at(partialName('records'))))
  return {
    async *through(parts) {
      for await (const part of parts) {
        attempt(() => writeWhole(file!, part))
        yield part
      }
    },
    parts: () => createReadStream('', { fd: file!, start: 0, autoClose: false, highWaterMark: 2 ** 20 }),
    discard() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}
