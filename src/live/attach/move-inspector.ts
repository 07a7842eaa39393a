import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../../errors.js'
import { injectedCall } from '../injected.js'
import type { Connection } from '../protocol/connection.js'
import type { Inspector, Look } from './inspector-at.js'
import type { Limits } from './limits.js'
import { socketsOf } from './open-inspector.js'

/**
 * Moves the inspector that we opened from its default port to a free one, so that the next process can be attached
 * meanwhile. Done within one command, which drops our connection. Returns the inspector's new address; `undefined` if
 * the program makes this impossible and the inspector stays where it is. Errors: ATTACH, TARGET_GONE.
 */
export async function moveInspector(
  pid: number,
  connection: Connection,
  { timeoutMs, signal }: Pick<Limits, 'timeoutMs' | 'signal'>,
  inspectorAt: Look,
): Promise<Inspector | undefined> {
  const known = new Set(socketsOf(pid).map(listener => listener.inode))
  // Any reply means that nothing was closed.
  let stays = false
  // Cannot be cancelled: the new address must be known in order to leave.
  const options = { timeoutMs, signal: new AbortController().signal }
  connection
    .send(
      'Runtime.evaluate',
      { expression: injectedCall('move-inspector', 'moveInspector'), includeCommandLineAPI: true },
      options,
    )
    .then(
      () => {
        stays = true
      },
      () => {},
    )

  const start = Date.now()
  while (Date.now() - start < (signal.aborted ? 1500 : timeoutMs)) {
    await sleep(5)
    if (stays) return undefined
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
