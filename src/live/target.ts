import { randomUUID } from 'node:crypto'
import { LeakscopeError } from '../errors.js'
import { hasEnded } from './linux/facts.js'
import type { Commands } from './protocol/commands.js'
import type { Connection } from './protocol/connection.js'
import type { Events } from './protocol/events.js'
import { anything } from './protocol/schema.js'

/** A worker thread of a process. */
export interface WorkerThread {
  /** `threadId` of Node.js; 0 is the main thread, which is no worker. */
  readonly id: number
  /** What the program called it; `null` where it did not. */
  readonly name: string | null
  /** Path of its script; `[worker eval]` and the like where it has none. */
  readonly script: string
}

/** A live process (or one worker thread of it) with an inspector session of ours in it. */
export interface Target extends AsyncDisposable {
  /** Its number here; `null` for a process on another machine or in a container we cannot look into. */
  readonly pid: number | null
  /** What it is called in messages: `process 4121`, `worker 3 of process 4121`. */
  readonly name: string
  /** The worker thread whose heap this is; absent for the main thread. */
  readonly worker?: WorkerThread
  /** `v22.23.3` */
  readonly nodeVersion: string
  /** Path of its script, else what it calls itself. */
  readonly title: string
  /** The `ws://` address of its inspector. */
  readonly url: string
  /** Whether we turned the inspector on, so that `detach` turns it off. */
  readonly openedInspector: boolean
  /** Names this one unbroken inspector session: object ids of the same session are comparable (but see `canary`). */
  readonly session: string
  /** Settles when the session has ended: with nothing when we detached, else with what happened. */
  readonly closed: Promise<LeakscopeError | undefined>
  /**
   * Sends a command of the inspector protocol and gives its answer, where `answer` says what that has to be. Errors: TIMEOUT,
   * TARGET_GONE, ATTACH for another answer, the signal's reason; Refused (ATTACH) for a command that the target refuses.
   */
  readonly send: Commands['send']
  /** Calls `listener` with the parameters of each such event until the returned function is called. One with others ends the session. */
  readonly on: Events['on']
  /**
   * Ends the session and leaves the process as it was found: an inspector that we opened is closed, and proven to be. Can be called
   * at any moment (in the middle of a capture, too) and more than once. Errors: TIMEOUT when the process would not close it.
   */
  detach(): Promise<void>
}

export interface Session {
  readonly connection: Connection
  readonly pid: number | null
  readonly nodeVersion: string
  readonly title: string
  readonly url: string
  readonly openedInspector: boolean
  /** Filled by us when we know why the connection is about to end. */
  readonly end: { reason: LeakscopeError | 'detached' | undefined }
  /** What `detach` does besides marking the end: closes the connection, or the whole inspector. */
  readonly leave: () => Promise<void>
}

/** What a process is called in messages. */
export function nameOf(pid: number | null, url: string): string {
  return pid === null ? `the process at ${new URL(url).host}` : `process ${pid}`
}

/** Why a connection ended that we did not end. */
export function whyLost(pid: number | null, url: string): LeakscopeError {
  const name = nameOf(pid, url)
  if (pid !== null && process.platform === 'linux') {
    if (hasEnded(pid)) return new LeakscopeError('TARGET_GONE', `${name} has ended`)
  }
  return new LeakscopeError('TARGET_GONE', `the inspector of ${name} was closed, or the process has ended`, {
    hint: 'Attach again, if it is still running.',
  })
}

/** How an attachment ended: by a reason that was told, or because we left. */
export interface End {
  reason: LeakscopeError | 'detached' | undefined
}

/** What fails with what is asked of a target that has gone. `where` is where its inspector was last. */
export function lost(end: End, name: string, where: () => { pid: number | null; url: string }): LeakscopeError {
  if (end.reason === 'detached') return new LeakscopeError('TARGET_GONE', `leakscope has detached from ${name}`)
  if (end.reason !== undefined) return end.reason
  const { pid, url } = where()
  return whyLost(pid, url)
}

/** A target around a connection that was proven to lead to the right process. */
export async function openTarget(session: Session): Promise<Target> {
  const { connection, pid, nodeVersion, title, url, openedInspector, end } = session
  let leaving: Promise<void> | undefined

  // Node.js waits at its end until every debugger has gone; so that ours never delays the end of a program, it goes at once.
  connection.on('NodeRuntime.waitingForDisconnect', anything, () => {
    end.reason ??= new LeakscopeError('TARGET_GONE', `${nameOf(pid, url)} has come to its end`)
    void connection.close()
  })
  await connection.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true })

  const detach = (): Promise<void> => {
    end.reason ??= 'detached'
    leaving ??= session.leave()
    return leaving
  }
  return {
    pid,
    name: nameOf(pid, url),
    nodeVersion,
    title,
    url,
    openedInspector,
    session: randomUUID(),
    closed: connection.closed.then(() => (end.reason === 'detached' ? undefined : (end.reason ?? whyLost(pid, url)))),
    send: connection.send,
    on: connection.on,
    detach,
    [Symbol.asyncDispose]: detach,
  }
}
