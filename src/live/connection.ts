import { getDefaultResultOrder, setDefaultResultOrder } from 'node:dns'
import type { EventEmitter } from 'node:events'
import { LeakscopeError } from '../errors.js'

export interface SendOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** One WebSocket to an inspector on which no command can wait for ever. */
export interface Connection {
  /**
   * Sends a command and gives its result. Errors: TIMEOUT, what `lost` says when the connection ends, the signal's reason, and the
   * plain error of the protocol when the target refuses the command.
   */
  send<T>(method: string, params?: object, options?: SendOptions): Promise<T>
  /** Sends a command whose reply is not wanted or cannot come. */
  post(method: string, params?: object): void
  on<T>(event: string, listener: (params: T) => void): () => void
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

export interface ConnectOptions {
  /** What is connected to, for messages: `process 4121`. */
  readonly name: string
  readonly timeoutMs: number
  readonly commandTimeoutMs: number
  /** Says why a connection ended that we did not end. */
  readonly lost: () => LeakscopeError
}

/** Connects to an inspector by its `ws://` address. Errors: TIMEOUT, ATTACH. */
export async function connect(url: string, options: ConnectOptions): Promise<Connection> {
  const client = await openSocket(url, options)
  const waiting = new Set<(error: unknown) => void>()
  let open = true
  let reportClosed: () => void
  const closed = new Promise<void>(resolve => {
    reportClosed = resolve
  })
  const end = (): void => {
    if (!open) return
    open = false
    for (const reject of waiting) reject(options.lost())
    waiting.clear()
    client.removeAllListeners()
    reportClosed()
  }
  client.once('disconnect', end)

  return {
    closed,

    send<T>(method: string, params: object = {}, { timeoutMs = options.commandTimeoutMs, signal }: SendOptions = {}) {
      return new Promise<T>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        if (!open) return reject(options.lost())

        // Settled by hand instead of by Promise.race, which would keep one reaction per command on every promise that outlives it.
        const settle = <V>(finish: (value: V) => void, value: V): void => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', abort)
          waiting.delete(fail)
          finish(value)
        }
        const fail = (error: unknown): void => settle(reject, error)
        const abort = (): void => fail(signal?.reason)
        const timer =
          timeoutMs === Number.POSITIVE_INFINITY
            ? undefined
            : setTimeout(() => fail(unanswered(options.name, method, timeoutMs)), timeoutMs)
        signal?.addEventListener('abort', abort, { once: true })
        waiting.add(fail)
        client.send(method, params).then(
          value => settle(resolve, value as T),
          error => (isSocketError(error) ? fail(options.lost()) : fail(error)),
        )
      })
    },

    post(method, params = {}) {
      if (open) client.send(method, params).catch(() => {})
    },

    on(event, listener) {
      client.on(event, listener)
      return () => client.removeListener(event, listener)
    },

    async close() {
      if (!open) return
      // The peer is given a moment to say goodbye; a target blocked in native code still does, its inspector has a thread of its own.
      let timer: NodeJS.Timeout | undefined
      await Promise.race([
        client.close(),
        new Promise(resolve => {
          timer = setTimeout(resolve, 1000)
        }),
      ])
      clearTimeout(timer)
      end()
    },
  }
}

// What is used of chrome-remote-interface. Its types know the commands and events of Chrome, not those of Node.js (NodeWorker,
// NodeRuntime), and do not say that a client is an EventEmitter.
interface Client extends EventEmitter {
  send(method: string, params: object): Promise<unknown>
  close(): Promise<void>
}
type RemoteInterface = (options: { target: string; protocol: object }) => Promise<Client>

// With a description of the protocol at hand it neither fetches one nor builds methods from it: 1 ms instead of 10.
const noDescription = { version: {}, domains: [] }

async function openSocket(url: string, { name, timeoutMs }: ConnectOptions): Promise<Client> {
  const remoteInterface = await load()
  const opening = remoteInterface({ target: url, protocol: noDescription })
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      opening,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(unanswered(name, 'the connection', timeoutMs)), timeoutMs)
      }),
    ])
  } catch (error) {
    opening.then(
      client => client.close(),
      () => {},
    )
    if (error instanceof LeakscopeError) throw error
    throw new LeakscopeError('ATTACH', `no inspector answers at ${url}`, {
      hint: 'Look at the address: its last part is new each time an inspector is opened.',
      cause: error,
    })
  } finally {
    clearTimeout(timer)
  }
}

let loaded: Promise<RemoteInterface> | undefined

// Loaded on first use: it takes 40 ms, and changes the order in which the whole process resolves names, which is put back.
function load(): Promise<RemoteInterface> {
  loaded ??= (async () => {
    const order = getDefaultResultOrder()
    try {
      return (await import('chrome-remote-interface')).default as unknown as RemoteInterface
    } finally {
      setDefaultResultOrder(order)
    }
  })()
  return loaded
}

// What the protocol refuses carries a `response`; everything else that rejects here is the socket's end.
function isSocketError(error: unknown): boolean {
  return !(error instanceof Error && 'response' in error)
}

function unanswered(name: string, what: string, timeoutMs: number): LeakscopeError {
  return new LeakscopeError('TIMEOUT', `${name} did not answer ${what} within ${timeoutMs / 1000} s`, {
    hint: 'Try again later: a process that is blocked in native code answers when that call returns.',
  })
}
