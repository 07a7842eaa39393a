import { LeakscopeError } from '../../errors.js'
import { processFacts } from '../linux/facts.js'
import { ownerOf } from '../linux/sockets.js'
import { connect } from '../protocol/connection.js'
import { forgetConsole } from '../protocol/console.js'
import { type End, lost, openTarget, type Target } from '../target.js'
import { leaveInspector } from './close-inspector.js'
import { type Address, inspectorAt, spell } from './inspector-at.js'
import { introduce } from './introduction.js'
import type { Limits } from './limits.js'
import { isLeftOpen } from './openings.js'
import { nameForAttaching, settleIn } from './ownership.js'

/** Attaches to an inspector that is open already, here or on another machine. It is left open. */
export async function attachAddress(address: Address, limits: Limits): Promise<Target> {
  const inspector = await inspectorAt(address, limits.timeoutMs)
  if (inspector === undefined) {
    throw new LeakscopeError('NO_TARGET', `no inspector answers at ${spell(address)}`, {
      hint: 'Attach by pid (`leakscope ps` lists them), or start the process with --inspect.',
    })
  }
  if (!inspector.browser.startsWith('node.js/')) {
    throw new LeakscopeError('ATTACH', `${spell(address)} is the inspector of ${inspector.browser}, not of Node.js`, {
      hint: 'Attach to a Node.js process.',
    })
  }
  return attachUrl(inspector.url, limits)
}

/** Attaches by the `ws://` address of an open inspector. It is left open, unless leakscope opened it and no other uses it any more. */
export async function attachUrl(url: string, limits: Limits): Promise<Target> {
  const name = `the process at ${new URL(url).host}`
  const end: End = { reason: undefined }
  let pid: number | null = null
  const options = {
    name,
    timeoutMs: limits.timeoutMs,
    commandTimeoutMs: limits.commandTimeoutMs,
    lost: () => lost(end, name, () => ({ pid, url })),
    interrupt: limits.signal,
  }
  const connection = await connect({ url }, options)
  let leave = (): Promise<void> => {
    forgetConsole(connection)
    return connection.close()
  }
  try {
    const { pid: pidInside, nodeVersion, title, mark } = await introduce(connection, name)
    pid = localPid(url, pidInside)
    // One that does not publish its address, and so could not be closed by who opened it (`--inspect-publish-uid=stderr`).
    const facts = pid === null ? undefined : processFacts(pid)
    const us = nameForAttaching()
    const whose = facts && (await settleIn(connection, us, mark, isLeftOpen(facts, { url })))
    if (facts !== undefined && whose !== 'theirs') {
      const inspector = { ...addressIn(url), url }
      leave = () =>
        leaveInspector({ facts, inspector, us, options, look: inspectorAt, hurry: limits.signal }, connection)
    }
    limits.signal.throwIfAborted()
    return await openTarget({ connection, pid, nodeVersion, title, url, openedInspector: whose === 'ours', end, leave })
  } catch (error) {
    await leave()
    throw error
  }
}

function addressIn(url: string): Address {
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

// A port of this machine may be forwarded from another, whose process has the same number by chance: only the process that holds
// the port here and calls itself by that number is it.
function localPid(url: string, pidInside: number): number | null {
  const { hostname, port } = new URL(url)
  if (process.platform !== 'linux' || !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return null
  const owner = ownerOf(Number(port))
  if (typeof owner !== 'number') return null
  return processFacts(owner)?.pidInside === pidInside ? owner : null
}
