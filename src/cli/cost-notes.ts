import type { Cost } from '../captures.js'
import { sized } from '../units.js'
import type { Io } from './io.js'

/** What a capture did to the target. `path` is `null` for a snapshot that was not kept. */
export function costNotes(path: string | null, { seconds, rssBefore, rssAfter, warnings }: Cost, io: Io): string[] {
  const kept = path?.startsWith(`${io.cwd}/`) ? path.slice(io.cwd.length + 1) : path
  const stood = seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)
  const cost = `captured ${kept ?? 'a heap, not kept'}: the target stood still for ${stood} s, its RSS went from ${sized(rssBefore)} to ${sized(rssAfter)}`
  return [cost, ...warnings]
}
