import { readdirSync, rmSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { dirname, isAbsolute, join } from 'node:path'
import { LeakscopeError } from '../../errors.js'
import { processFacts } from '../linux/facts.js'
import { read } from '../linux/read.js'
import { isPrivate, runtimeFolder } from '../linux/runtime-folder.js'

/**
 * An announcement that this leakscope watches a process, visible to others of the same user and to root, until
 * disposed.
 */
export interface Watcher extends Disposable {
  /** Aborted when another leakscope ends the watch. */
  readonly over: AbortSignal
}

/**
 * Announces that a process is watched, so that `endWatch` finds us, by a socket in a folder that no other user can
 * access. Without such a folder, only we can end the watch. Errors: USAGE if it is already watched.
 */
export async function announceWatch(pid: number): Promise<Watcher> {
  const over = new AbortController()
  const path = socketFor(pid)
  if (path === undefined) return { over: over.signal, [Symbol.dispose]() {} }
  sweep(dirname(path))
  // A socket left by a killed leakscope does not answer.
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

/**
 * The result of ending the watches of a process: there were none, all have ended, or one did not answer (a stopped
 * process).
 */
export type WatchEnd = 'none' | 'ended' | 'silent'

/** Ends the watch of another leakscope: of the same user, or for root of any user. Takes at most two seconds. */
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

// Includes the start time of the process, since pids are reused.
const nameFor = (pid: number): string => `watch-${pid}-${processFacts(pid)?.startTicks}.sock`

function socketFor(pid: number): string | undefined {
  const path = join(runtimeFolder() ?? '', nameFor(pid))
  return isAbsolute(path) && Buffer.byteLength(path) <= LONGEST_PATH ? path : undefined
}

// The maximum length of a socket's address.
const LONGEST_PATH = 107

// Removes sockets of watches over processes that have ended.
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid, startTicks] = /^watch-(\d+)-(\d+)\.sock$/.exec(name) ?? []
    if (pid !== undefined && processFacts(Number(pid))?.startTicks !== Number(startTicks))
      rmSync(join(folder, name), { force: true })
  }
}

// The kernel's list has the sockets of all users, in any folder: another session's runtime folder may differ from ours.
function socketsOver(pid: number): string[] {
  const paths = (read('/proc/self/net/unix') ?? '').split('\n').map(line => line.slice(line.indexOf(' /') + 1))
  const named = paths.filter(path => path.endsWith(`/${nameFor(pid)}`) && /\/leakscope-\d+\/[^/]*$/.test(path))
  return [...new Set(named)].filter(path => process.geteuid!() === 0 || isPrivate(dirname(path)))
}
