import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type CheckTarget, check } from '../../src/check/index.js'
import { untold } from '../../src/task.js'
import { draw } from '../draw.js'
import { heapOf } from '../heap/drawn-heap.js'

const reading = { heapUsed: 1e6, heapTotal: 1e6, external: 1, arrayBuffers: 1, rss: 1e7, uss: null }

/** A process whose heap takes that many milliseconds to capture and read; `ran` is its time between two collections. */
function slow(
  milliseconds: number,
  inChild: boolean,
  collecting = 0,
): CheckTarget & { readonly capturedAt: number[]; readonly ran: number[] } {
  const capturedAt: number[] = []
  const ran: number[] = []
  let since: number | undefined
  return {
    capturedAt,
    ran,
    async collectGarbage() {
      if (since !== undefined) ran.push(performance.now() - since)
      if (collecting > 0) await wait(collecting)
      since = performance.now()
    },
    memory: async () => reading,
    capturesInChild: async () => inChild,
    async startSampling() {},
    async capture() {
      capturedAt.push(performance.now())
      await wait(milliseconds)
      return { heap: heapOf(draw('root.app = App 16')), allocations: [] }
    },
  }
}

const between = (times: readonly number[]): number[] => times.slice(1).map((time, at) => time - times[at]!)
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one) / numbers.length

test('the program continues its round while the previous heap is read', async () => {
  const target = slow(120, true)
  await check(target, { every: 300, warmup: 0, rounds: 6 }, untold)
  const apart = between(target.capturedAt)
  expect(mean(apart)).toBeGreaterThan(260)
  expect(mean(apart)).toBeLessThan(380)
  // At uneven intervals, as always.
  expect(Math.max(...apart) - Math.min(...apart)).toBeGreaterThan(60)
})

test('a heap that takes longer than a round leaves the program part of it', async () => {
  const target = slow(300, true)
  await check(target, { every: 200, warmup: 0, rounds: 5 }, untold)
  for (const one of between(target.capturedAt)) expect(one).toBeGreaterThan(300)
  expect(mean(between(target.capturedAt))).toBeGreaterThan(335)
})

test('a process that was stopped for its heap has a whole round afterwards', async () => {
  const target = slow(150, false)
  await check(target, { every: 100, warmup: 0, rounds: 5 }, untold)
  for (const one of between(target.capturedAt)) expect(one).toBeGreaterThan(215)
})

test.each([true, false])(
  'a process that is stopped for its garbage has its whole round after it, in a child: %s',
  async inChild => {
    const target = slow(0, inChild, 150)
    await check(target, { every: 200, warmup: 1, rounds: 9 }, untold)
    // A process that was stopped for its heap collects garbage once more afterwards: no round is between those two.
    const rounds = target.ran.filter(milliseconds => milliseconds > 100)
    expect(rounds.length).toBeGreaterThanOrEqual(9)
    for (const one of rounds) expect(one).toBeGreaterThan(150)
  },
)
