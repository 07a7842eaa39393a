import { randomUUID } from 'node:crypto'
import { LeakscopeError } from '../errors.js'
import { hasEnded } from './linux/facts.js'
import type { Commands } from './protocol/commands.js'
import type { Connection } from './protocol/connection.js'
import type { Events } from './protocol/events.js'
import { anything } from './protocol/schema.js'

/** A worker thread of a process. */
export interface WorkerThread {
  /** Node.js' `threadId`; 0 is the main thread, which is not a worker. */
  readonly id: number
  /** The name given by the program, or `null`. */
  readonly name: string | null
  /** The path of its script; `[worker eval]` and the like if it has none. */
  readonly script: string
}

/** A live process (or one worker thread of it) with an inspector session of ours in it. */
export interface Target extends AsyncDisposable {
  /** Its pid here; `null` for a process on another machine or in an inaccessible container. */
  readonly pid: number | null
  /** Its name in messages: `process 4121`, `worker 3 of process 4121`. */
  readonly name: string
  /** The worker thread whose heap this is; absent for the main thread. */
  readonly worker?: WorkerThread
  /** `v22.23.3` */
  readonly nodeVersion: string
  /** The path of its script, otherwise its title. */
  readonly title: string
  /** The `ws://` address of its inspector. */
  readonly url: string
  /** Whether we opened the inspector, so that `detach` closes it. */
  readonly openedInspector: boolean
  /** Identifies this unbroken inspector session: object ids of the same session are comparable (but see `canary`). */
  readonly session: string
  /** Settles when the session has ended: with `undefined` if we detached, otherwise with the reason. */
  readonly closed: Promise<LeakscopeError | undefined>
  /**
   * Sends a command of the inspector protocol and returns its answer, validated by the schema `answer`. Errors:
   * TIMEOUT, TARGET_GONE, ATTACH for an invalid answer, the signal's reason; Refused (ATTACH) for a command that the
   * target refuses.
   */
  readonly send: Commands['send']
  /**
   * Calls `listener` with the parameters of each such event until the returned function is called. Invalid parameters
   * end the session.
   */
  readonly on: Events['on']
  /**
   * Until the result is disposed of, the connection outlives this process if it is killed, until the target has sent
   * the reply of the current command: a target that sends a snapshot may crash if its client disconnects.
   */
  drainIfKilled(): Disposable
  /**
   * Ends the session and leaves the process as it was found: closes an inspector that we opened, and verifies that it
   * is closed. Can be called at any time (even during a capture) and more than once. Errors: TIMEOUT if the process
   * does not close it.
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
  /** Set when we know why the connection is about to end. */
  readonly end: { reason: LeakscopeError | 'detached' | undefined }
  /** The action of `detach`: closes the connection, or the whole inspector. */
  readonly leave: () => Promise<void>
}

/** The name of a process in messages. */
export function nameOf(pid: number | null, url: string): string {
  return pid === null ? `the process at ${new URL(url).host}` : `process ${pid}`
}

/** Why a connection ended, if we did not end it. */
export function whyLost(pid: number | null, url: string): LeakscopeError {
  const name = nameOf(pid, url)
  if (pid !== null && process.platform === 'linux') {
    if (hasEnded(pid)) return new LeakscopeError('TARGET_GONE', `${name} has ended`)
  }
  return new LeakscopeError('TARGET_GONE', `the inspector of ${name} was closed, or the process has ended`, {
    hint: 'Attach again, if it is still running.',
  })
}

/** How an attachment ended: for a reason, or because we left. */
export interface End {
  reason: LeakscopeError | 'detached' | undefined
}

/** The error of a command to a target that has gone. `where` returns the last address of its inspector. */
export function lost(end: End, name: string, where: () => { pid: number | null; url: string }): LeakscopeError {
  if (end.reason === 'detached') return new LeakscopeError('TARGET_GONE', `leakscope has detached from ${name}`)
  if (end.reason !== undefined) return end.reason
  const { pid, url } = where()
  return whyLost(pid, url)
}

/** A target for a connection that was verified to lead to the right process. */
export async function openTarget(session: Session): Promise<Target> {
  const { connection, pid, nodeVersion, title, url, openedInspector, end } = session
  let leaving: Promise<void> | undefined

  // Node.js waits at its exit for every debugger to disconnect, so we disconnect at once.
  connection.on('NodeRuntime.waitingForDisconnect', anything, () => {
    end.reason ??= new LeakscopeError('TARGET_GONE', `${nameOf(pid, url)} has ended`)
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
    drainIfKilled: connection.drainIfKilled,
    detach,
    [Symbol.asyncDispose]: detach,
  }
}
