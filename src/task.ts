/** What long work is given: a signal that ends it, and someone to tell how far it is. */
export interface Task {
  readonly signal: AbortSignal
  /** `fraction` runs from 0 to 1 and is left out where the end is not known. */
  progress(stage: string, fraction?: number): void
}

/** For callers with nothing to cancel and nobody to tell. */
export const untold: Task = { signal: new AbortController().signal, progress() {} }

/**
 * Stands between two synchronous kernels: says what comes next, lets timers, sockets and Ctrl-C have their turn, and throws the
 * signal's reason when the work is no longer wanted. (Inside a synchronous loop an abort cannot be seen.)
 */
export async function stage(task: Task, name: string, fraction?: number): Promise<void> {
  task.signal.throwIfAborted()
  task.progress(name, fraction)
  await new Promise<void>(resolve => setImmediate(resolve))
  task.signal.throwIfAborted()
}

/** Waits for what may never come, as whoever fills a pipe may have stopped to, until the signal ends it with its reason. */
export function unlessAborted<Value>(coming: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    coming.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
