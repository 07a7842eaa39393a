import { LeakscopeError } from '../errors.js'
import { closeInspector } from './close-inspector.js'
import { type Connection, connect } from './connection.js'
import { type Introduction, introduce } from './introduction.js'
import type { Limits } from './limits.js'
import { debugPortOf } from './linux/debug-port.js'
import { type ProcessFacts, processFacts } from './linux/facts.js'
import { obstacle } from './obstacles.js'
import { findInspector, type Opening, openInspector } from './open-inspector.js'
import { claim, isOrphan } from './ownership.js'
import { withSignalLock } from './signal-lock.js'
import { stepAside } from './step-aside.js'
import { openTarget, type Target, whyLost } from './target.js'

/** Attaches to a process of this machine by its pid, opening its inspector where that is needed and safe. */
export async function attachProcess(pid: number, limits: Limits): Promise<Target> {
  if (process.platform !== 'linux') {
    throw new LeakscopeError('UNSUPPORTED', `attaching by pid needs Linux, this is ${process.platform}`, {
      hint: `Run \`kill -USR1 ${pid}\`, then \`leakscope attach 127.0.0.1:9229\`.`,
    })
  }
  const facts = processFacts(pid)
  const reason = obstacle(pid, facts)
  if (reason !== undefined || facts === undefined) throw reason

  const inspector = await findInspector(facts)
  if (inspector !== undefined) return join(facts, { inspector, opened: false }, limits)
  return withSignalLock(limits, async () => join(facts, await openInspector(pid, limits), limits))
}

async function join(facts: ProcessFacts, opening: Opening, limits: Limits): Promise<Target> {
  const { pid } = facts
  const end: { reason: LeakscopeError | 'detached' | undefined } = { reason: undefined }
  let { inspector, opened } = opening
  const options = {
    name: `process ${pid}`,
    timeoutMs: limits.timeoutMs,
    commandTimeoutMs: limits.commandTimeoutMs,
    lost: () =>
      end.reason === 'detached'
        ? new LeakscopeError('TARGET_GONE', `leakscope has detached from process ${pid}`)
        : (end.reason ?? whyLost(pid, inspector.url)),
  }
  let connection: Connection | undefined
  try {
    connection = await connect(inspector.url, options)
    let introduction = await verified(connection, facts)
    if (opened && inspector.port === debugPortOf(facts).port) {
      const moved = await stepAside(pid, connection, limits.timeoutMs)
      if (moved !== undefined) {
        inspector = moved
        await connection.close()
        connection = await connect(inspector.url, options)
        introduction = await verified(connection, facts)
      }
    }
    // An inspector whose leakscope was killed is closed by the next one.
    opened ||= isOrphan(introduction.mark)
    if (opened) await claim(connection)
    limits.signal.throwIfAborted()
    const { nodeVersion, title } = introduction
    const [url, session] = [inspector.url, connection]
    const close = (): Promise<void> => closeInspector(pid, inspector, session, options)
    const leave = opened ? close : () => session.close()
    return await openTarget({ connection, pid, nodeVersion, title, url, openedInspector: opened, end, leave })
  } catch (error) {
    // What kept us from attaching matters more than what may keep us from undoing it.
    await undo().catch(() => {})
    throw error
  }

  async function undo(): Promise<void> {
    if (!opened) return connection?.close()
    await closeInspector(pid, inspector, connection ?? (await connect(inspector.url, options)), options)
  }
}

// The socket was found among those of this very process; that it says so itself is the second proof.
async function verified(connection: Connection, { pid, pidInside }: ProcessFacts): Promise<Introduction> {
  const introduction = await introduce(connection, `process ${pid}`)
  if (introduction.pid === pidInside) return introduction
  throw new LeakscopeError('ATTACH', `the inspector of process ${pid} led to process ${introduction.pid}`, {
    hint: 'Report this: it must not happen.',
  })
}
