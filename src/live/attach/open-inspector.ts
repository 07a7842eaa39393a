import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../../errors.js'
import { debugPortOf } from '../linux/debug-port.js'
import { hasEnded, type ProcessFacts, processFacts } from '../linux/facts.js'
import { signalThreadSleeps } from '../linux/signal-thread.js'
import { type Listener, listeners, ownerOf } from '../linux/sockets.js'
import { watchWorkers } from './cluster.js'
import { type Address, type Inspector, inspectorAt, type Look } from './inspector-at.js'
import { signalObstacle, stillStarting } from './obstacles.js'
import { forgetOpening, isLeftOpen, notedPort, noteGivenUp, noteOpening } from './openings.js'

/** An inspector that was found open or has been opened. */
export interface Opening {
  readonly inspector: Address & { readonly url: string }
  /** False if the inspector was already open. */
  readonly opened: boolean
  /** Waits until its port may be freed. */
  readonly mayMove?: () => Promise<boolean>
}

/**
 * Finds the inspector of a process at a configured or default port, or one opened by leakscope. Queries no other port.
 */
export async function findInspector(facts: ProcessFacts, look: Look): Promise<Inspector | undefined> {
  const { port, fromStart } = debugPortOf(facts)
  const noted = notedPort(facts)
  const own = socketsOf(facts.pid)
  const likely = own.filter(listener => listener.port === port || listener.port === noted)
  return firstInspector(
    fromStart || noted === 'any' ? [...likely, ...own.filter(listener => !likely.includes(listener))] : likely,
    look,
  )
}

/**
 * Finds an inspector that a program opened itself, on any port. Queries every port on which the program listens, so it
 * is the last resort; it needs neither the signal nor the debug port.
 */
export async function findInspectorAnywhere({ pid }: ProcessFacts, look: Look): Promise<Inspector | undefined> {
  return firstInspector(socketsOf(pid), look)
}

/** The result of either of these, seen from outside: `undefined` if access is not permitted, or in another network. */
export async function openInspectorOf(
  facts: ProcessFacts,
  find: typeof findInspector = findInspector,
): Promise<Inspector | undefined> {
  // That address here would belong to another process.
  if (!facts.sameNetwork) return undefined
  try {
    return await find(facts, address => inspectorAt(address, 500))
  } catch {
    return undefined // no access, or ended
  }
}

/** An inspector left open by a leakscope that gave up or no longer runs, seen from outside. */
export async function inspectorLeftAt(pid: number): Promise<Inspector | undefined> {
  const facts = processFacts(pid)
  if (facts === undefined || notedPort(facts) === undefined) return undefined
  const open = await openInspectorOf(facts)
  return open !== undefined && isLeftOpen(facts, open) ? open : undefined
}

/**
 * Opens the inspector of a process with SIGUSR1, which is sent only if it is known to be harmless, and finds it by the
 * new socket of the process, so that another program at that port is never mistaken for it. Errors: ATTACH,
 * TARGET_GONE, the signal's reason. `opened` tells the caller what to undo.
 */
export async function openInspector(
  { pid, startTicks }: Pick<ProcessFacts, 'pid' | 'startTicks'>,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  look: Look,
): Promise<Opening> {
  const { facts, reason } = await ready(pid, startTicks, signal)
  const { port, fromStart } = debugPortOf(facts)
  const refusal = reason ?? takenPort(facts, port)
  if (refusal !== undefined) {
    const open = await findInspectorAnywhere(facts, look)
    if (open === undefined) throw refusal
    return { inspector: open, opened: false }
  }

  const before = socketsOf(pid)
  const open = fromStart ? before.find(listener => listener.port === port) : undefined
  if (open !== undefined) throw unpublished(facts, open)

  const known = new Set(before.map(listener => listener.inode))
  const sleepsBefore = signalThreadSleeps(pid)
  const mayMove = watchWorkers(facts)
  noteOpening(facts)
  process.kill(pid, 'SIGUSR1')

  const start = Date.now()
  let silent: Listener | undefined
  try {
    // After the signal was sent, even a cancelled caller has to wait: the inspector must not open unnoticed.
    while (Date.now() - start < timeoutMs) {
      await sleep(10)
      // An ended process has no sockets, but exists until its parent reaps it.
      if (hasEnded(pid)) throw gone(pid)
      const fresh = socketsOf(pid).filter(listener => !known.has(listener.inode))
      const inspector = await firstInspector(fresh, look)
      if (inspector !== undefined) return { inspector, opened: true, mayMove }
      silent = fresh[0]

      const waited = Date.now() - start
      const taken = waited > 300 && waited < 400 ? takenPort(facts, port) : undefined
      if (taken !== undefined) throw taken
      if (signal.aborted && waited > 1000) throw signal.reason
      if (waited > 500 && fresh.length === 0) {
        // The signal has no effect if an inspector is already open on a port that the program chose. Sockets opened
        // after the signal are not that one.
        const earlier = socketsOf(pid).filter(listener => known.has(listener.inode))
        const inspector = await firstInspector(earlier, look)
        if (inspector !== undefined) {
          forgetOpening(facts)
          return { inspector, opened: false }
        }
        // The thread that waits for the signal wakes up within milliseconds, however busy the program is.
        if (waited > 1000 && signalThreadSlept(pid, sleepsBefore)) throw handlesSignal(pid)
        await sleep(100)
      }
    }
    if (silent !== undefined) throw unpublished(facts, silent)
    throw signalThreadSlept(pid, sleepsBefore) ? handlesSignal(pid) : blocked(pid, timeoutMs)
  } catch (error) {
    noteGivenUp(facts)
    throw error
  }
}

