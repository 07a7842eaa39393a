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
