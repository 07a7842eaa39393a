// npm run fuzz -- --runs 30000 [--seed 1] [--report counts.json]
//
// Damages that many snapshots at the borders of the format, reads each whole, in random chunks, and only its nodes, and compares the
// results with JSON.parse. A fault is printed with its seed: `--runs 1 --seed <seed>` reproduces it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '30000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    report: { type: 'string' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'leakscope-fuzz-'))
const report = values.report === undefined ? join(folder, 'counts.json') : resolve(values.report)
try {
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'tests/snapshot/fuzz/fuzz.test.ts'],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        LEAKSCOPE_FUZZ_RUNS: values.runs,
        LEAKSCOPE_FUZZ_SEED: values.seed,
        LEAKSCOPE_FUZZ_REPORT: report,
      },
    },
  )
  const { runs, refused, equal, read, faults } = JSON.parse(readFileSync(report, 'utf8'))
  console.log(
    `${runs} runs from seed ${values.seed}: ${refused} refused, ${equal} read and equal to JSON.parse, ` +
      `${read} read (damage where nobody looks), ${faults.length} faults`,
  )
  process.exitCode = faults.length === 0 ? status : 1
} finally {
  rmSync(folder, { recursive: true })
}
