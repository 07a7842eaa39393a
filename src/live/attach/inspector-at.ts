import { lookup } from 'node:dns/promises'
import { get } from 'node:http'
import { isIP } from 'node:net'
import { accept, cutText, list, object, otherwise, text, textLike } from '../protocol/schema.js'

/** Where an inspector listens. */
export interface Address {
  readonly host: string
  readonly port: number
  /** A socket of ours that leads there, where the address is one of another network. */
  readonly socketPath?: string
}

/** An inspector as it describes itself to anyone who asks. */
export interface Inspector extends Address {
  /** `node.js/v22.23.3`; other programs speak the protocol too. */
  readonly browser: string
  /** Path of the program's script, as a rule. */
  readonly title: string
  /** Address to connect to. It holds a random part, new each time the inspector is opened. */
  readonly url: string
}

/** How to ask whether an inspector listens at an address: directly, or through a passage into another network. */
export type Look = (address: Address, timeoutMs?: number) => Promise<Inspector | undefined>

/** Asks whether an inspector listens at an address; `undefined` when none answers there in time. */
export async function inspectorAt(address: Address, timeoutMs = 1500): Promise<Inspector | undefined> {
  try {
    const { port, socketPath } = address
    const host = await literal(address.host)
    const at: Address = { ...address, host }
    const late = AbortSignal.timeout(timeoutMs)
    const { Browser: browser } = accept(versionSchema, await ask(at, '/json/version', late), '/json/version')
    const [first] = accept(listSchema, await ask(at, '/json/list', late), '/json/list')
    if (first === undefined) return undefined
    // The address it gives is the one it was asked at, or what a proxy in between made of it: only the path is taken.
    const url = `ws://${inUrl(host)}:${port}${new URL(first.webSocketDebuggerUrl).pathname}`
    const through = socketPath === undefined ? {} : { socketPath }
    return { host, port, ...through, browser, title: first.title, url }
  } catch {
    return undefined
  }
}

/** An address as a person writes it, IPv6 in brackets. */
export function spell({ host, port }: Address): string {
  return `${inUrl(host)}:${port}`
}

function inUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

// Node.js refuses every Host header that is neither an IP address nor `localhost` (against DNS rebinding).
async function literal(host: string): Promise<string> {
  return isIP(host) || host === 'localhost' ? host : (await lookup(host)).address
}

// Far more than any inspector says; whatever else listens there may send what it likes.
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
  // The socket leads there; the inspector is still to be asked by the address it goes by.
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
          // Node.js writes a title as it is: a control character in the path of a script would make this no JSON.
          resolve(JSON.parse(text.replaceAll(/\p{Cc}/gu, ' ')))
        } catch (error) {
          reject(error)
        }
      })
    })
    request.on('error', reject)
  })
}
