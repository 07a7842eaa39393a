/**
 * The time limit of a check. When it is over, running work is aborted or abandoned, and the check concludes from its
 * rounds so far.
 */
export interface TimeLimit {
  /** Aborts when the time is over or the caller cancels the check. */
  readonly signal: AbortSignal
  /** Whether a failure was caused only by the time limit. */
  ended(): boolean
  /** Waits for a promise until the time is over; then it is abandoned, and its failure is ignored. */
  within<Result>(work: Promise<Result>): Promise<Result>
}

/** Starts a limit of `milliseconds`. `called` is the caller's signal for cancelling. */
export function timeLimit(milliseconds: number, called: AbortSignal): TimeLimit {
  const over = AbortSignal.timeout(Math.min(Math.max(0, Math.round(milliseconds)), LONGEST_TIMER))
  const signal = AbortSignal.any([called, over])
  return {
    signal,
    ended: () => over.aborted && !called.aborted,
    async within(work) {
      let stop = (): void => {}
      const stopped = new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason)
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      })
      try {
        return await Promise.race([work, stopped])
      } finally {
        signal.removeEventListener('abort', stop)
        stopped.catch(() => {})
        work.catch(() => {})
      }
    },
  }
}

/** The maximum duration of Node.js' timers: 24.8 days. */
const LONGEST_TIMER = 2 ** 31 - 1
