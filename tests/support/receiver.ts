import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server of the running test that accepts JSON by POST. */
export interface Receiver {
  readonly url: string
  /** Everything it received, including what it answered with an error. */
  // biome-ignore lint/suspicious/noExplicitAny: tests compare what came
  readonly bodies: readonly any[]
}

/** A receiver that answers with these statuses, one after the other, then with 200. */
export async function receiver(statuses: readonly number[] = []): Promise<Receiver> {
  const bodies: unknown[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    bodies.push(JSON.parse(body))
    response.writeHead(statuses[bodies.length - 1] ?? 200).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

/** A local port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
