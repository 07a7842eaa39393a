import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../errors.js'
import type { Connection } from './connection.js'
import { type Inspector, inspectorAt } from './inspector-at.js'
import { socketsOf } from './open-inspector.js'

/**
 * Moves the inspector we opened in a process from its well-known port to a free one, so that the next process can be attached to
 * while this one is. Done inside one command, which drops our connection; gives the inspector's new address.
 * Errors: ATTACH, TARGET_GONE.
 */
export async function stepAside(pid: number, connection: Connection, timeoutMs: number): Promise<Inspector> {
  const known = new Set(socketsOf(pid).map(listener => listener.inode))
  connection.post('Runtime.evaluate', { expression: MOVE, includeCommandLineAPI: true })

  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    await sleep(5)
    for (const listener of socketsOf(pid)) {
      if (known.has(listener.inode)) continue
      const inspector = await inspectorAt(listener)
      if (inspector?.browser.startsWith('node.js/')) return inspector
    }
  }
  throw new LeakscopeError('ATTACH', `the inspector of process ${pid} closed and did not open again at another port`, {
    hint: `Look at its stderr, then run \`leakscope attach ${pid}\` again.`,
  })
}

// The debug port is put back as it was: a later SIGUSR1 opens the usual one, and a cluster's workers, who count up from it, start.
// `getBuiltinModule` first, because an app's own `globalThis.require` hides the one for debuggers (and Node.js 18 has no other).
const MOVE = `(() => {
  const inspector = process.getBuiltinModule ? process.getBuiltinModule('inspector') : require('inspector')
  const port = process.debugPort
  inspector.close()
  inspector.open(0, '127.0.0.1', false)
  try { process.debugPort = port } catch {}
})()`
