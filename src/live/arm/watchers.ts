import { createConnection, createServer } from 'node:net'
import { LeakscopeError } from '../../errors.js'
import { processFacts } from '../linux/facts.js'
import { read } from '../linux/read.js'

/** That this leakscope watches a process, known to others of the same user, and to root, until it is closed. */
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
    server.listen(nameFor(pid, process.geteuid!()), resolve)
  })
  return { over: over.signal, [Symbol.dispose]: () => void server.close() }
}

/** Ends the watch of another leakscope over a process: of the same user, by root of any. Gives whether there was one. */
export async function endWatch(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const users = process.geteuid!() === 0 ? watchersOf(pid) : [process.geteuid!()]
  const ended = await Promise.all(users.map(user => hangUp(nameFor(pid, user))))
  return ended.includes(true)
}

function hangUp(name: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection(name)
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(true))
    socket.resume()
  })
}

// The kernel's list of sockets, where an @ stands for the byte that abstract names begin with.
function watchersOf(pid: number): number[] {
  const names = (read('/proc/self/net/unix') ?? '').matchAll(/ @leakscope-watch-(\d+)-(\d+)-\d+@*$/gm)
  return [...new Set([...names].filter(([, , watched]) => Number(watched) === pid).map(([, user]) => Number(user)))]
}

// With the start of the process, for a pid is used again.
function nameFor(pid: number, user: number): string {
  return `\0leakscope-watch-${user}-${pid}-${processFacts(pid)?.startTicks}`
}
