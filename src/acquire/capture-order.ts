import { statSync } from 'node:fs'
import { isOfSameProcess, readOrigin } from './origin.js'

/** Heaps oldest first, and whether they had to be put so. */
export interface Ordered {
  readonly files: readonly string[]
  readonly moved: boolean
  /** Whether the files were written newest first, which says little of files that were copied: they are left so. */
  readonly isDoubtful: boolean
}

/**
 * Puts heaps of one process in the order in which they were captured, where that is known of each. Growth in the other direction is
 * never what is meant, and nothing in an answer would show the mistake. Heaps of several processes stay as they are given.
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

// Of what other tools captured nothing is known but when the file was written.
function isNewestFirst(files: readonly string[], times: readonly number[]): boolean {
  if (files.length < 2 || !times.every(Number.isNaN)) return false
  const written = files.map(file => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN)
  return written.every((time, at) => at === 0 || time < written[at - 1]!)
}
