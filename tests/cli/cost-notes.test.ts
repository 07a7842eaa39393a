import { expect, test } from 'vitest'
import type { Cost } from '../../src/acquire/from-memory.js'
import { type CaptureDone, seriesCostNotes } from '../../src/cli/cost-notes.js'
import type { Io } from '../../src/cli/io.js'

const io = { cwd: '/srv/shop' } as Io
const cost = (standstill: number, rest: Partial<Cost> = {}): Cost => ({
  way: 'memory',
  seconds: 0.15,
  standstill,
  longestDelay: 0.002,
  rssBefore: 100 * 1024 ** 2,
  rssAfter: 101 * 1024 ** 2,
  bytes: 1,
  warnings: [],
  because: undefined,
  ...rest,
})
const done = (cost: Cost, at: number): CaptureDone => ({ path: `/srv/shop/.leakscope/${at}.heapsnapshot`, cost })

test('the cost of a series of captures is one line', () => {
  const costs = [cost(0.004), cost(0.011, { seconds: 0.36, longestDelay: 0.021 }), cost(0.006)]
  expect(seriesCostNotes(costs.map(done), io)).toEqual([
    'captured 3 heaps in .leakscope from memory, in 150 to 360 ms each: the target was paused for 4 to 11 ms each (its event loop was then late by 21 ms at most), its RSS went from 100.0 MB to 101.0 MB',
  ])
})

test('captures by another method have their own line, and a warning appears once', () => {
  const warnings = ['memory is short']
  const costs = [cost(0.004, { warnings }), cost(0.004, { warnings })]
  const stopped = cost(1.2, { way: 'inspector', because: 'it takes no addons' })
  const notes = seriesCostNotes([...costs, stopped].map(done), io)
  expect(notes).toHaveLength(3)
  expect(notes[0]).toMatch(/^captured 2 heaps in .leakscope from memory, in 150 ms each: .* for 4 ms each/)
  expect(notes[1]).toMatch(
    /^captured a heap in .leakscope through the inspector: the target was paused for 1.2 s .*; not by fork: it takes no addons$/,
  )
  expect(notes[2]).toBe('memory is short')
})

test('two captures are reported one by one, by their files', () => {
  const notes = seriesCostNotes([cost(0.004), cost(0.004)].map(done), io)
  expect(notes.map(note => /heapsnapshot/.test(note))).toEqual([true, true])
})

test('heaps that were not kept are reported', () => {
  const gone = [1, 2, 3].map(() => ({ path: null, cost: cost(0.004) }))
  expect(seriesCostNotes(gone, io)[0]).toMatch(/^captured 3 heaps \(not kept\) from memory/)
})
