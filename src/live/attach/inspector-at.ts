import { lookup } from 'node:dns/promises'
import { get } from 'node:http'
import { isIP } from 'node:net'
import { accept, cutText, list, object, otherwise, text, textLike } from '../protocol/schema.js'

/** The address of an inspector. */
export interface Address {
  readonly host: string
  readonly port: number
  /** A socket of ours that leads there, if the address is in another network. */
  readonly socketPath?: string
}

/** An inspector, as described by its HTTP endpoint. */
export interface Inspector extends Address {
  /** `node.js/v22.23.3`; other programs also use the protocol. */
  readonly browser: string
  /** Usually the path of the program's script. */
  readonly title: string
  /** The address to connect to. It has a random part, new each time the inspector is opened. */
  readonly url: string
}

/** Checks for an inspector at an address: directly, or through a passage into another network. */
export type Look = (address: Address, timeoutMs?: number) => Promise<Inspector | undefined>

/** The inspector at an address; `undefined` if none answers in time. */
export async function inspectorAt(address: Address, timeoutMs = 1500): Promise<Inspector | undefined> {
  try {
    const { port, socketPath } = address
    const host = await literal(address.host)
    const at: Address = { ...address, host }
    const late = AbortSignal.timeout(timeoutMs)
    const { Browser: browser } = accept(versionSchema, await ask(at, '/json/version', late), '/json/version')
    const [first] = accept(listSchema, await ask(at, '/json/list', late), '/json/list')
    if (first === undefined) return undefined
    // It repeats the address of the request, possibly modified by a proxy: only the path is used.
    const url = `ws://${inUrl(host)}:${port}${new URL(first.webSocketDebuggerUrl).pathname}`
    const through = socketPath === undefined ? {} : { socketPath }
    return { host, port, ...through, browser, title: first.title, url }
  } catch {
    return undefined
  }
}

/** An address as text, with IPv6 in brackets. */
export function spell({ host, port }: Address): string {
  return `${inUrl(host)}:${port}`
}

function inUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

// Node.js rejects Host headers other than IP addresses and `localhost` (against DNS rebinding).
async function literal(host: string): Promise<string> {
  return isIP(host) || host === 'localhost' ? host : (await lookup(host)).address
}

// Far more than any inspector sends; other programs may send anything.
const LONGEST_ANSWER = 1 << 20

const versionSchema = object({ Browser: text(200) })
const listSchema = list(
  object({
    title: otherwise(cutText(4096), ''),
    webSocketDebuggerUrl: textLike(/^wss?:\/\//, 1000),
  }),
  1000,
)

function ask({ host, port, socketPath }: Address, path: string, signal: AbortSignal): Promise<unknown> {
  // The socket leads there, but the Host header must be the inspector's own address.
  const headers = { host: spell({ host, port }) }
  const to = socketPath === undefined ? { host, port } : { socketPath }
  return new Promise((resolve, reject) => {
    const request = get({ ...to, headers, path, agent: false, signal }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
        if (text.length > LONGEST_ANSWER) request.destroy(new Error('too long for an inspector'))
      })
      response.on('error', reject)
      response.on('end', () => {
        try {
          // Node.js does not escape titles: a control character in a script's path would make the JSON invalid.
          resolve(JSON.parse(text.replaceAll(/\p{Cc}/gu, ' ')))
        } catch (error) {
          reject(error)
        }
      })
    })
    request.on('error', reject)
  })
}
