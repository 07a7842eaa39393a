import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check/index.js'
import { untold } from '../../src/task.js'
import { checkTarget } from '../check/target.js'
import { fixture, start } from '../fixtures/program.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { oldestAndNewest } from '../node-versions.js'

const program = (name: string): string => relative(fixture('.'), join(import.meta.dirname, 'programs', name))

describe.runIf(hasAddon)(`stores that fill with numbers leak, and bounded ones do not${unlessAddon}`, () => {
  test.each(oldestAndNewest())('Node.js $version', async ({ path: node }) => {
    await using running = await start(program('numbers.cjs'), { node })
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

describe.runIf(hasAddon)(`many small stores that fill with numbers leak, and bounded ones do not${unlessAddon}`, () => {
  test.each(oldestAndNewest())('Node.js $version', async ({ path: node }) => {
    await using running = await start(program('many-stores.cjs'), { node })
    await using target = await checkTarget(running.pid, 'memory')
    const { suspects, doubtful } = await check(target, { rounds: 8, load: () => running.step(300) }, untold)
    const names = suspects
      .map(({ headline }) => /^\w+ (connections\[…\]\.\w+)(?: of Connection)? in /.exec(headline)?.[1])
      .sort()
    expect(names).toEqual(
      ['countsById', 'flags', 'latencies', 'levels', 'seenIds', 'sizes', 'slots', 'sparse', 'trace'].map(
        name => `connections[…].${name}`,
      ),
    )
    expect(doubtful).toEqual([])
  })
})
