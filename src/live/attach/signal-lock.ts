import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../../errors.js'

/**
 * Lets one leakscope at a time open an inspector by signal, since all processes open theirs at the same port, 9229.
 *
 * The lock is a name in Linux's abstract socket namespace: it belongs to a network namespace, just as the port does, and the kernel
 * drops it when its holder ends in whatever way, so that it can never be stale and leaves no file. Errors: TIMEOUT.
 */
export async function withSignalLock<T>(
  options: { timeoutMs: number; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const lock = await take(options)
  try {
    return await work()
  } finally {
    lock.close()
  }
}

async function take({ timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<Server> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    signal.throwIfAborted()
    const lock = await tryToTake()
    if (lock !== undefined) return lock
    if (Date.now() > deadline) {
      throw new LeakscopeError('TIMEOUT', 'another leakscope has been opening an inspector all the while', {
        hint: 'Try again when it is done.',
      })
    }
    await sleep(20)
  }
}

function tryToTake(): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const lock = createServer(socket => socket.destroy())
    lock.unref()
    lock.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    lock.listen(`\0leakscope-${process.geteuid?.()}`, () => resolve(lock))
  })
}
