import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check/index.js'
import { untold } from '../../src/task.js'
import { checkTarget } from '../check/target.js'
import { fixture, start } from '../fixtures/program.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { oldestAndNewest } from '../node-versions.js'

const program = relative(fixture('.'), join(import.meta.dirname, 'programs/numbers.cjs'))

describe.runIf(hasAddon)(`stores that fill with numbers leak, and bounded ones do not${unlessAddon}`, () => {
  test.each(oldestAndNewest())('Node.js $version', async ({ path: node }) => {
    await using running = await start(program, { node })
    await using target = await checkTarget(running.pid, 'memory')
    const { suspects, doubtful } = await check(target, { rounds: 8, load: () => running.step(300) }, untold)
    const names = suspects.map(({ headline }) => /^(\w+ \w+) in /.exec(headline)?.[1]).sort()
    expect(names).toEqual([
      'Array samples',
      'Array slots',
      'Map namesById',
      'Object countsById',
      'Object perJob',
      'Object totalsById',
      'Set seenIds',
    ])
    expect(doubtful).toEqual([])
  })
})
