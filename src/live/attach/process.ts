import { LeakscopeError } from '../../errors.js'
import { debugPortOf } from '../linux/debug-port.js'
import { type ProcessFacts, processFacts } from '../linux/facts.js'
import { ownerOf } from '../linux/sockets.js'
import type { Target } from '../target.js'
import { Attachment, ClosedMeanwhile, type Subject } from './attachment.js'
import type { Look } from './inspector-at.js'
import type { Limits } from './limits.js'
import { obstacle } from './obstacles.js'
import { findInspector, findInspectorAnywhere, type Opening, openInspector } from './open-inspector.js'
import { isBeingOpened, isLeftOpen } from './openings.js'
import { directly, openPassage } from './passage.js'
import { withSignalLock } from './signal-lock.js'

/**
 * Attaches to a local process by its pid, opening its inspector if needed and safe; through a passage if it is in
 * another network namespace. An inspector left open by a killed leakscope is taken over, and closed at the end.
 */
export async function attachProcess(pid: number, limits: Limits): Promise<Target> {
  for (let tries = 1; ; tries++) {
    const facts = attachable(pid)
    await using attachment = new Attachment(
      subject(facts),
      limits,
      facts.sameNetwork ? directly : await openPassage(pid),
    )
    try {
      return await openAndConnect(attachment, facts)
    } catch (error) {
      if (!(error instanceof ClosedMeanwhile) || tries === MOST_TRIES) throw error
    }
  }
}

const MOST_TRIES = 10

function attachable(pid: number): ProcessFacts {
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
  return facts
}

function subject(facts: ProcessFacts): Subject {
  const name = `process ${facts.pid}`
  return {
    name,
    facts,
    identify({ pid }) {
      if (pid === facts.pidInside) return facts
      throw new LeakscopeError('ATTACH', `the inspector of ${name} led to process ${pid}`, {
        hint: 'Report this: it must not happen.',
      })
    },
  }
}

async function openAndConnect(attachment: Attachment, facts: ProcessFacts): Promise<Target> {
  const { limits, passage } = attachment
  const look = passage.inspectorAt
  const open = (await openAlready(facts, look)) ?? (await openAnywhere(facts, limits, look))
  if (open !== undefined) return attachment.connect(open)
  if (limits.noSignal) throw notSignalled(facts.pid)
  return withSignalLock({ ...limits, pid: facts.pid }, async () => {
    // Another leakscope may have opened it while we waited for the lock.
    const opened = await openAlready(facts, look)
    if (opened !== undefined) return attachment.connect(opened)
    await freePort(facts, attachment)
    return attachment.connect(await attachment.opening(() => openInspector(facts, limits, look)))
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

// If no signal can be sent, searches all ports for an inspector that the program opened itself.
async function openAnywhere(facts: ProcessFacts, { noSignal }: Limits, look: Look): Promise<Opening | undefined> {
  const inspector = noSignal ? await findInspectorAnywhere(facts, look) : undefined
  return inspector && { inspector, opened: isLeftOpen(facts, inspector) }
}

// The port may be used by an inspector that a dead leakscope left open, which we close; we close no other.
async function freePort(facts: ProcessFacts, { limits, passage }: Attachment): Promise<void> {
  const { port } = debugPortOf(facts)
  const owner = port === 0 ? undefined : ownerOf(port, facts.pid)
  const other = typeof owner === 'number' && owner !== facts.pid ? processFacts(owner) : undefined
  if (other === undefined) return
  const open = await openAlready(other, passage.inspectorAt)
  if (!open?.opened) return
  const left = await new Attachment(subject(other), limits, { ...passage, async close() {} }).connect(open)
  await left.detach()
}
