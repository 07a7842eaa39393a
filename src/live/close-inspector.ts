import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../errors.js'
import { type Connection, type ConnectOptions, connect } from './connection.js'
import { type Address, type Look, spell } from './inspector-at.js'
import { listeners } from './linux/sockets.js'
import { CLOSE_INSPECTOR, CLOSE_INSPECTOR_TWICE, LOOP_TURNS } from './ownership.js'
import { watchSilence } from './silence.js'

/**
 * Closes the inspector of a process that we opened, and sees to it that its port is gone. Waits as long as the process works: one that
 * is building a snapshot closes it afterwards. Errors: TIMEOUT when it is blocked and does not get to it.
 */
export async function closeInspector(
  pid: number,
  inspector: Address,
  connection: Connection,
  options: ConnectOptions,
  inspectorAt: Look,
): Promise<void> {
  await ask(pid, connection, options, (await loopTurns(connection)) ? CLOSE_INSPECTOR : CLOSE_INSPECTOR_TWICE)
  if (await portIsGone(pid, inspector)) return

  // Seen once in sixty with a second client connected: the port stayed. Asking again closed it.
  const again = await inspectorAt(inspector)
  if (again !== undefined) {
    const another = await connect(again, options).catch(() => undefined)
    if (another !== undefined) await ask(pid, another, options, CLOSE_INSPECTOR)
    if (await portIsGone(pid, inspector)) return
  }
  throw new LeakscopeError('TIMEOUT', `the inspector of process ${pid} is still open at ${spell(inspector)}`, {
    hint: `Run \`leakscope memory ${pid}\`: leaving the process closes it.`,
  })
}

// The process closes its inspector inside one command, and drops our connection: when it was closed from a timer instead, or we
// hung up at the same moment, some processes crashed (Node.js 20 to 26). Therefore the command is sent only when the process answers,
// and then nothing is done until the connection has ended. If we were to give up while the command waited to be run, hanging up
// could be that same moment.
async function ask(pid: number, connection: Connection, options: ConnectOptions, close: string): Promise<void> {
  const blocked = new AbortController()
  const silence = watchSilence({ pid, name: options.name, everyMs: options.commandTimeoutMs }, error =>
    blocked.abort(error),
  )
  try {
    // A process that we paused must run before it can do anything else.
    connection.post('Debugger.disable')
    await connection.send(
      'Runtime.evaluate',
      { expression: '0' },
      { timeoutMs: Number.POSITIVE_INFINITY, signal: blocked.signal },
    )
    connection.post('Runtime.evaluate', { expression: close, includeCommandLineAPI: true })
    await Promise.race([connection.closed, once(blocked.signal)])
  } catch (error) {
    if (error instanceof LeakscopeError && error.code === 'TARGET_GONE') return
    throw new LeakscopeError('TIMEOUT', `${(error as Error).message}: its inspector is still open`, {
      hint: `Run \`leakscope memory ${pid}\` when it has come to itself: leaving the process closes the inspector.`,
      cause: error,
    })
  } finally {
    silence.stop()
    await connection.close()
  }
}

// A process that runs JavaScript without a pause answers all the same, and need not be waited for.
function loopTurns(connection: Connection): Promise<boolean> {
  const parameters = { expression: LOOP_TURNS, includeCommandLineAPI: true, awaitPromise: true, silent: true }
  return connection.send<{ exceptionDetails?: unknown }>('Runtime.evaluate', parameters, { timeoutMs: 500 }).then(
    ({ exceptionDetails }) => exceptionDetails === undefined,
    () => false,
  )
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

async function portIsGone(pid: number, { port }: Address): Promise<boolean> {
  const deadline = Date.now() + 1000
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
