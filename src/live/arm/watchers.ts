import { readdirSync, rmSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { dirname, isAbsolute, join } from 'node:path'
import { LeakscopeError } from '../../errors.js'
import { processFacts } from '../linux/facts.js'
import { read } from '../linux/read.js'
import { isPrivate, runtimeFolder } from '../linux/runtime-folder.js'

/** That this leakscope watches a process, known to others of the same user, and to root, until it is closed. */
export interface Watcher extends Disposable {
  /** Aborted when another leakscope says that the watch is over. */
  readonly over: AbortSignal
}

/**
 * Makes it known that a process is watched, so that `endWatch` finds us: by a socket in a folder that no other user reaches. Where there
 * can be no such folder, only we can end the watch. Errors: USAGE when it is watched already.
 */
export async function announceWatch(pid: number): Promise<Watcher> {
  const over = new AbortController()
  const path = socketFor(pid)
  if (path === undefined) return { over: over.signal, [Symbol.dispose]() {} }
  sweep(dirname(path))
  // What a leakscope that was killed left of it answers nobody.
  if ((await hangUp(path, 'only look')) === 'nobody') rmSync(path, { force: true })
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.end()
      over.abort(new LeakscopeError('TARGET_GONE', `the watch over process ${pid} was ended by \`leakscope disarm\``))
    })
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
    server.listen(path, resolve)
  })
  return { over: over.signal, [Symbol.dispose]: () => void server.close() }
}

/** What became of the watches over a process: there were none, all have ended, or one was asked to and has not answered (a stopped one). */
export type WatchEnd = 'none' | 'ended' | 'silent'

/** Ends the watch of another leakscope over a process: of the same user, by root of any. Takes two seconds at most. */
export async function endWatch(pid: number): Promise<WatchEnd> {
  if (process.platform !== 'linux') return 'none'
  const ends = await Promise.all(socketsOver(pid).map(path => hangUp(path, 'end it')))
  return ends.includes('silent') ? 'silent' : ends.includes('ended') ? 'ended' : 'none'
}

const PATIENCE_MS = 2000

function hangUp(path: string, how: 'end it' | 'only look'): Promise<'nobody' | 'ended' | 'silent'> {
  return new Promise(resolve => {
    const socket = createConnection(path)
    const late = setTimeout(() => {
      resolve('silent')
      socket.destroy()
    }, PATIENCE_MS)
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EAGAIN' ? 'silent' : 'nobody'))
    socket.once('connect', () => {
      if (how === 'end it') return socket.write('end')
      resolve('silent')
      return socket.destroy()
    })
    socket.once('close', () => {
      clearTimeout(late)
      resolve('ended')
    })
    socket.resume()
  })
}

// With the start of the process, for a pid is used again.
const nameFor = (pid: number): string => `watch-${pid}-${processFacts(pid)?.startTicks}.sock`

function socketFor(pid: number): string | undefined {
  const path = join(runtimeFolder() ?? '', nameFor(pid))
  return isAbsolute(path) && Buffer.byteLength(path) <= LONGEST_PATH ? path : undefined
}

// Of a socket's address.
const LONGEST_PATH = 107

// What is left of watches over processes that have ended since.
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid, startTicks] = /^watch-(\d+)-(\d+)\.sock$/.exec(name) ?? []
    if (pid !== undefined && processFacts(Number(pid))?.startTicks !== Number(startTicks))
      rmSync(join(folder, name), { force: true })
  }
}

// The kernel's list of sockets names those of all users, wherever their folders are: ours may be in another place than this session's.
function socketsOver(pid: number): string[] {
  const paths = (read('/proc/self/net/unix') ?? '').split('\n').map(line => line.slice(line.indexOf(' /') + 1))
  const named = paths.filter(path => path.endsWith(`/${nameFor(pid)}`) && /\/leakscope-\d+\/[^/]*$/.test(path))
  return [...new Set(named)].filter(path => process.geteuid!() === 0 || isPrivate(dirname(path)))
}
