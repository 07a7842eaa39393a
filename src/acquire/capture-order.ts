import { statSync } from 'node:fs'
import { isOfSameProcess, readOrigin } from './origin.js'

/** Heaps, oldest first. */
export interface Ordered {
  readonly files: readonly string[]
  /** Whether the order was changed. */
  readonly moved: boolean
  /** Whether the files were written newest first. Copying changes that, so their order is kept. */
  readonly isDoubtful: boolean
}

/**
 * Sorts the heaps of one process by capture time, if it is known for each: nobody wants growth backwards, and no answer
 * would show the mistake. Heaps of several processes keep their order.
 */
export function inCaptureOrder(files: readonly string[]): Ordered {
  const origins = files.map(file => readOrigin(file))
  const times = origins.map(origin => Date.parse(origin?.capturedAt ?? ''))
  const [first] = origins
  const isOne = first !== undefined && origins.every(origin => isOfSameProcess(first, origin))
  const isSorted = times.every((time, at) => at === 0 || times[at - 1]! <= time)
  if (!isOne || isSorted || times.some(Number.isNaN))
    return { files, moved: false, isDoubtful: isNewestFirst(files, times) }
  const order = files.map((_, at) => at).sort((a, b) => times[a]! - times[b]!)
  return { files: order.map(at => files[at]!), moved: true, isDoubtful: false }
}

// For files of other tools, only the modification time is known.
function isNewestFirst(files: readonly string[], times: readonly number[]): boolean {
  if (files.length < 2 || !times.every(Number.isNaN)) return false
  const written = files.map(file => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN)
  return written.every((time, at) => at === 0 || time < written[at - 1]!)
}
