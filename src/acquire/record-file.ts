import { closeSync, createReadStream } from 'node:fs'
import { LeakscopeError } from '../errors.js'
import { partialName } from '../live/capture/partial.js'
import { createUnnamed, notWritten, withoutPlace, writeWhole } from '../private-file.js'
import type { HeldFolder } from '../private-folder.js'

/**
 * Records of a heap in an unlinked file: nobody else can open it, and it disappears with this process, however that
 * ends.
 */
export interface RecordFile {
  /** Passes parts through, and writes them as long as that works. */
  through(parts: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /**
   * All that was written, from the first byte. Errors: OUTPUT if writing failed, as on a full disk, or reading fails.
   */
  parts(): AsyncIterable<Uint8Array>
  discard(): void
}

/** Creates such a file on the disk of a folder; errors name `shown`. If it cannot be created, `parts` throws. */
export function createRecordFile(folder: HeldFolder, shown: string): RecordFile {
  let file: number | undefined
  let failure: LeakscopeError | undefined
  const discard = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  const attempt = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      failure = notWritten(shown, error)
      discard()
    }
  }
  attempt(() => {
    file = createUnnamed(folder.at(partialName('records')))
  })
  return {
    async *through(parts) {
      for await (const part of parts) {
        if (file !== undefined) attempt(() => writeWhole(file!, part))
        yield part
      }
    },
    async *parts() {
      if (failure !== undefined) throw failure
      try {
        yield* createReadStream('', { fd: file!, start: 0, autoClose: false, highWaterMark: 2 ** 20 })
      } catch (error) {
        throw new LeakscopeError(
          'OUTPUT',
          `the records of ${shown} cannot be read again: ${withoutPlace((error as Error).message)}`,
          { hint: 'Capture the heap again.', cause: error },
        )
      }
    },
    discard,
  }
}
