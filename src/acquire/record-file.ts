import { closeSync, createReadStream } from 'node:fs'
import type { LeakscopeError } from '../errors.js'
import { partialName } from '../live/capture/partial.js'
import { createUnnamed, notWritten, writeWhole } from '../private-file.js'
import type { HeldFolder } from '../private-folder.js'

/** Records of a heap in a file that nobody else can open: it has no name, and is gone with this process however that ends. */
export interface RecordFile {
  /** Passes parts on, and writes them as long as that works. */
  through(parts: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** All that was written, from the first byte on. Errors: OUTPUT where it could not be written, as on a full disk. */
  parts(): AsyncIterable<Uint8Array>
  discard(): void
}

/** Makes such a file on the disk of a folder; `shown` is what errors name. Errors: OUTPUT. */
export function createRecordFile(folder: HeldFolder, shown: string): RecordFile {
  let file: number | undefined
  let failure: LeakscopeError | undefined
  try {
    file = createUnnamed(folder.at(partialName('records')))
  } catch (error) {
    throw notWritten(shown, error)
  }
  const discard = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  return {
    async *through(parts) {
      for await (const part of parts) {
        try {
          if (file !== undefined) writeWhole(file, part)
        } catch (error) {
          failure = notWritten(shown, error)
          discard()
        }
        yield part
      }
    },
    parts() {
      if (failure !== undefined) throw failure
      return createReadStream('', { fd: file!, start: 0, autoClose: false, highWaterMark: 2 ** 20 })
    },
    discard,
  }
}
