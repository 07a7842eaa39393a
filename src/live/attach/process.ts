import { LeakscopeError } from '../../errors.js'
import { debugPortOf } from '../linux/debug-port.js'
import { hasEnded, type ProcessFacts, processFacts } from '../linux/facts.js'
import { ownerOf } from '../linux/sockets.js'
import { type Connection, connect } from '../protocol/connection.js'
import { forgetConsole } from '../protocol/console.js'
import { type End, lost, openTarget, type Target } from '../target.js'
import { leaveInspector } from './close-inspector.js'
import { inspectorAt, type Look } from './inspector-at.js'
import { type Introduction, introduce } from './introduction.js'
import type { Limits } from './limits.js'
import { obstacle } from './obstacles.js'
import { findInspector, findInspectorAnywhere, type Opening, openInspector, socketsOf } from './open-inspector.js'
import { forgetOpening, isBeingOpened, isLeftOpen, noteGivenUp, noteOpened } from './openings.js'
import { nameForAttaching, settleIn } from './ownership.js'
import { openPassage } from './passage.js'
import { withSignalLock } from './signal-lock.js'
import { stepAside } from './step-aside.js'

/**
 * Attaches to a process of this machine by its pid, opening its inspector where that is needed and safe; into a container with a
 * network of its own through a passage. An inspector that a killed leakscope left open is taken over, and closed at the end.
 */
export async function attachProcess(pid: number, limits: Limits): Promise<Target> {
  for (let tries = 1; ; tries++) {
    try {
      return await attachOnce(pid, limits)
    } catch (error) {
      if (!(error instanceof ClosedMeanwhile) || tries === MOST_TRIES) throw error
    }
  }
}

const MOST_TRIES = 10

/** Another leakscope left, and closed its inspector, just when we came. */
class ClosedMeanwhile extends LeakscopeError {
  constructor(pid: number, cause: unknown) {
    super('TARGET_GONE', `the inspector of process ${pid} was closed while it was being attached to`, {
      hint: 'Attach again, if it is still running.',
      cause,
    })
  }
}

async function attachOnce(pid: number, limits: Limits): Promise<Target> {
  if (process.platform !== 'linux') {
    throw new LeakscopeError('UNSUPPORTED', `attaching by pid needs Linux, this is ${process.platform}`, {
      hint: `Run \`kill -USR1 ${pid}\`, then \`leakscope attach 127.0.0.1:9229\`.`,
    })
  }
  if (pid === process.pid) {
    throw new LeakscopeError('ATTACH', `process ${pid} is leakscope itself`, {
      hint: 'Give it another process; the functions of the library look into the process they are called in.',
    })
  }
  const facts = processFacts(pid)
  const reason = obstacle(pid, facts)
  if (reason !== undefined || facts === undefined) throw reason
  if (facts.sameNetwork) return enter(facts, limits, { look: inspectorAt, async close() {} })

  const passage = await openPassage(pid)
  const road: Road = { look: passage.inspectorAt, close: passage.close }
  try {
    return await enter(facts, limits, road)
  } catch (error) {
    await road.close()
    throw error
  }
}

/** How the inspectors around a process are reached. */
interface Road {
  readonly look: Look
  close(): Promise<void>
}

async function enter(facts: ProcessFacts, limits: Limits, road: Road): Promise<Target> {
  const open = (await openAlready(facts, road.look)) ?? (await openAnywhere(facts, limits, road.look))
  if (open !== undefined) return join(facts, open, limits, road)
  if (limits.noSignal) throw notSignalled(facts.pid)
  return withSignalLock({ ...limits, pid: facts.pid }, async () => {
    // While we waited for the lock, another leakscope may have opened it.
    const opened = await openAlready(facts, road.look)
    if (opened !== undefined) return join(facts, opened, limits, road)
    await freePort(facts, limits, road)
    return join(facts, await openInspector(facts, limits, road.look), limits, road)
  })
}

function notSignalled(pid: number): LeakscopeError {
  return new LeakscopeError(
    'ATTACH',
    `process ${pid} has no inspector open, and may not be sent a signal (--no-signal)`,
    {
      hint: 'Start it with --inspect=127.0.0.1:0, or leave out --no-signal.',
    },
  )
}

