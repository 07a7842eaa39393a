import { LeakscopeError } from '../../errors.js'
import { cpuTicks, processFacts } from '../linux/facts.js'
import { nameOf, type Target } from '../target.js'

const LOOK_EVERY_MS = 15_000
const PATIENCE_REMOTE_MS = 300_000

/**
 * Watches a target from which signs of life are expected, and calls `giveUp` when there is no hope of one. A large heap can keep V8
 * silent for long: what counts is whether the process still works, by the CPU time it uses. Where that cannot be seen, five minutes.
 */
export function watchSilence(
  target: Target,
  giveUp: (error: LeakscopeError) => void,
): { broken(): void; stop(): void } {
  let lastSign = Date.now()
  let ticks = ticksOf(target)
  const timer = setInterval(() => {
    const silent = Date.now() - lastSign
    if (silent < LOOK_EVERY_MS) return
    const now = ticksOf(target)
    const works = now !== undefined && now !== ticks
    ticks = now
    if (works || (now === undefined && silent < PATIENCE_REMOTE_MS)) return
    giveUp(
      new LeakscopeError('TIMEOUT', `${nameOf(target.pid, target.url)} ${why(target)}`, { hint: 'Try again later.' }),
    )
  }, LOOK_EVERY_MS)

  return {
    broken() {
      lastSign = Date.now()
    },
    stop() {
      clearInterval(timer)
    },
  }
}

function ticksOf({ pid }: Target): number | undefined {
  return pid === null || process.platform !== 'linux' ? undefined : cpuTicks(pid)
}

function why({ pid }: Target): string {
  const stopped = pid !== null && process.platform === 'linux' && /[tT]/.test(processFacts(pid)?.state ?? '')
  return stopped ? 'is stopped' : 'is blocked in native code and does not get to take the snapshot'
}
