import { createConnection, createServer } from 'node:net'
import { LeakscopeError } from '../../errors.js'
import { processFacts } from '../linux/facts.js'

/** That this leakscope watches a process, known to others of the same user until it is closed. */
export interface Watcher extends Disposable {
  /** Aborted when another leakscope says that the watch is over. */
  readonly over: AbortSignal
}

/**
 * Makes it known that a process is watched, so that `endWatch` finds us. The name is in Linux's abstract socket namespace, which the
 * kernel clears when we end in whatever way. Errors: USAGE when it is watched already.
 */
export async function announceWatch(pid: number): Promise<Watcher> {
  const over = new AbortController()
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.end()
    over.abort(new LeakscopeError('TARGET_GONE', `the watch over process ${pid} was ended by \`leakscope disarm\``))
  })
  server.unref()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new LeakscopeError('USAGE', `process ${pid} is watched already`, {
              hint: `End that with \`leakscope disarm ${pid}\`.`,
            })
          : error,
      ),
    )
    server.listen(nameFor(pid), resolve)
  })
  return { over: over.signal, [Symbol.dispose]: () => void server.close() }
}

/** Ends the watch of another leakscope over a process. Gives whether there was one. */
export function endWatch(pid: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection(nameFor(pid))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(true))
    socket.resume()
  })
}

// With the start of the process, for a pid is used again.
function nameFor(pid: number): string {
  return `\0leakscope-watch-${process.geteuid?.()}-${pid}-${processFacts(pid)?.startTicks}`
}
