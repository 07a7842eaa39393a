import { isIP } from 'node:net'

/** What to attach to, as specified by the user. */
export type TargetSpec =
  | { readonly kind: 'pid'; readonly pid: number }
  | { readonly kind: 'address'; readonly host: string; readonly port: number }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'command'; readonly command: readonly string[] }

/**
 * Parses a target: `4121`, `127.0.0.1:9229`, `[::1]:9229`, `localhost:9229`, `:9229` or `ws://127.0.0.1:9229/<id>`.
 * `undefined` for anything else, such as a file name.
 */
export function parseTarget(text: string): TargetSpec | undefined {
  if (/^\d+$/.test(text)) return pidOf(Number(text))
  if (/^wss?:\/\//i.test(text)) return URL.canParse(text) ? { kind: 'url', url: text } : undefined

  const address = /^(?:\[([^\]]+)\]|([^:[\]/\\\s]*)):(\d{1,5})$/.exec(text)
  if (address === null) return undefined
  const [, ipv6, name, digits] = address
  const port = Number(digits)
  if (port < 1 || port > 65_535) return undefined
  if (ipv6 !== undefined) return isIP(ipv6) === 6 ? { kind: 'address', host: ipv6, port } : undefined
  if (!/^[a-z0-9.-]*$/i.test(name!)) return undefined
  return { kind: 'address', host: name || '127.0.0.1', port }
}

// The largest pid_max Linux allows is 2^22; other systems stay far below it.
function pidOf(pid: number): TargetSpec | undefined {
  return pid >= 1 && pid <= 4_194_304 ? { kind: 'pid', pid } : undefined
}
