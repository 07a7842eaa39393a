import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { httpLoad } from '../../src/load/http-load.js'

const { signal } = new AbortController()

/** What a server does with the n-th request of a connection, from 1: answers, or closes the connection. */
type Behaviour = (request: { onConnection: number; page: string }) => 'answer' | 'close'

async function server(does: Behaviour) {
  const answered: string[] = []
  const listening = createServer(socket => {
    let onConnection = 0
    socket
      .on('error', () => {})
      .on('data', text => {
        const page = /^GET (\S+)/.exec(String(text))![1]!
        if (does({ onConnection: ++onConnection, page }) === 'close') return void socket.destroy()
        answered.push(page)
        socket.write('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok')
      })
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(() => void listening.close())
  return { answered, url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/{n}` }
}

test('a service that closes keep-alive connections loses nothing: each request is sent again', async () => {
  const { url, answered } = await server(({ onConnection }) => (onConnection === 1 ? 'answer' : 'close'))
  await using load = httpLoad({ url, requests: 40, concurrency: 4, signal })
  await load.round()
  expect(load.answers).toMatchObject({ requests: 40, lost: 0 })
  // The first was a test of whether anything answers.
  expect(answered.sort()).toEqual(Array.from({ length: 41 }, (_, page) => `/${page}`).sort())
})

test('a request whose new connection is closed is lost, and counted once', async () => {
  const { url } = await server(({ page }) => (page === '/7' ? 'close' : 'answer'))
  await using load = httpLoad({ url, requests: 10, concurrency: 2, signal })
  await load.round()
  expect(load.answers).toMatchObject({ requests: 10, lost: 1 })
})

test('a probe sends requests until it is stopped, and excludes delays of this process', async () => {
  const { url } = await server(() => 'answer')
  await using load = httpLoad({ url, requests: 5, concurrency: 1, signal })
  await load.round()
  const stop = load.probe()
  await expect.poll(() => load.whileCapturing.requests).toBeGreaterThan(0)
  for (let times = 0; times < 3; times++) {
    const end = performance.now() + 300
    while (performance.now() < end);
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  await stop()
  expect(load.answers.requests).toBe(5)
  expect(load.whileCapturing.lost).toBe(0)
  expect(load.whileCapturing.slowest).toBeLessThan(250)
})

test.each(['https://127.0.0.1/', 'http://example.com/', 'http://10.0.0.1/', 'file:///etc/passwd', 'nonsense'])(
  'load is made for this machine only: %s',
  url => {
    expect(() => httpLoad({ url, requests: 1, concurrency: 1, signal })).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    )
  },
)
