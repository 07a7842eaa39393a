import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check/index.js'
import { untold } from '../../src/task.js'
import { checkTarget } from '../check/target.js'
import { fixture, start } from '../fixtures/program.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { oldestAndNewest } from '../node-versions.js'

const program = relative(fixture('.'), join(import.meta.dirname, 'programs/turnover.cjs'))

describe.runIf(hasAddon)(`what comes and goes is not a leak, what stays beside it is${unlessAddon}`, () => {
  test.each(oldestAndNewest())('Node.js $version', async ({ path: node }) => {
    await using running = await start(program, { node })
    await using target = await checkTarget(running.pid, 'memory')
    const { suspects } = await check(target, { load: () => running.step(150) }, untold)
    const headlines = suspects.map(({ headline }) => headline).sort()
    expect(headlines).toEqual([
      expect.stringMatching(/^Array tenants\S*\.log in \S+ gains \d+ Entry/),
      expect.stringMatching(/^Map devices in \S+ gains 30 Device/),
    ])
  })
})
