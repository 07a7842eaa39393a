import { LeakscopeError } from '../errors.js'
import { cpuTicks, processFacts } from './linux/facts.js'

const PATIENCE_REMOTE_MS = 300_000

export interface Watched {
  readonly pid: number | null
  readonly name: string
  /** How long a silence may last before the process is checked. */
  readonly everyMs: number
  /** After its abort, the user is waiting: a silence may last only a second. */
  readonly hurry?: AbortSignal
}

/**
 * Watches a process from which data is expected, and calls `giveUp` when none can be expected any more. A large heap
 * can keep V8 silent for long, so the criterion is whether the process uses CPU time. If that is not visible, the limit
 * is five minutes.
 */
export function watchSilence(
  { pid, name, everyMs, hurry }: Watched,
  giveUp: (error: LeakscopeError) => void,
): { broken(): void; stop(): void } {
  const local = pid !== null && process.platform === 'linux' ? pid : undefined
  let lastSign = Date.now()
  let ticks = local === undefined ? undefined : cpuTicks(local)

  let lastLook = lastSign
  const timer = setInterval(
    () => {
      const silent = Date.now() - lastSign
      const patience = hurry?.aborted ? Math.min(HURRIED_MS, everyMs) : everyMs
      if (silent < patience || Date.now() - lastLook < patience) return
      lastLook = Date.now()
      const now = local === undefined ? undefined : cpuTicks(local)
      const works = now !== undefined && now - (ticks ?? 0) > IDLE_TICKS
      ticks = now
      if (works || (local === undefined && silent < PATIENCE_REMOTE_MS)) return
      const stopped = local !== undefined && /t/i.test(processFacts(local)?.state ?? '')
      giveUp(
        new LeakscopeError(
          'TIMEOUT',
          `${name} ${stopped ? 'is stopped' : 'is blocked in native code and does not answer'}`,
          {
            hint: 'Try again later.',
          },
        ),
      )
    },
    Math.min(LOOK_MS, everyMs),
  )

  return {
    broken() {
      lastSign = Date.now()
    },
    stop() {
      clearInterval(timer)
    },
  }
}

const LOOK_MS = 100
const HURRIED_MS = 1000

// Idle threads of V8 use one now and then.
const IDLE_TICKS = 2