async function openAlready(facts: ProcessFacts, look: Look): Promise<Opening | undefined> {
  if (isBeingOpened(facts)) return undefined
  const inspector = await findInspector(facts, look)
  return inspector === undefined ? undefined : { inspector, opened: isLeftOpen(facts, inspector) }
}

// Without the signal an inspector that the program opened itself is looked for at every port of it.
async function openAnywhere(facts: ProcessFacts, { noSignal }: Limits, look: Look): Promise<Opening | undefined> {
  const inspector = noSignal ? await findInspectorAnywhere(facts, look) : undefined
  return inspector && { inspector, opened: isLeftOpen(facts, inspector) }
}

// The port may be held by an inspector that was left open by a leakscope which is no more: ours to close, and nobody else's.
async function freePort(facts: ProcessFacts, limits: Limits, road: Road): Promise<void> {
  const { port } = debugPortOf(facts)
  const owner = port === 0 ? undefined : ownerOf(port, facts.pid)
  const other = typeof owner === 'number' && owner !== facts.pid ? processFacts(owner) : undefined
  if (other === undefined) return
  const open = await openAlready(other, road.look)
  if (!open?.opened) return
  const left = await join(other, open, limits, { ...road, async close() {} })
  await left.detach()
}

async function join(facts: ProcessFacts, opening: Opening, limits: Limits, { look, close }: Road): Promise<Target> {
  const { pid } = facts
  const end: End = { reason: undefined }
  const us = nameForAttaching()
  const name = `process ${pid}`
  let { inspector, opened } = opening
  let shared = false
  const options = {
    name,
    timeoutMs: limits.timeoutMs,
    commandTimeoutMs: limits.commandTimeoutMs,
    lost: () => lost(end, name, () => ({ pid, url: inspector.url })),
    interrupt: limits.signal,
  }
  let connection: Connection | undefined
  const leave = async (): Promise<void> => {
    try {
      if (!(opened || shared)) {
        if (connection !== undefined) forgetConsole(connection)
        return await connection?.close()
      }
      if (hasEnded(pid)) {
        await connection?.close()
        return forgetOpening(facts)
      }
      const last = connection ?? (await connect(inspector, options))
      await leaveInspector({ facts, inspector, us, options, look, hurry: limits.signal }, last)
    } catch (error) {
      if (!hasEnded(pid)) noteGivenUp(facts, inspector)
      throw error
    } finally {
      await close()
    }
  }
  // What kept us from attaching is told first, then what kept us from undoing it.
  let attached = false
  await using _ = { [Symbol.asyncDispose]: async () => (attached ? undefined : leave()) }

  let introduction: Introduction
  try {
    connection = await connect(inspector, options)
    introduction = await verified(connection, facts)
    const whose = await settleIn(connection, us, introduction.mark, opened)
    shared = whose === 'shared'
    opened = whose === 'ours'
  } catch (error) {
    const { port } = inspector
    if (opening.opened || hasEnded(pid) || socketsOf(pid).some(listener => listener.port === port)) throw error
    throw new ClosedMeanwhile(pid, error)
  }
  if (opened && inspector.port === debugPortOf(facts).port && (await opening.mayMove?.()) !== false) {
    const moved = await stepAside(pid, connection, limits, look)
    if (moved !== undefined) {
      inspector = moved
      await connection.close()
      connection = undefined
      connection = await connect(inspector, options)
      introduction = await verified(connection, facts)
    }
  }
  if (opened) noteOpened(facts, inspector)
  limits.signal.throwIfAborted()
  const { nodeVersion, title } = introduction
  const session = { connection, pid, nodeVersion, title, url: inspector.url, openedInspector: opened, end, leave }
  const target = await openTarget(session)
  attached = true
  return target
}

// The socket was found among those of this very process; that it says so itself is the second proof.
async function verified(connection: Connection, { pid, pidInside }: ProcessFacts): Promise<Introduction> {
  const introduction = await introduce(connection, `process ${pid}`)
  if (introduction.pid === pidInside) return introduction
  throw new LeakscopeError('ATTACH', `the inspector of process ${pid} led to process ${introduction.pid}`, {
    hint: 'Report this: it must not happen.',
  })
}
