import { expect, test } from 'vitest'
import { type CheckTarget, check } from '../../src/check/index.js'
import { untold } from '../../src/task.js'
import { draw } from '../draw.js'
import { heapOf } from '../heap/drawn-heap.js'

const reading = { heapUsed: 1, heapTotal: 1, external: 1, arrayBuffers: 1, rss: 1, uss: null }
const never = new Promise<never>(() => {})

/** A process in which something never completes. */
const target = (stuck: Partial<CheckTarget>): CheckTarget => ({
  collectGarbage: async () => {},
  memory: async () => reading,
  capturesInChild: async () => true,
  capture: async () => ({ heap: heapOf(draw('root.app = App 16')), allocations: [] }),
  ...stuck,
})

const untilAborted = (signal?: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))

test.each<[string, Partial<CheckTarget>, ((round: number) => Promise<void>)?]>([
  ['a capture that does not end', { capture: untilAborted }],
  ['a reading of memory that is never answered', { memory: () => never }],
  ['a collection of garbage that is never answered', { collectGarbage: () => never }],
  ['a load that hangs in its third round', {}, async round => (round === 3 ? never : undefined)],
])('when the time is over the check ends: %s', async (_, stuck, load) => {
  const began = performance.now()
  const { verdict, reasons } = await check(target(stuck), { every: 0, maxTime: 200, ...(load && { load }) }, untold)
  expect(performance.now() - began).toBeLessThan(2000)
  expect(reasons.join(' ')).toMatch(/The check ended after \d+ s and \d of 8 rounds, as --max-time asks/)
  expect(verdict).toBe('inconclusive')
})

test('aborting a check gives the reason, not an answer', async () => {
  const off = new AbortController()
  setTimeout(() => off.abort(new Error('enough')), 50)
  const task = { ...untold, signal: off.signal }
  await expect(check(target({ capture: untilAborted }), { every: 0, maxTime: 5000 }, task)).rejects.toThrow('enough')
})
