import { expect, test } from 'vitest'
import { check } from '../../src/check/check.js'
import type { CheckTarget } from '../../src/check/target.js'
import { untold } from '../../src/task.js'
import { drawn, lines } from '../growth/series.js'

/**
 * A process whose list of jobs has `jobs` more at each capture, most of them at every second; heaps do not show which
 * objects stay.
 */
function growing(jobs: number): CheckTarget {
  const reading = { heapUsed: 4e6, heapTotal: 8e6, external: 1e6, arrayBuffers: 0, rss: 5e7, uss: null }
  let heaps = 0
  return {
    collectGarbage: async () => {},
    memory: async () => reading,
    capturesInChild: async () => true,
    async capture() {
      const number = 100 + 2 * jobs * Math.floor(heaps / 2) + (heaps % 2)
      const picture = `
        root.app = App
        App.jobs = Array 32
        ${lines(number, n => `Array[${n}] = Job#${n} 64`)}`
      return { heap: drawn(picture, `session ${heaps++}`), allocations: [], living: reading }
    },
  }
}

/** The same work in each round, however long it took. */
const worked = { load: async () => {} }

test('a gain that may be chance after eight rounds is not a leak after sixteen', async () => {
  const { verdict, memory, suspects, report } = await check(growing(4), { ...worked, warmup: 0 }, untold)
  expect(memory).toHaveLength(16)
  expect(verdict).toBe('leaking')
  expect(suspects).toMatchObject([{ leaked: { type: 'Job' } }])
  expect(report.notes).toContain('Undecided after 8 rounds, so 8 more followed.')
})

test('a clear result after eight rounds ends the check, and a given number of rounds is kept', async () => {
  const clear = await check(growing(20), { ...worked, warmup: 0 }, untold)
  expect([clear.verdict, clear.memory.length]).toEqual(['leaking', 8])
  expect(clear.report.notes.join()).not.toContain('more followed')
  const said = await check(growing(4), { ...worked, warmup: 0, rounds: 8 }, untold)
  expect([said.verdict, said.memory.length]).toEqual(['inconclusive', 8])
})

/** A process whose memory outside the heap rises with each reading; a garbage collection frees `share` of it. */
function nativeGrowing(share: number): CheckTarget {
  const started = 5e7
  let now = started
  return {
    collectGarbage: async () => {
      now -= share * (now - started)
    },
    memory: async () => {
      now += 4e6
      return { heapUsed: 4e6, heapTotal: 8e6, external: 1e6, arrayBuffers: 0, rss: now, uss: now, privateDirty: now }
    },
    capturesInChild: async () => true,
    async capture() {
      const living = { heapUsed: 4e6, external: 1e6, arrayBuffers: 0 }
      return { heap: drawn('root.app = App', 'session'), allocations: [], living }
    },
  }
}

test('memory outside the heap that is freed with garbage is not a leak, and what stays is one', async () => {
  const garbage = await check(nativeGrowing(1), { ...worked, warmup: 0 }, untold)
  expect([garbage.verdict, garbage.memory.length]).toEqual(['not-leaking', 12])
  const leak = await check(nativeGrowing(0), { ...worked, warmup: 0 }, untold)
  expect([leak.verdict, leak.memory.length]).toEqual(['leaking', 16])
  expect(leak.suspects).toMatchObject([{ kind: 'native' }])
})
