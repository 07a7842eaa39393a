/** Passed to long-running work: a signal that cancels it, and a callback for progress. */
export interface Task {
  readonly signal: AbortSignal
  /** `fraction` is 0 to 1, or absent if the total is not known. */
  progress(stage: string, fraction?: number): void
}

/** A task that is never cancelled and reports no progress. */
export const untold: Task = { signal: new AbortController().signal, progress() {} }

/**
 * Call it between two synchronous kernels: it reports the next stage, yields to timers, sockets and Ctrl-C, and throws
 * the signal's reason if the work was cancelled. (A synchronous loop cannot see an abort.)
 */
export async function stage(task: Task, name: string, fraction?: number): Promise<void> {
  task.signal.throwIfAborted()
  task.progress(name, fraction)
  await new Promise<void>(resolve => setImmediate(resolve))
  task.signal.throwIfAborted()
}

/**
 * Awaits a promise that may never settle, such as the next bytes of a pipe, and rejects with the signal's reason on
 * abort.
 */
export function unlessAborted<Value>(coming: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    coming.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
