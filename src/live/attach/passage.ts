import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { LeakscopeError } from '../../errors.js'
import { injectedText } from '../injected.js'
import { type Address, inspectorAt, type Look, spell } from './inspector-at.js'

/** A passage into the network namespace of a process (a container). */
export interface Passage {
  /** Checks for an inspector at an address of that network. */
  readonly inspectorAt: Look
  /** Closes the passage and every connection through it. */
  close(): Promise<void>
}

/** For a process in our network. */
export const directly: Passage = { inspectorAt, async close() {} }

/**
 * Opens a passage into the network of a process: a small program of ours, started there by `nsenter`, relays
 * connections to sockets in a private folder, which no other user can access. It ends when we end, for any reason.
 * Needs permission to enter a network namespace (see `networkEntryObstacle`). Takes 0.1 s. Errors: ATTACH.
 */
export async function openPassage(pid: number): Promise<Passage> {
  const entry = ['-t', String(pid), '-n', '--', process.execPath, '-e', injectedText('passage-relay')]
  const relay = spawn('nsenter', entry, {
    // In its own process group: Ctrl-C must not end it, since we still have to close the inspector.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const ended = new Promise<void>(resolve => {
    relay.once('error', () => resolve())
    relay.once('exit', () => resolve())
  })
  let complaint = ''
  relay.stderr!.setEncoding('utf8').on('data', text => {
    complaint += text
  })
  const late = setTimeout(() => relay.kill('SIGKILL'), STARTS_WITHIN_MS)
  const started = await Promise.race([once(relay, 'message').catch(() => undefined), ended])
  clearTimeout(late)
  if (started === undefined) {
    throw new LeakscopeError('ATTACH', `the network of process ${pid} cannot be entered: ${complaint.split('\n')[0]}`, {
      hint: `Run \`nsenter -t ${pid} -n leakscope attach ${pid}\` as root of the machine.`,
    })
  }
  const sockets = new Map<string, Promise<string | undefined>>()
  return {
    async inspectorAt(address, timeoutMs) {
      const to = spell(address)
      if (!sockets.has(to)) sockets.set(to, socketTo(relay, address, ended))
      const socketPath = await sockets.get(to)
      return socketPath === undefined ? undefined : inspectorAt({ ...address, socketPath }, timeoutMs)
    },
    async close() {
      if (relay.connected) relay.disconnect()
      const late = setTimeout(() => relay.kill('SIGKILL'), ENDS_WITHIN_MS)
      await ended
      clearTimeout(late)
    },
  }
}

const STARTS_WITHIN_MS = 5000
const ENDS_WITHIN_MS = 1000

async function socketTo(
  relay: ChildProcess,
  { host, port }: Address,
  ended: Promise<void>,
): Promise<string | undefined> {
  const to = spell({ host, port })
  const opened = new Promise<string>(resolve => {
    const listen = (message: { readonly to?: string; readonly path: string }): void => {
      if (message.to !== to) return
      relay.off('message', listen)
      resolve(message.path)
    }
    relay.on('message', listen)
  })
  relay.send({ to, host, port }, () => {})
  return Promise.race([opened, ended.then(() => undefined)])
}
