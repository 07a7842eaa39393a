import { LeakscopeError } from '../../errors.js'
import { type ProcessFacts, processFacts } from '../linux/facts.js'
import { ownerOf } from '../linux/sockets.js'
import type { Target } from '../target.js'
import { Attachment, type Subject } from './attachment.js'
import { type Address, inspectorAt, spell } from './inspector-at.js'
import type { Limits } from './limits.js'

/** Attaches to an inspector that is already open, here or on another machine, and leaves it open. */
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

/**
 * Attaches by the `ws://` address of an open inspector. Leaves it open, unless leakscope opened it and no other
 * leakscope uses it.
 */
export async function attachUrl(url: string, limits: Limits): Promise<Target> {
  const subject: Subject = {
    name: `the process at ${new URL(url).host}`,
    identify: ({ pid }) => localProcess(url, pid),
  }
  return new Attachment(subject, limits).connect({ inspector: { ...addressIn(url), url }, opened: false })
}

function addressIn(url: string): Address {
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

// A local port may be forwarded to another machine, where a process has the same pid by chance: accepts only the local
// process that owns the port and reports that pid.
function localProcess(url: string, pidInside: number): ProcessFacts | undefined {
  const { hostname, port } = new URL(url)
  if (process.platform !== 'linux' || !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return undefined
  const owner = ownerOf(Number(port))
  const facts = typeof owner === 'number' ? processFacts(owner) : undefined
  return facts?.pidInside === pidInside ? facts : undefined
}
