import { LeakscopeError } from '../../errors.js'
import type { Inspector } from '../attach/inspector-at.js'
import { openClient } from './client.js'
import { type CommandOptions, type Commands, commands, unanswered } from './commands.js'
import { type Events, events } from './events.js'

/** One WebSocket to an inspector; every command has a timeout, and everything received is validated. */
export interface Connection {
  readonly send: Commands['send']
  /** Sends a command whose reply is not needed or cannot arrive. */
  post(method: string, params?: object): void
  readonly on: Events['on']
  /** See `Target.drainIfKilled`. */
  drainIfKilled(): Disposable
  /** Resolves when the connection has ended, from either side. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

export interface ConnectOptions extends CommandOptions {
  readonly timeoutMs: number
}

/**
 * Connects to an inspector by its `ws://` address. A peer that breaks the protocol is disconnected at once, and all
 * commands to it reject with the reason. Errors: TIMEOUT, ATTACH.
 */
export async function connect(
  { url, socketPath }: Pick<Inspector, 'url' | 'socketPath'>,
  options: ConnectOptions,
): Promise<Connection> {
  const { name, timeoutMs } = options
  let fault: LeakscopeError | undefined
  let open = true
  let reportClosed: () => void = () => {}
  const closed = new Promise<void>(resolve => {
    reportClosed = resolve
  })
  const heard = events(name)
  const address = socketPath === undefined ? url : `ws+unix://${socketPath}:${new URL(url).pathname}`
  const { opened, abandon } = openClient(address, {
    name,
    event: (method, params) => heard.emit(method, params),
    ended(why) {
      fault = why
      open = false
      endCommands()
      heard.end()
      reportClosed()
    },
  })
  const lost = (): LeakscopeError => fault ?? options.lost()
  const { send, end: endCommands } = commands(async (method, params) => (await opened).send(method, params), {
    ...options,
    lost,
  })
  const client = await inTime(opened, abandon, { name, url, timeoutMs })

  return {
    closed,
    send,
    post(method, params = {}) {
      if (open) client.send(method, params).catch(() => {})
    },
    on: heard.on,
    drainIfKilled: () => client.drainIfKilled(),
    // The peer is given a moment for the closing handshake; even a target that is blocked in native code completes it,
    // since its inspector has its own thread.
    async close() {
      if (open) await client.close()
    },
  }
}

async function inTime<T>(
  opened: Promise<T>,
  abandon: () => void,
  { name, url, timeoutMs }: { name: string; url: string; timeoutMs: number },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      opened,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(unanswered(name, 'the connection', timeoutMs)), timeoutMs)
      }),
    ])
  } catch (error) {
    opened.catch(() => {})
    abandon()
    if (error instanceof LeakscopeError) throw error
    throw new LeakscopeError('ATTACH', `no inspector answers at ${url}`, {
      hint: 'Look at the address: its last part is new each time an inspector is opened.',
      cause: error,
    })
  } finally {
    clearTimeout(timer)
  }
}
