/** The time a check may take. What runs when it is over is ended or left, and the check answers with the rounds it has. */
export interface TimeLimit {
  /** Aborts when the time is over, and when the caller calls the check off. */
  readonly signal: AbortSignal
  /** Whether something failed only because the time was over. */
  ended(): boolean
  /** Waits for something, but not longer than there is time: it is left to itself then, and its failure is nobody's. */
  within<Result>(work: Promise<Result>): Promise<Result>
}

/** Starts the time: `milliseconds` from now. `called` is the signal of who may call the check off before. */
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

/** Timers of Node.js go no further: 24.8 days. */
const LONGEST_TIMER = 2 ** 31 - 1
