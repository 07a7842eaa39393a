import type { Cost } from '../acquire/captures.js'
import type { Target } from '../live/attach/attach.js'
import { inChild } from '../live/capture/estimate.js'
import { sized } from '../units.js'
import type { Io } from './io.js'

/**
 * What a capture did to the target: to a worker thread, where it was one, while the others went on. `path` is `null` for a snapshot
 * that was not kept.
 */
export function costNotes(path: string | null, cost: Cost, io: Io, target: Pick<Target, 'worker'> = {}): string[] {
  const { way, because, standstill, longestDelay, rssBefore, rssAfter, seconds, warnings } = cost
  const kept = path?.startsWith(`${io.cwd}/`) ? path.slice(io.cwd.length + 1) : path
  // What its loop was late by while the child worked is the target's loss, too: of memory it writes to, and of processors it shares.
  const late = longestDelay === undefined ? '' : ` (then its event loop was late by ${brief(longestDelay)} at most)`
  const [who, whose] = target.worker === undefined ? ['target', 'its'] : ['worker thread', 'the']
  const stood = `the ${who} stood still for ${brief(standstill)}${late}`
  const rss = rssAfter === 0 ? '' : `, ${whose} RSS went from ${sized(rssBefore)} to ${sized(rssAfter)}`
  const took = inChild(way) ? ` in ${brief(seconds)}` : ''
  const why = because === undefined ? '' : `; not ${way === 'fork' ? BY.memory : BY.fork}: ${because}`
  return [`captured ${kept ?? 'a heap (not kept)'} ${BY[way]}${took}: ${stood}${rss}${why}`, ...warnings]
}

const BY = { memory: 'from memory', fork: 'by fork', inspector: 'through the inspector', file: 'by file' }

/** `7 ms`, `340 ms`, `2.1 s`, `35 s`. */
function brief(seconds: number): string {
  if (seconds < 1) return `${Math.ceil(seconds * 1000)} ms`
  return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
}
