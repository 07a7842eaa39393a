import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { type Notes, noNotes } from '../../src/check/notes.js'
import { type CheckOptions, rounds as roundsOf } from '../../src/check/rounds.js'
import type { CheckTarget } from '../../src/check/target.js'
import type { Wanted } from '../../src/check/verdict.js'
import type { Heap, HeapSeries } from '../../src/heap/heap.js'
import { oneByOne } from '../../src/heap/one-by-one.js'
import { analyses } from '../../src/questions/index.js'
import { untold } from '../../src/task.js'
import { draw } from '../draw.js'
import { heapOf, valuesOf } from '../heap/drawn-heap.js'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** A series of three heaps, which records before each further one which earlier ones are still in memory. */
function watched(kept: boolean[]): HeapSeries {
  const read: WeakRef<Heap['graph']>[] = []
  const next = async (): Promise<IteratorResult<Heap, undefined>> => {
    await turn()
    gc()
    kept.push(...read.map(graph => graph.deref() !== undefined))
    if (read.length === 3) return { done: true, value: undefined }
    const heap = heapOf(draw('root.app = App 16'), { session: 'one' })
    read.push(new WeakRef(heap.graph))
    return { done: false, value: heap }
  }
  return { length: 3, [Symbol.asyncIterator]: () => ({ next }) }
}

test.each([
  ['growth', false],
  ['new-ids', false],
  // It needs the last heap whole, to find retainers.
  ['leaks', true],
])('%s lets a heap go before the next is read', async (name, keepsLast) => {
  const analysis = analyses.find(one => one.name === name)!
  if (analysis.heaps !== 'series') throw new Error(`${name} is about one heap`)
  const kept: boolean[] = []
  await analysis.run(watched(kept), valuesOf(analysis, {}))
  expect(kept).toEqual([false, false, false, false, false, keepsLast])
})

test.each([2, 3, 4, 5, 8, 20])(
  'a check of %i rounds gives the heaps it says, and lets go of each before the next',
  async rounds => {
    const read: WeakRef<Heap['graph']>[] = []
    const kept: boolean[] = []
    const reading = { heapUsed: 1, heapTotal: 1, external: 1, arrayBuffers: 1, rss: 1, uss: null }
    const target: CheckTarget = {
      collectGarbage: async () => {},
      memory: async () => reading,
      async capture() {
        await turn()
        gc()
        kept.push(...read.map(graph => graph.deref() !== undefined))
        const heap = heapOf(draw('root.app = App 16'))
        read.push(new WeakRef(heap.graph))
        return { heap, allocations: [] }
      },
    }
    const notes = noNotes()
    const heaps = roundsOf(target, { rounds, warmup: 0, every: 0 }, notes, untold)
    await oneByOne(heaps, () => {})
    expect(read).toHaveLength(heaps.length!)
    expect(kept).not.toContain(true)
  },
)

/**
 * The rounds whose heaps a check yields. `capturesInChild` has the answers before the first and after each capture,
 * `wanted` those about an undecided check.
 */
async function roundsWithHeaps(
  rounds: number | undefined,
  inChild: readonly boolean[],
  { wanted = [], ...options }: CheckOptions & { readonly wanted?: readonly Wanted[] } = {},
): Promise<{ given: number[]; taken: number; collected: number[]; moments: readonly number[] }> {
  const reading = { heapUsed: 1, heapTotal: 1, external: 1, arrayBuffers: 1, rss: 1, uss: null }
  let taken = 0
  const collected: number[] = []
  const target: CheckTarget = {
    collectGarbage: async () => void collected.push(taken),
    memory: async () => reading,
    capturesInChild: async () => inChild[Math.min(taken, inChild.length - 1)]!,
    async capture() {
      const counts = inChild[Math.min(++taken, inChild.length - 1)]!
      return { heap: heapOf(draw('root.app = App 16')), allocations: [], ...(counts ? { living: reading } : {}) }
    },
  }
  const notes = noNotes()
  const given: number[] = []
  let asked = 0
  const said = { warmup: 0, every: 0, ...options, ...(rounds === undefined ? {} : { rounds }) }
  const heaps = roundsOf(target, said, notes, untold, () => wanted[asked++])
  await oneByOne(heaps, (_, mayBeLast) => {
    given.push(notes.memory.length)
    expect(mayBeLast).toBe(given.length === heaps.length)
  })
  expect(given).toHaveLength(heaps.length!)
  return { given, taken, collected, moments: notes.moments }
}

