import { describe, expect, test } from 'vitest'
import { check } from '../../src/check/index.js'
import { attach } from '../../src/live/attach/attach.js'
import { workerThreads } from '../../src/live/workers.js'
import { untold } from '../../src/task.js'
import { checkTarget } from '../check/target.js'
import { start as startLeaking } from '../fixtures/program.js'
import { oldestRelease } from '../node-versions.js'
import { start } from './start.js'

// Before Node.js 18.15 an inspector closes in a later turn, and workers have no names.
const oldest = oldestRelease()
const unlessThere = oldest === undefined ? ' (skipped: .ci/fetch-node has not fetched v18.0.0)' : ''

describe.skipIf(oldest === undefined)(`the oldest release of Node.js that can be a target${unlessThere}`, () => {
  const node = oldest?.path ?? ''

  test('is attached to again and again, and its inspector is closed each time', async () => {
    const program = await start('idle.cjs', { node })
    for (let times = 1; times <= 3; times++) {
      await using target = await attach({ kind: 'pid', pid: program.pid })
      expect(target.nodeVersion).toBe('v18.0.0')
    }
    expect(program.stderr.match(/Debugger listening/g)).toHaveLength(3)
    await expect(fetch('http://127.0.0.1:9229/json/version')).rejects.toThrow()
    expect(await program.ask('keep 10')).toMatch(/10/)
  })

  test('is attached to while it runs JavaScript without a pause', async () => {
    const program = await start('spins.cjs', { node })
    await using target = await attach({ kind: 'pid', pid: program.pid })
    expect(target.pid).toBe(program.pid)
  })

  test('has workers that are found by number', async () => {
    const program = await start('workers.cjs', { node })
    await using target = await attach({ kind: 'pid', pid: program.pid })
    expect((await workerThreads(target)).map(({ id }) => id)).toEqual([1, 2])
  })

  test('has its leak found', async () => {
    await using running = await startLeaking('leaks/map-cache.js', { node })
    await using target = await checkTarget(running.pid)
    const { suspects } = await check(target, { rounds: 6, load: () => running.step(100) }, untold)
    expect(suspects[0]!.headline).toMatch(/^Map sessions in .* gains 100 Session per round/)
  })
})
