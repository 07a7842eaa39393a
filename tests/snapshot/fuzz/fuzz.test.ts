import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.js'

// `npm run fuzz -- --runs 30000 --seed 1` sets these.
const runs = Number(process.env.LEAKSCOPE_FUZZ_RUNS ?? 1000)
const seed = Number(process.env.LEAKSCOPE_FUZZ_SEED ?? 20_261_129)

test(`${runs} damaged snapshots, from seed ${seed}: each is refused or read as it is`, async () => {
  const counts = await fuzz(runs, seed, done => {
    if (runs > 1000 && done % 10_000 === 0) process.stderr.write(`${done} of ${runs}\n`)
  })
  const { LEAKSCOPE_FUZZ_REPORT: report } = process.env
  if (report !== undefined) writeFileSync(report, `${JSON.stringify(counts, null, 2)}\n`)
  expect(counts.faults.slice(0, 5)).toEqual([])
  // Each of them happens often, otherwise the damage is not as intended.
  for (const kind of ['refused', 'equal'] as const) expect(counts[kind]).toBeGreaterThan(runs / 20)
}, 7_200_000)
