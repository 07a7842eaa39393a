import { expect, test } from 'vitest'
import { allocationReport } from '../../src/cli/allocation-report.js'
import type { Recorded } from '../../src/cli/allocation-run.js'
import type { Suspect } from '../../src/growth/suspects/suspect.js'

const suspect = {
  headline: 'Map sessions gains 3 Session per round',
  holder: { type: 'Map', name: 'sessions', location: { file: 'store.js', line: 4, column: 1 } },
  leaked: { type: 'Session', bytes: 400_000 },
  path: [],
} as unknown as Suspect
const growth = { suspects: [suspect], uncertain: [], levelling: [] } as unknown as Recorded['growth']
const location = { file: 'store.js', line: 9, column: 3 }
const recorded = (bytes: number): Recorded => ({
  allocations: bytes === 0 ? [] : [{ bytes, stack: [{ function: 'store', location }] }],
  startedAt: 0,
  seconds: 10,
  interval: 32_768,
  growth,
  notes: [],
})

test('a function is reported with what retains its allocations', () => {
  const { headline, notes } = allocationReport(recorded(400_000), 20)
  expect(headline).toBe(
    '390.6 KB allocated in 10 s is alive: 100 % at or below store (store.js:9), retained by Map sessions (store.js:4)',
  )
  expect(notes).toEqual([])
})

test.each([
  [0, /^Nothing that/, 'No sample in 10 s'],
  [32_768, /^32.0 KB allocated/, 'One sample in 10 s'],
  [98_304, /^96.0 KB allocated/, 'About 3 samples in 10 s'],
])('of %i bytes sampled it says that they are few, and what grew', (bytes, said, few) => {
  const { headline, notes } = allocationReport(recorded(bytes), 20)
  expect(headline).toMatch(said)
  expect(notes).toEqual([
    `${few}: too few to rank functions by. Sample for longer, or with a smaller --interval (here 32.0 KB).`,
    `Grew meanwhile: ${suspect.headline}.`,
  ])
})