// If it has not woken up, the signal did not reach it: the program handled it.
function signalThreadSlept(pid: number, sleepsBefore: number | undefined): boolean {
  return sleepsBefore !== undefined && signalThreadSleeps(pid) === sleepsBefore
}

// A starting process catches the signal within a fraction of a second.
async function ready(
  pid: number,
  startTicks: number,
  signal: AbortSignal,
): Promise<{ facts: ProcessFacts; reason: LeakscopeError | undefined }> {
  for (;;) {
    signal.throwIfAborted()
    const facts = processFacts(pid)
    // The pid was reused by another process.
    if (facts?.startTicks !== startTicks) throw gone(pid)
    if (!stillStarting(facts)) return { facts, reason: signalObstacle(facts) }
    await sleep(10)
  }
}

function takenPort({ pid }: ProcessFacts, port: number): LeakscopeError | undefined {
  if (port === 0) return undefined
  const owner = ownerOf(port, pid)
  if (owner === undefined || owner === pid) return undefined
  const command = owner === 'unknown' ? undefined : processFacts(owner)?.commandLine.slice(0, 3).join(' ')
  return new LeakscopeError(
    'ATTACH',
    `port ${port}, where process ${pid} opens its inspector, is taken by ${
      owner === 'unknown' ? "another user's process" : `process ${owner}${command ? ` (${command})` : ''}`
    }`,
    {
      hint:
        owner === 'unknown'
          ? `Free port ${port} first.`
          : `Free port ${port} first: end the debugging of process ${owner}, or start that one with --inspect=127.0.0.1:0.`,
    },
  )
}

function handlesSignal(pid: number): LeakscopeError {
  return new LeakscopeError('ATTACH', `process ${pid} handles SIGUSR1 itself, so no inspector opens`, {
    hint: 'Start it with --inspect=127.0.0.1:0.',
  })
}

function blocked(pid: number, timeoutMs: number): LeakscopeError {
  return new LeakscopeError(
    'ATTACH',
    `process ${pid} got the signal and did not open its inspector within ${timeoutMs / 1000} s: its main thread is blocked in ` +
      'native code (a synchronous child process or file call, for example). The inspector may still open when that call returns',
    { hint: `Run \`leakscope memory ${pid}\` when it has: leaving the process closes the inspector.` },
  )
}

function unpublished({ pid, sameNetwork }: ProcessFacts, { port }: Listener): LeakscopeError {
  if (!sameNetwork) {
    return new LeakscopeError(
      'ATTACH',
      `process ${pid} opened port ${port} in its own network, where it does not answer`,
      {
        hint: `Look whether its loopback interface is up: \`nsenter -t ${pid} -n ip link\`.`,
      },
    )
  }
  return new LeakscopeError(
    'ATTACH',
    `process ${pid} opened port ${port} and does not publish the address of its inspector`,
    {
      hint: 'Give the ws:// address it wrote to its stderr (it was started with --inspect-publish-uid=stderr).',
    },
  )
}

// Queries a few ports at a time, with a time limit: a hostile process may be silent on many ports.
async function firstInspector(candidates: readonly Listener[], look: Look): Promise<Inspector | undefined> {
  const deadline = Date.now() + LOOKING_MS
  for (let at = 0; at < candidates.length && Date.now() < deadline; at += ASKED_AT_ONCE) {
    const asked = candidates.slice(at, at + ASKED_AT_ONCE)
    const found = await Promise.all(asked.map(candidate => look(candidate)))
    const inspector = found.find(inspector => inspector?.browser.startsWith('node.js/'))
    if (inspector !== undefined) return inspector
  }
  return undefined
}

const LOOKING_MS = 1000
const ASKED_AT_ONCE = 16

/** The listening sockets of a process. Errors: TARGET_GONE. */
export function socketsOf(pid: number): Listener[] {
  try {
    return listeners(pid)
  } catch (error) {
    throw gone(pid, error)
  }
}

function gone(pid: number, cause?: unknown): LeakscopeError {
  return new LeakscopeError('TARGET_GONE', `process ${pid} ended while it was being attached to`, { cause })
}
