import { expect, test } from 'vitest'
import { parseWebhook, postWithRetry } from '../../src/watch/post.js'
import { parseListen, serve } from '../../src/watch/serve.js'
import { receiver } from '../support/receiver.js'

const never = new AbortController().signal

test('retries a receiver that fails once', async () => {
  const { bodies, url } = await receiver([503])
  expect(await postWithRetry(url, { text: 'leak' }, never)).toBe(true)
  expect(bodies).toEqual([{ text: 'leak' }, { text: 'leak' }])
})

test('does not retry a receiver that refuses', async () => {
  const { bodies, url } = await receiver([404])
  expect(await postWithRetry(url, {}, never)).toBe(false)
  expect(bodies).toHaveLength(1)
})

test('does not wait for a missing receiver once the watch ends', async () => {
  expect(await postWithRetry('http://127.0.0.1:1/', {}, AbortSignal.abort())).toBe(false)
})

test('serves pages at their paths only', async () => {
  await using served = await serve(
    { host: '127.0.0.1', port: 0 },
    { '/metrics': () => ({ type: 'text/plain', text: 'up 1\n' }) },
  )
  expect(await (await fetch(`${served.address}/metrics`)).text()).toBe('up 1\n')
  expect((await fetch(`${served.address}/__proto__`)).status).toBe(404)
  expect((await fetch(`${served.address}/metrics`, { method: 'POST' })).status).toBe(404)
})

test('parses addresses as typed', () => {
  expect(parseListen(':9464')).toEqual({ host: '127.0.0.1', port: 9464 })
  expect(parseListen('[::1]:9464')).toEqual({ host: '::1', port: 9464 })
  expect(() => parseListen('9464')).toThrow(expect.objectContaining({ code: 'USAGE' }))
  expect(() => parseWebhook('file:///etc/passwd')).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
