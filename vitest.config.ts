import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const live = 'tests/**/*.live.test.ts'

// What starts a process or needs dist/ is left out of the quick lane. A test says so by what it imports.
const startsProcesses = readdirSync('tests', { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts'))
  .map(name => `tests/${name}`)
  .filter(path => /from 'node:child_process'|\/start\.js'|node-versions\.js'/.test(readFileSync(path, 'utf8')))

// Three projects. `unit` runs in parallel and needs no process but its own, as a rule; `quick` is the part of it that needs none at all
// (`npm run test:quick`). `live` starts real Node.js processes, one file at a time, so that the targets are measured on a machine that
// is not busy with the other tests. Nothing is retried but in `.ci/run`: a test that fails by chance has found a race. One that needs a
// retry says why beside it, and the reporter counts it.
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [live],
          testTimeout: 60_000,
        },
      },
      ...(process.env.LEAKSCOPE_TEST_RUNS === undefined
        ? []
        : [
            {
              test: {
                name: 'quick',
                include: ['tests/**/*.test.ts'],
                exclude: [live, ...startsProcesses],
                testTimeout: 60_000,
                // One module graph for all files: loading the sources anew for each takes longer than the tests.
                isolate: false,
              },
            },
          ]),
      {
        test: {
          name: 'live',
          include: [live],
          pool: 'forks',
          fileParallelism: false,
          // `.ci/run` may share its machine with others: what fails by chance there is run again, and the reporter says so.
          retry: Number(process.env.LEAKSCOPE_TEST_RETRIES ?? 0),
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})

export default config
