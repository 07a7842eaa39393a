import { randomUUID } from 'node:crypto'
import { LeakscopeError } from '../errors.js'
import { commands } from './protocol/commands.js'
import { events as eventsOf } from './protocol/events.js'
import { readMessage } from './protocol/message.js'
import { object, text } from './protocol/schema.js'
import type { Target, WorkerThread } from './target.js'

/** The default time limit of a command to a worker. */
const COMMAND_TIMEOUT_MS = 10_000

/**
 * A worker thread as a target, through the session of its process; it supports the same commands. Never send it
 * `NodeRuntime.notifyWhenWaitingForDisconnect`: the worker would then wait at its end for the debugger, and its process
 * with it (nodejs/node#37614).
 */
export function workerSession(target: Target, sessionId: string, worker: WorkerThread): Target {
  const name = `worker ${worker.id}${worker.name === null ? '' : ` (${worker.name})`} of ${target.name}`
  const events = eventsOf(name)
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
    events.end()
    reportClosed(reason === 'detached' ? undefined : reason)
  }
  const offs = [
    target.on('NodeWorker.receivedMessageFromWorker', received, ({ sessionId: from, message }) => {
      if (from === sessionId) receive(message)
    }),
    target.on('NodeWorker.detachedFromWorker', detached, detached => {
      if (detached.sessionId === sessionId) over(new LeakscopeError('TARGET_GONE', `${name} has ended`))
    }),
  ]
  void target.closed.then(reason => over(reason ?? 'detached'))

  function receive(sent: string): void {
    const message = readMessage(sent, name)
    if ('method' in message) {
      events.emit(message.method, message.params)
      return
    }
    const answer = answers.get(message.id)
    answers.delete(message.id)
    if ('result' in message) answer?.resolve(message.result)
    else answer?.reject(Object.assign(new Error(message.refusal.message), { response: message.refusal }))
  }

  const detach = async (): Promise<void> => {
    if (end !== undefined) return
    // While we are attached, V8 keeps the worker's `console` arguments.
    await send('Runtime.discardConsoleEntries', {}, { timeoutMs: 1000 }).catch(() => {})
    over('detached')
    // Fails if the worker has ended.
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
    on: events.on,
    drainIfKilled: target.drainIfKilled,
    detach,
    [Symbol.asyncDispose]: detach,
  }
}

const received = object({ sessionId: text(100), message: text(64 * 2 ** 20) })
const detached = object({ sessionId: text(100) })
