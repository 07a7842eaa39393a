import { getDefaultResultOrder, setDefaultResultOrder } from 'node:dns'
import type { EventEmitter } from 'node:events'
import { LeakscopeError } from '../../errors.js'
import type { Inspector } from '../attach/inspector-at.js'
import { type CommandOptions, type Commands, commands, unanswered } from './commands.js'

/** One WebSocket to an inspector on which no command can wait for ever. */
export interface Connection {
  readonly send: Commands['send']
  /** Sends a command whose reply is not wanted or cannot come. */
  post(method: string, params?: object): void
  on<T>(event: string, listener: (params: T) => void): () => void
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

export interface ConnectOptions extends CommandOptions {
  readonly timeoutMs: number
}

/** Connects to an inspector by its `ws://` address. Errors: TIMEOUT, ATTACH. */
export async function connect(
  inspector: Pick<Inspector, 'url' | 'socketPath'>,
  options: ConnectOptions,
): Promise<Connection> {
  const client = await openSocket(inspector, options)
  const { send, end: endCommands } = commands((method, params) => client.send(method, params), options)
  let open = true
  let reportClosed: () => void
  const closed = new Promise<void>(resolve => {
    reportClosed = resolve
  })
  const end = (): void => {
    if (!open) return
    open = false
    endCommands()
    client.removeAllListeners()
    reportClosed()
  }
  client.once('disconnect', end)

  return {
    closed,

    send,

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
type RemoteInterface = (options: { target: { webSocketDebuggerUrl: string }; protocol: object }) => Promise<Client>

// With a description of the protocol at hand it neither fetches one nor builds methods from it: 1 ms instead of 10.
const noDescription = { version: {}, domains: [] }

async function openSocket(
  { url, socketPath }: Pick<Inspector, 'url' | 'socketPath'>,
  { name, timeoutMs }: ConnectOptions,
): Promise<Client> {
  const remoteInterface = await load()
  const webSocketDebuggerUrl = socketPath === undefined ? url : `ws+unix://${socketPath}:${new URL(url).pathname}`
  const opening = remoteInterface({ target: { webSocketDebuggerUrl }, protocol: noDescription })
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
