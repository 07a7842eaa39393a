import { dirname } from 'node:path'
import type { Cost } from '../acquire/from-memory.js'
import type { Target } from '../live/attach/attach.js'
import { type CaptureMethod, inChild } from '../live/capture/estimate.js'
import { sized } from '../units.js'
import type { Io } from './io.js'

/**
 * What a capture did to the target, or to one of its worker threads while the others continued. `path` is `null` for a
 * snapshot that was not kept.
 */
export function costNotes(path: string | null, cost: Cost, io: Io, target: Pick<Target, 'worker'> = {}): string[] {
  const { way, because, standstill, longestDelay, rssBefore, rssAfter, seconds, warnings } = cost
  // The delay of its event loop while the child worked is a cost too: it comes from copied pages and shared processors.
  const late = longestDelay === undefined ? '' : ` (then its event loop was late by ${brief(longestDelay)} at most)`
  const stood = `the ${who(target)} was paused for ${brief(standstill)}${late}`
  const took = inChild(way) ? ` in ${brief(seconds)}` : ''
  const what = path === null ? 'a heap (not kept)' : shownPath(path, io)
  return [
    `captured ${what} ${BY[way]}${took}: ${stood}${rssChange(rssBefore, rssAfter, target)}${why(way, because)}`,
    ...warnings,
  ]
}

/** One capture of a series, with the path of its snapshot if that was kept. */
export interface CaptureDone {
  readonly path: string | null
  readonly cost: Cost
}

/**
 * What a series of captures did to the target: one line for all captures with the same method, so that the answer above
 * stays in view. Two captures get a line each.
 */
export function seriesCostNotes(
  captures: readonly CaptureDone[],
  io: Io,
  target: Pick<Target, 'worker'> = {},
): string[] {
  if (captures.length < 3) return captures.flatMap(({ path, cost }) => costNotes(path, cost, io, target))
  const alike = new Map<string, CaptureDone[]>()
  for (const done of captures) {
    const key = why(done.cost.way, done.cost.because) + done.cost.way
    alike.set(key, [...(alike.get(key) ?? []), done])
  }
  const warnings = captures.flatMap(({ cost }) => cost.warnings)
  return [...[...alike.values()].map(done => seriesNote(done, io, target)), ...new Set(warnings)]
}

function seriesNote(captures: readonly CaptureDone[], io: Io, target: Pick<Target, 'worker'>): string {
  const costs = captures.map(({ cost }) => cost)
  const { way, because } = costs[0]!
  const folder = captures.map(({ path }) => path).find(path => path !== null)
  const where = folder === undefined ? ' (not kept)' : ` in ${shownPath(dirname(folder), io)}`
  const heaps = captures.length === 1 ? 'a heap' : `${captures.length} heaps`
  const delays = costs.flatMap(({ longestDelay }) => longestDelay ?? [])
  const late = delays.length === 0 ? '' : ` (its event loop was then late by ${brief(Math.max(...delays))} at most)`
  const stood = `the ${who(target)} was paused for ${between(costs.map(({ standstill }) => standstill))}`
  const took = inChild(way) ? `, in ${between(costs.map(({ seconds }) => seconds))}` : ''
  const after = costs.findLast(({ rssAfter }) => rssAfter > 0)?.rssAfter ?? 0
  const each = captures.length === 1 ? '' : ' each'
  return `captured ${heaps}${where} ${BY[way]}${took}${took === '' ? '' : each}: ${stood}${each}${late}${rssChange(costs[0]!.rssBefore, after, target)}${why(way, because)}`
}

const who = ({ worker }: Pick<Target, 'worker'>): string => (worker === undefined ? 'target' : 'worker thread')

const rssChange = (before: number, after: number, { worker }: Pick<Target, 'worker'>): string =>
  after === 0 ? '' : `, ${worker === undefined ? 'its' : 'the'} RSS went from ${sized(before)} to ${sized(after)}`

const why = (way: CaptureMethod, because: string | undefined): string =>
  because === undefined ? '' : `; not ${way === 'fork' ? BY.memory : BY.fork}: ${because}`

const shownPath = (path: string, { cwd }: Io): string =>
  path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path

const BY = { memory: 'from memory', fork: 'by fork', inspector: 'through the inspector', file: 'by file' }

/** `7 ms`, or `4 to 11 ms`. */
function between(seconds: readonly number[]): string {
  const [least, most] = [brief(Math.min(...seconds)), brief(Math.max(...seconds))]
  if (least === most) return most
  const [number, unit] = least.split(' ') as [string, string]
  return `${most.endsWith(` ${unit}`) ? number : least} to ${most}`
}

/** `7 ms`, `340 ms`, `2.1 s`, `35 s`. */
function brief(seconds: number): string {
  if (seconds < 1) return `${Math.ceil(seconds * 1000)} ms`
  return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
}
