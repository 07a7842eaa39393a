import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { LeakscopeError } from '../errors.js'
import { commands } from './protocol/commands.js'
import type { Target, WorkerThread } from './target.js'

/** How long a worker may take for a command that names no other time. */
const COMMAND_TIMEOUT_MS = 10_000

/**
 * A worker thread as a target of its own, spoken to through the session of its process: what can be asked of a process can be asked
 * of it. `NodeRuntime.notifyWhenWaitingForDisconnect` must not be sent to it: a worker that was asked to tell of its end waits for
 * its debugger, and its process with it (nodejs/node#37614).
 */
export function workerSession(target: Target, sessionId: string, worker: WorkerThread): Target {
  const name = `worker ${worker.id}${worker.name === null ? '' : ` (${worker.name})`} of ${target.name}`
  const events = new EventEmitter().setMaxListeners(0)
  const answers = new Map<number, { resolve(result: unknown): void; reject(error: unknown): void }>()
  let sent = 0
  let end: LeakscopeError | 'detached' | undefined
  let reportClosed: (reason: LeakscopeError | undefined) => void = () => {}
  const closed = new Promise<LeakscopeError | undefined>(resolve => {
    reportClosed = resolve
  })

  const ask = (method: string, params: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++sent
      answers.set(id, { resolve, reject })
      target
        .send('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method, params }) })
        .catch(error => {
          answers.delete(id)
          reject(error)
        })
    })
  const lost = (): LeakscopeError =>
    end instanceof LeakscopeError ? end : new LeakscopeError('TARGET_GONE', `leakscope has detached from ${name}`)
  const { send, end: endCommands } = commands(ask, { name, commandTimeoutMs: COMMAND_TIMEOUT_MS, lost })

  const over = (reason: LeakscopeError | 'detached'): void => {
    if (end !== undefined) return
    end = reason
    for (const off of offs) off()
    endCommands()
    answers.clear()
    events.removeAllListeners()
    reportClosed(reason === 'detached' ? undefined : reason)
  }
  const offs = [
    target.on<{ sessionId: string; message: string }>('NodeWorker.receivedMessageFromWorker', received => {
      if (received.sessionId === sessionId) receive(JSON.parse(received.message) as Message)
    }),
    target.on<{ sessionId: string }>('NodeWorker.detachedFromWorker', detached => {
      if (detached.sessionId === sessionId) over(new LeakscopeError('TARGET_GONE', `${name} has ended`))
    }),
  ]
  void target.closed.then(reason => over(reason ?? 'detached'))

  function receive({ id, method, params, result, error }: Message): void {
    if (id === undefined) return void events.emit(method!, params)
    const answer = answers.get(id)
    answers.delete(id)
    if (error === undefined) answer?.resolve(result)
    else answer?.reject(Object.assign(new Error(error.message), { response: error }))
  }

  const detach = async (): Promise<void> => {
    if (end !== undefined) return
    over('detached')
    // Ended with the worker, if not by us.
    await target.send('NodeWorker.detach', { sessionId }).catch(() => {})
  }
  return {
    pid: target.pid,
    name,
    worker,
    nodeVersion: target.nodeVersion,
    title: worker.script,
    url: target.url,
    openedInspector: target.openedInspector,
    session: randomUUID(),
    closed,
    send,
    on(event, listener) {
      events.on(event, listener)
      return () => events.off(event, listener)
    },
    detach,
    [Symbol.asyncDispose]: detach,
  }
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}
