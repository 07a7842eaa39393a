import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../errors.js'
import { type Connection, type ConnectOptions, connect } from './connection.js'
import { type Inspector, inspectorAt, spell } from './inspector-at.js'
import { listeners } from './linux/sockets.js'

/**
 * Closes the inspector of a process that we opened, and sees to it that its port is gone. The closing runs inside the one command
 * that asks for it and the process drops our connection: closing it from a timer, or our hanging up meanwhile, has crashed
 * processes. Errors: TIMEOUT when the process is too busy to do it in time.
 */
export async function closeInspector(
  pid: number,
  inspector: Inspector,
  connection: Connection,
  options: ConnectOptions,
): Promise<void> {
  await ask(connection, options.commandTimeoutMs)
  if (await portIsGone(pid, inspector)) return

  // Seen once in sixty with a second client connected: the port stayed. Asking again closed it.
  const again = await inspectorAt(inspector)
  if (again !== undefined && !(await portIsGone(pid, inspector, 0))) {
    const connection = await connect(again.url, options).catch(() => undefined)
    if (connection !== undefined) await ask(connection, options.commandTimeoutMs)
    if (await portIsGone(pid, inspector)) return
  }
  throw new LeakscopeError(
    'TIMEOUT',
    `process ${pid} is too busy to close its inspector, which is still open at ${spell(inspector)}`,
    {
      hint: `Look whether it closes when the process comes to itself; if not, run \`leakscope attach ${pid}\` and leave again.`,
    },
  )
}

async function ask(connection: Connection, timeoutMs: number): Promise<void> {
  // A process that we paused must run before it can do anything else.
  connection.post('Debugger.disable')
  // Not `require('inspector')`: an app may have put a `require` of its own in the way. The reply can never arrive.
  connection.post('Runtime.evaluate', { expression: 'process._debugEnd()' })
  const waited = new AbortController()
  await Promise.race([connection.closed, sleep(timeoutMs, undefined, { signal: waited.signal }).catch(() => {})])
  waited.abort()
  await connection.close()
}

async function portIsGone(pid: number, { port }: Inspector, patienceMs = 1000): Promise<boolean> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    try {
      if (!listeners(pid).some(listener => listener.port === port)) return true
    } catch {
      return true // and the process with it
    }
    if (Date.now() >= deadline) return false
    await sleep(10)
  }
}