test('an inconclusive check continues, for twice the rounds at most', async () => {
  const last = async (...wanted: readonly Wanted[]) => {
    const { given } = await roundsWithHeaps(undefined, [true], { wanted })
    expect(given).toEqual(given.map((_, at) => at + 1))
    return given.length
  }
  expect(await last()).toBe(8)
  expect(await last('rounds')).toBe(12)
  expect(await last('rounds', 'rounds', 'rounds')).toBe(16)
  // What waits for finalizers is decided after a garbage collection in the process.
  const wanted = ['collection', 'rounds'] as const
  expect((await roundsWithHeaps(undefined, [true], { wanted })).collected).toEqual([8])
})

test('but not with a given number of rounds, a capture that stops the process, or too little time', async () => {
  const wanted = ['rounds', 'rounds'] as const
  expect((await roundsWithHeaps(8, [true], { wanted })).given).toHaveLength(8)
  expect((await roundsWithHeaps(undefined, [false], { wanted })).given).toEqual([6, 7, 8])
  expect((await roundsWithHeaps(10, [true], { wanted, mostRounds: 20 })).given).toEqual([
    2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
  ])
  expect((await roundsWithHeaps(6, [true], { wanted, mostRounds: 20, every: 60, maxTime: 500 })).given).toHaveLength(6)
})

test("rounds of a program's own work start early or late, so as not to match any period", async () => {
  const { moments } = await roundsWithHeaps(8, [true], { every: 100 })
  const apart = moments.slice(1).map((moment, at) => moment - moments[at]!)
  expect(Math.max(...apart) - Math.min(...apart)).toBeGreaterThan(0.03)
  // With a load, each round counts as one.
  const loaded = await roundsWithHeaps(8, [true], { load: async () => {} })
  expect(loaded.moments).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('a check captures at most eight heaps if that does not stop the process, and three if it does', async () => {
  expect(await roundsWithHeaps(5, [true])).toMatchObject({ given: [1, 2, 3, 4, 5], taken: 5 })
  expect(await roundsWithHeaps(10, [true])).toMatchObject({ given: [2, 4, 6, 8, 10], taken: 5 })
  expect(await roundsWithHeaps(8, [true])).toMatchObject({ given: [1, 2, 3, 4, 5, 6, 7, 8] })
  expect(await roundsWithHeaps(5, [false])).toMatchObject({ given: [3, 4, 5], taken: 3 })
  expect(await roundsWithHeaps(10, [false])).toMatchObject({ given: [6, 8, 10], taken: 3 })
  expect(await roundsWithHeaps(2, [true])).toMatchObject({ given: [1, 2], taken: 2 })
})

test('a check whose first capture stops the process releases that heap, and continues with three', async () => {
  expect(await roundsWithHeaps(5, [true, false])).toMatchObject({ given: [3, 4, 5], taken: 4 })
  expect(await roundsWithHeaps(3, [true, false])).toMatchObject({ given: [1, 2, 3], taken: 3 })
})

test('if a forked child measures live memory, the process is not stopped to collect its garbage', async () => {
  const reading = { heapUsed: 100, heapTotal: 200, external: 10, arrayBuffers: 5, rss: 1000, uss: null }
  let collected = 0
  let taken = 0
  const target = (counts: boolean): CheckTarget => ({
    collectGarbage: async () => void collected++,
    memory: async () => reading,
    capturesInChild: async () => true,
    async capture() {
      taken++
      const living = { heapUsed: 40 + taken, external: 2, arrayBuffers: 1 }
      return { heap: heapOf(draw('root.app = App 16')), allocations: [], ...(counts ? { living } : {}) }
    },
  })
  const run = async (rounds: number, counts: boolean): Promise<Notes> => {
    const notes = noNotes()
    await oneByOne(roundsOf(target(counts), { rounds, warmup: 1, every: 0 }, notes, untold), () => {})
    return notes
  }

  const notes = await run(5, true)
  expect(collected).toBe(0)
  expect(notes.own.map(({ heapUsed }) => heapUsed)).toEqual([41, 42, 43, 44, 45])
  expect(notes.memory.map(({ round, heapUsed, rss }) => [round, heapUsed, rss])).toEqual(
    [1, 2, 3, 4, 5].map(round => [round, 40 + round, 1000]),
  )
  expect(notes.native).toEqual(Array.from({ length: 5 }, () => 1000 - 200 - 10))

  // Of ten rounds only five are captured, and some that should count are not: then all are measured in the process.
  expect((await run(10, true)).own.map(({ heapUsed }) => heapUsed)).toEqual(Array.from({ length: 10 }, () => 100))
  expect(collected).toBe(11)
  expect((await run(5, false)).own).toHaveLength(5)
  expect(collected).toBe(16)
})

test('one that stops the process later keeps its planned heaps', async () => {
  expect(await roundsWithHeaps(5, [true, true, false])).toMatchObject({ given: [1, 2, 3, 4, 5], taken: 5 })
})
