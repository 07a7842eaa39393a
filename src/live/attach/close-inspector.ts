import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../../errors.js'
import { injectedCall } from '../injected.js'
import type { ProcessFacts } from '../linux/facts.js'
import { connectionsAt } from '../linux/peers.js'
import { listeners } from '../linux/sockets.js'
import { type Connection, type ConnectOptions, connect } from '../protocol/connection.js'
import { forgetConsole } from '../protocol/console.js'
import { evaluation } from '../protocol/remote-object.js'
import { otherwise } from '../protocol/schema.js'
import { watchSilence } from '../silence.js'
import { type Address, type Look, spell } from './inspector-at.js'
import { forgetClosed, noteOpened } from './openings.js'
import { type Closing, leaveTo, markSchema, noteLeft, readMark, usersIn } from './ownership.js'

/** An inspector that leakscope opened, and our connection to it as `us`. */
interface Stay {
  readonly facts: ProcessFacts
  readonly inspector: Address & { readonly url: string }
  readonly us: string
  readonly options: ConnectOptions
  readonly look: Look
  /** Aborted when the user waits for us to leave. */
  readonly hurry: AbortSignal
}

/**
 * Closes an inspector that leakscope opened, and verifies that its port is gone; if another leakscope is connected to
 * it, leaves it to that one. Waits while the process is working: one that is building a snapshot closes it afterwards.
 * Errors: TIMEOUT if the process is blocked.
 */
export async function leaveInspector(stay: Stay, connection: Connection): Promise<void> {
  const { facts, inspector } = stay
  noteLeft(stay.us)
  const heir = await closeUnlessUsed(stay, connection)
  if (heir === undefined) forgetClosed(facts, inspector)
  else noteOpened(facts, inspector, heir)
}

async function closeUnlessUsed(stay: Stay, connection: Connection): Promise<string | undefined> {
  const { inspector, options, look } = stay
  const { pid } = stay.facts
  const close = (await loopTurns(connection)) ? 'once' : 'twice'
  const heir = await ask(stay, connection, close)
  if (heir !== undefined || (await portIsGone(pid, inspector))) return heir

  // Observed once in sixty attempts with a second client: the port stayed open. A second attempt closed it.
  const again = await look(inspector)
  if (again !== undefined) {
    const another = await connect(again, options).catch(() => undefined)
    const heir = another === undefined ? undefined : await ask(stay, another, 'otherwise')
    if (heir !== undefined || (await portIsGone(pid, inspector))) return heir
  }
  throw new LeakscopeError('TIMEOUT', `the inspector of process ${pid} is still open at ${spell(inspector)}`, {
    hint: `Run \`leakscope memory ${pid}\`: leaving the process closes it, unless its program has replaced what does.`,
  })
}

// The process closes its inspector within one command, and drops our connection: if it was closed from a timer, or we
// disconnected at the same moment, some processes crashed (Node.js 20 to 26). So the command is sent only if the
// process answers, and then we wait until the connection has ended. Giving up while the command is pending could be
// that same moment.
async function ask(stay: Stay, connection: Connection, close: Closing): Promise<string | undefined> {
  const { options } = stay
  const { pid } = stay.facts
  const blocked = new AbortController()
  const { hurry } = stay
  const silence = watchSilence({ pid, name: options.name, everyMs: options.commandTimeoutMs, hurry }, error =>
    blocked.abort(error),
  )
  const late = setTimeout(() => blocked.abort(tooLate(options.name)), LONGEST_LEAVING_MS)
  try {
    // A process that we paused must first be resumed.
    connection.post('Debugger.disable')
    await connection.send(
      'Runtime.evaluate',
      { expression: '0' },
      { timeoutMs: Number.POSITIVE_INFINITY, signal: blocked.signal },
    )
    return await Promise.race([closeOrHandOver(stay, connection, close), once(blocked.signal).then(() => undefined)])
  } catch (error) {
    if (error instanceof LeakscopeError && error.code === 'TARGET_GONE') return undefined
    throw new LeakscopeError('TIMEOUT', `${(error as Error).message}: its inspector is still open`, {
      hint: `Run \`leakscope memory ${pid}\` when it responds again: leaving the process closes the inspector.`,
      cause: error,
    })
  } finally {
    silence.stop()
    clearTimeout(late)
    await connection.close()
  }
}

// V8 may be building a snapshot, which cannot be cancelled.
const LONGEST_LEAVING_MS = 3_600_000

const tooLate = (name: string): LeakscopeError =>
  new LeakscopeError('TIMEOUT', `${name} has not answered for an hour`, { hint: 'Check what the process is doing.' })

/**
 * Returns the leakscope to which the inspector was left. If it was closed, there is no reply: TARGET_GONE. `undefined`
 * if the process replies without having closed it.
 */
async function closeOrHandOver(
  { facts, inspector, us }: Stay,
  connection: Connection,
  close: Closing,
): Promise<string | undefined> {
  const run = async (expression: string): Promise<unknown> => {
    const parameters = { expression, includeCommandLineAPI: true, silent: true }
    const options = { timeoutMs: Number.POSITIVE_INFINITY, signal: unhurried, answer: evaluation }
    return (await connection.send('Runtime.evaluate', parameters, options)).result.value
  }
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const mark = otherwise(markSchema, null)(await run(readMark()))
    // One in another container may be gone without our knowledge: then only we are connected.
    let others = usersIn(mark).filter(name => name !== us)
    if (others.length === 0) await othersHaveLeft(facts.pid, inspector)
    else if (connectionsAt(facts.pid, inspector.port) <= 1) others = []
    // Both commands arrive together, so no code of the program runs in between.
    forgetConsole(connection)
    const left = await run(leaveTo(others, mark, close))
    if (left === true) return others[0]
    // Repeats only if leakscopes came or went since the mark was read.
    if (left !== false) return undefined
  }
  return undefined
}

const MOST_TRIES = 20

// Cleaning up is not cancelled by the user's interrupt.
const unhurried = new AbortController().signal

// A process can crash if its inspector closes while another client connects or disconnects (seen with Node.js 20).
// Waits for other leakscopes; a client that stays is another program.
async function othersHaveLeft(pid: number, { port }: Address): Promise<void> {
  const deadline = Date.now() + 500
  while (connectionsAt(pid, port) > 1 && Date.now() < deadline) await sleep(10)
}

// A process that runs JavaScript without a pause answers nevertheless, and its loop need not turn.
function loopTurns(connection: Connection): Promise<boolean> {
  const parameters = {
    expression: injectedCall('loop-turns', 'loopTurns'),
    includeCommandLineAPI: true,
    awaitPromise: true,
    silent: true,
  }
  const options = { timeoutMs: 500, signal: unhurried, answer: evaluation }
  return connection.send('Runtime.evaluate', parameters, options).then(
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
