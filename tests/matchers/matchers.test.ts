import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { toHaveAtMost, toLeak } from '../../src/matchers/index.js'
import { assertNoLeak } from '../../src/test.js'
import { draw } from '../draw.js'

class Session {
  readonly user = `user-${Math.random()}`
}
const sessions = new Map<string, Session>()
const feed = new EventEmitter().setMaxListeners(0)

test('what every call retains is a leak, and the message says what retains it, where, and what to do', async () => {
  const { pass, message } = await toLeak(() => sessions.set(String(Math.random()), new Session()))
  expect(pass).toBe(true)
  expect(message()).toMatch(/^expected function not to leak, but Map .*matchers\.test\.ts gains 10 Session per round/)
  expect(message()).toMatch(/↓ .*Map @\d+ .*50 entries\n.*↓ .*Session @\d+ .*matchers\.test\.ts:\d+/)
  expect(message()).toContain('A round is 10 calls; 3 rounds were compared, after 20 calls to warm up.')
})

test('what is released is not a leak', async () => {
  const work = async (): Promise<void> => {
    const listener = (): Session => new Session()
    feed.on('data', listener)
    await new Promise(resolve => setTimeout(resolve, 1))
    feed.off('data', listener)
  }
  await assertNoLeak(work, { calls: 5 })
})

test('a function that throws fails with its own error, and a missing function is wrong usage', async () => {
  const broken = (): never => {
    throw new RangeError('broken')
  }
  await expect(assertNoLeak(broken)).rejects.toThrow(RangeError)
  await expect(assertNoLeak('login' as never)).rejects.toMatchObject({ code: 'USAGE' })
})

test('objects of a type are counted, and an excess one is shown with its path', () => {
  const { graph } = draw(`
    root.app = App @3
    App.store = Array @5
    Array[0] = Session#1 64 @7
    Array[1] = Session#2 64 @9`)
  const origin = { path: null, pid: 1, nodeVersion: null, capturedAt: null, session: null }
  const heap = { graph, origin, bytes: 0, places: { at: () => undefined, shorten: (file: string) => file } }
  expect(toHaveAtMost(heap, 2, 'Session').pass).toBe(true)
  const { pass, message } = toHaveAtMost(heap, 1, 'Session')
  expect(pass).toBe(false)
  expect(message()).toMatch(/^expected at most 1 Session in the heap, but there are 2\n/)
  expect(message()).toMatch(/App @3\n.*\.store +Array @5 .*\n.*\[1\] +Session @9/)
  expect(() => toHaveAtMost(3, 1, 'Session')).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
