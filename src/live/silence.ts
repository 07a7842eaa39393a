import { LeakscopeError } from '../errors.js'
import { cpuTicks, processFacts } from './linux/facts.js'

const PATIENCE_REMOTE_MS = 300_000

export interface Watched {
  readonly pid: number | null
  readonly name: string
  /** How long a silence may be before the process is looked at. */
  readonly everyMs: number
  /** Once it is aborted, somebody waits: a silence may be a second long. */
  readonly hurry?: AbortSignal
}

/**
 * Watches a process from which a sign of life is expected, and calls `giveUp` when there is no hope of one. A large heap can keep V8
 * silent for long: what counts is whether the process still works, by the CPU time it uses. Where that cannot be seen, five minutes.
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

// The threads of V8 that wait for work use one now and then.
const IDLE_TICKS = 2
