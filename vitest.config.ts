import { defineConfig, type ViteUserConfig } from 'vitest/config'

// Two projects: `unit` runs in parallel and needs no process but its own; `live` starts real Node.js processes, one file at a
// time, so that the targets are measured on a machine that is not busy with the other tests.
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.live.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'live',
          include: ['tests/**/*.live.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          // Real processes on a machine that may be busy: what fails by chance passes the second time or the third, a fault fails always.
          retry: 2,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})

export default config
