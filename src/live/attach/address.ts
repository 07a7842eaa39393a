import { LeakscopeError } from '../../errors.js'
import { type ProcessFacts, processFacts } from '../linux/facts.js'
import { ownerOf } from '../linux/sockets.js'
import type { Target } from '../target.js'
import { Attachment, type Subject } from './attachment.js'
import { type Address, inspectorAt, spell } from './inspector-at.js'
import type { Limits } from './limits.js'

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

// A port of this machine may be forwarded from another, whose process has the same number by chance: only the process that holds
// the port here and calls itself by that number is it.
function localProcess(url: string, pidInside: number): ProcessFacts | undefined {
  const { hostname, port } = new URL(url)
  if (process.platform !== 'linux' || !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return undefined
  const owner = ownerOf(Number(port))
  const facts = typeof owner === 'number' ? processFacts(owner) : undefined
  return facts?.pidInside === pidInside ? facts : undefined
}
