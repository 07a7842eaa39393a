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

/** An inspector that leakscope opened, as one leakscope that uses it, `us`, is connected to it. */
interface Stay {
  readonly facts: ProcessFacts
  readonly inspector: Address & { readonly url: string }
  readonly us: string
  readonly options: ConnectOptions
  readonly look: Look
  /** Once it is aborted, somebody waits for us to leave. */
  readonly hurry: AbortSignal
}

/**
 * Closes the inspector of a process that leakscope opened, and sees to it that its port is gone; while another leakscope is connected
 * to it, it is left to that one. Waits as long as the process works: one that is building a snapshot closes it afterwards. Errors:
 * TIMEOUT when it is blocked and does not get to it.
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

  // Seen once in sixty with a second client connected: the port stayed. Asking again closed it.
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

// The process closes its inspector inside one command, and drops our connection: when it was closed from a timer instead, or we
// hung up at the same moment, some processes crashed (Node.js 20 to 26). Therefore the command is sent only when the process answers,
// and then nothing is done until the connection has ended. If we were to give up while the command waited to be run, hanging up
// could be that same moment.
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
    // A process that we paused must run before it can do anything else.
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
      hint: `Run \`leakscope memory ${pid}\` when it has come to itself: leaving the process closes the inspector.`,
      cause: error,
    })
  } finally {
    silence.stop()
    clearTimeout(late)
    await connection.close()
  }
}

// V8 may be building a snapshot, which nobody can call off.
const LONGEST_LEAVING_MS = 3_600_000

const tooLate = (name: string): LeakscopeError =>
  new LeakscopeError('TIMEOUT', `${name} has not answered for an hour`, { hint: 'Look at what it does.' })

/**
 * Gives the leakscope that the inspector was left to. Where it was closed there is no reply: TARGET_GONE. `undefined` where the process
 * replies and has not closed it.
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
    // One of another container may be gone without our knowing: then nobody but us is connected.
    let others = usersIn(mark).filter(name => name !== us)
    if (others.length === 0) await othersHaveLeft(facts.pid, inspector)
    else if (connectionsAt(facts.pid, inspector.port) <= 1) others = []
    // The two arrive together, and nothing of the program runs in between.
    forgetConsole(connection)
    const left = await run(leaveTo(others, mark, close))
    if (left === true) return others[0]
    // Only where leakscopes came or went since the mark was read is there a reason to ask again.
    if (left !== false) return undefined
  }
  return undefined
}

const MOST_TRIES = 20

// What leaves a process as it was is not called off by whoever wants to leave.
const unhurried = new AbortController().signal

// Closed in the moment in which another one hangs up or connects, a process can crash (seen with Node.js 20). Who stays is a stranger.
async function othersHaveLeft(pid: number, { port }: Address): Promise<void> {
  const deadline = Date.now() + 500
  while (connectionsAt(pid, port) > 1 && Date.now() < deadline) await sleep(10)
}

// A process that runs JavaScript without a pause answers all the same, and need not be waited for.
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
