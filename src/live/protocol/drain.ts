import { type ChildProcess, spawn } from 'node:child_process'
import { sourceText } from '../../package-file.js'

/**
 * Keeps a connection to an inspector open if this process is killed, until the inspector has sent what it is sending.
 * Node.js (18 to at least 24.0) crashes if a client disconnects while messages to it are in flight, and a snapshot is
 * thousands of messages: without this, one in ten targets did. Costs a process of 40 MB that reads nothing while we
 * live; disposing of the result ends it. Takes the descriptor of the socket.
 */
export function drainIfKilled(descriptor: number): Disposable {
  const child = startDrain(descriptor)
  return { [Symbol.dispose]: () => void child?.kill('SIGKILL') }
}

/** `undefined` on Windows, where a socket has no descriptor, and if this process must not start others. */
function startDrain(descriptor: number): ChildProcess | undefined {
  if (descriptor < 0) return undefined
  try {
    const child = spawn(process.execPath, ['-e', sourceText('live/protocol/drain-socket.js')], {
      // Ctrl-C in the terminal is sent to all processes of a group.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', descriptor],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    child.unref()
    for (const emitter of [child, child.stdin]) emitter?.on('error', () => {})
    return child
  } catch {
    return undefined
  }
}
