import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../../errors.js'
import { controlGroups } from '../linux/control-groups.js'
import { processFacts } from '../linux/facts.js'
import { EARLIEST, type Look, secondsUntilFull } from './last-moment.js'

/** A limit that a process comes near to: that of the fullest of the control groups it lives in. */
export interface Fill {
  readonly used: number
  readonly limit: number
  /** The folder of that group. */
  readonly group: string
}

/** How full the control groups of a process are: the fullest by share; `undefined` where none has a limit. About 0.2 ms. */
export function fillOf(pid: number): Fill | undefined {
  return controlGroups(pid)
    .flatMap(({ limit, used, folder }) => (limit === undefined ? [] : [{ used, limit, group: folder }]))
    .sort((a, b) => b.used / b.limit - a.used / a.limit)[0]
}

export interface WatchOptions {
  /** The share of the limit to wait for: 0.8. */
  readonly at: number
  /** Not to wait for it when the group would be full in so many seconds as it fills now. */
  readonly ahead?: number
  readonly signal: AbortSignal
  readonly everyMs?: number
  seen?(fill: Fill): void
}

/**
 * Waits until a control group of a process is filled to a share of its limit, beyond which the kernel will kill. Looks from outside, a few
 * times a second, and asks nothing of the process. Errors: TARGET_GONE when it ends, UNSUPPORTED without a limit, the signal's reason.
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
    if (fill === undefined) {
      throw new LeakscopeError('UNSUPPORTED', `no control group limits the memory of process ${pid}`, {
        hint: 'Arm it without --watch: it then writes a snapshot shortly before its heap is full.',
      })
    }
    seen?.(fill)
    if (fill.used >= at * fill.limit) return fill
    looks.push({ ...fill, at: performance.now() / 1000 })
    if (looks.length > LOOKS_REMEMBERED) looks.shift()
    const hurries = looks.length === LOOKS_REMEMBERED && secondsUntilFull(looks) < ahead
    if (hurries && fill.used >= Math.min(at, EARLIEST) * fill.limit) return fill
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
}

// What a collection frees is not to be seen as a trend: 2 seconds, as a rule.
const LOOKS_REMEMBERED = 10
