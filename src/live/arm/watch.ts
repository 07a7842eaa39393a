import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../../errors.js'
import { processFacts } from '../linux/facts.js'
import { type Fill, fillOf } from './fill.js'
import { EARLIEST, type Look, secondsUntilFull } from './last-moment.js'

export interface WatchOptions {
  /** The share of the limit to wait for, such as 0.8. */
  readonly at: number
  /** Stop waiting if, at the current rate, the group would be full in this many seconds. */
  readonly ahead?: number
  readonly signal: AbortSignal
  readonly everyMs?: number
  seen?(fill: Fill): void
}

/**
 * Waits until a control group of a process is filled to a share of its limit, at which the kernel kills. Reads from
 * outside, a few times a second, without touching the process. Errors: TARGET_GONE when it ends, UNSUPPORTED without a
 * limit, the signal's reason.
 */
export async function watchFill(
  pid: number,
  { at, ahead = 0, signal, everyMs = 200, seen }: WatchOptions,
): Promise<Fill> {
  const start = processFacts(pid)?.startTicks
  const looks: Look[] = []
  for (;;) {
    signal.throwIfAborted()
    const facts = processFacts(pid)
    if (facts === undefined || facts.startTicks !== start || 'ZX'.includes(facts.state)) {
      throw new LeakscopeError('TARGET_GONE', `process ${pid} has ended while it was watched`)
    }
    const fill = fillOf(pid)
    if (fill === undefined) throw unlimited(pid)
    seen?.(fill)
    if (fill.used >= at * fill.limit) return fill
    looks.push({ ...fill, at: performance.now() / 1000 })
    if (looks.length > LOOKS_REMEMBERED) looks.shift()
    const hurries = looks.length === LOOKS_REMEMBERED && secondsUntilFull(looks) < ahead
    if (hurries && fill.used >= Math.min(at, EARLIEST) * fill.limit) return fill
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
}

/** The error for a process without a memory limit. */
export function unlimited(pid: number): LeakscopeError {
  return new LeakscopeError('UNSUPPORTED', `no control group limits the memory of process ${pid}`, {
    hint: 'Arm it without --watch: it then writes a snapshot shortly before its heap is full.',
  })
}

// Usually 2 seconds, so that a single garbage collection does not look like a trend.
const LOOKS_REMEMBERED = 10
