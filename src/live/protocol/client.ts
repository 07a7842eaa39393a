import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { LeakscopeError } from '../../errors.js'
import { drainIfKilled } from './drain.js'
import { type Message, readMessage } from './message.js'
import { unacceptable } from './schema.js'

/** A socket to an inspector; only valid messages are passed on. */
export interface Client {
  send(method: string, params: object): Promise<unknown>
  /**
   * Starts the closing handshake and waits at most a second for the peer to complete it; then the socket is dropped.
   */
  close(): Promise<void>
  /** Drops the socket at once. */
  drop(): void
  /** See `drainIfKilled` in drain.ts. */
  drainIfKilled(): Disposable
}

export interface ClientOptions {
  /** The peer's name for messages: `process 4121`. */
  readonly name: string
  /** Called with each event. */
  event(method: string, params: object): void
  /** Called once when the connection has ended, with the reason if the peer broke the protocol. */
  ended(fault: LeakscopeError | undefined): void
}

/**
 * Connects to an inspector by its `ws://` or `ws+unix://` address. Everything the peer sends goes through
 * `readMessage`; the first invalid message ends the connection. `opened` rejects with the error of the socket;
 * `abandon` cancels connecting.
 */
export function openClient(url: string, options: ClientOptions): { opened: Promise<Client>; abandon(): void } {
  const Chrome = chrome()
  let socket: Socket | undefined
  let over = false
  const end = (fault?: LeakscopeError): void => {
    if (over) return
    over = true
    if (fault !== undefined) socket?.terminate()
    options.ended(fault)
  }

  class Guarded extends Chrome {
    override _connectToWebSocket(): Promise<void> {
      const opening = super._connectToWebSocket()
      socket = this._ws
      if (socket === undefined) return opening
      // chrome-remote-interface throws on invalid JSON, and emits events of any name that it receives, even `error`.
      socket.removeAllListeners('message')
      socket.on('message', (sent: unknown) => {
        if (over) return
        try {
          this.#receive(readMessage(sent, options.name))
        } catch (error) {
          if (!(error instanceof LeakscopeError)) throw error
          end(error)
        }
      })
      return opening.then(() => {
        if (socket!.url === undefined || sameHost(socket!.url, url)) return
        socket!.terminate()
        throw unacceptable(`the connection to ${options.name}`, 'it was redirected to another address')
      })
    }

    #receive(message: Message): void {
      if ('method' in message) {
        options.event(message.method, message.params)
        return
      }
      const { id } = message
      this._handleMessage('refusal' in message ? { id, error: message.refusal } : { id, result: message.result })
    }
  }

  const opened = new Promise<Client>((resolve, reject) => {
    const notifier = new EventEmitter()
    notifier.once('connect', (client: Guarded) => {
      client.once('disconnect', () => end())
      resolve({
        send: (method, params) => client.send(method, params),
        async close() {
          let timer: NodeJS.Timeout | undefined
          await Promise.race([
            client.close(),
            new Promise(resolve => {
              timer = setTimeout(resolve, 1000)
            }),
          ])
          clearTimeout(timer)
          // A peer that never completes the handshake, and keeps sending, could hold us up indefinitely.
          socket?.terminate()
          end()
        },
        drop() {
          socket?.terminate()
          end()
        },
        drainIfKilled: () => drainIfKilled(socket!._socket._handle.fd),
      })
    })
    notifier.once('error', reject)
    new Guarded({ target: { webSocketDebuggerUrl: url }, protocol: noDescription }, notifier)
  })
  return { opened, abandon: () => socket?.terminate() }
}

function sameHost(one: string, other: string): boolean {
  if (other.startsWith('ws+unix:')) return true
  return URL.canParse(one) && new URL(one).host === new URL(other).host
}

const require = createRequire(import.meta.url)

// The parts of chrome-remote-interface, and of the WebSocket that it creates, that are used here. Its own types have
// the commands and events of Chrome, not those of Node.js (NodeWorker, NodeRuntime). The class is imported from its own
// file because the package's main file changes the DNS result order of the whole process. The version is pinned; the
// tests with hostile inspectors fail when an update changes these internals.
declare class ChromeClass extends EventEmitter {
  constructor(options: { target: { webSocketDebuggerUrl: string }; protocol: object }, notifier: EventEmitter)
  _ws: Socket | undefined
  _connectToWebSocket(): Promise<void>
  _handleMessage(message: { id: number; error?: object; result?: object }): void
  send(method: string, params: object): Promise<unknown>
  close(): Promise<void>
}

interface Socket extends EventEmitter {
  readonly url?: string
  /** A socket that is given to a child as a stream is no longer read here, but its descriptor can be shared. */
  readonly _socket: { readonly _handle: { readonly fd: number } }
  terminate(): void
}

// Given a protocol description, it neither fetches one nor builds methods from it: 1 ms instead of 10.
const noDescription = { version: {}, domains: [] }

// Loaded on first use: loading takes 40 ms.
function chrome(): typeof ChromeClass {
  return require('chrome-remote-interface/lib/chrome.js') as typeof ChromeClass
}
