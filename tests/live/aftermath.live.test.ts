import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { capturesOf } from '../../src/acquire/captures.js'
import type { Io } from '../../src/cli/io.js'
import { withTarget } from '../../src/cli/targets.js'
import { attach } from '../../src/live/attach/attach.js'
import { type Canary, canary } from '../../src/live/canary.js'
import { capture } from '../../src/live/capture/capture.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
import { untold } from '../../src/task.js'
import { nodeVersions } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'
import { start } from './start.js'
import { valueIn } from './value-in.js'

test('a process that ends right after its capture: the snapshot is kept, with a note', async () => {
  const program = await start('idle.cjs')
  const target = await attach({ kind: 'pid', pid: program.pid })
  onTestFinished(() => target.detach())
  const real = await canary(target)
  const ending: Canary = {
    async holds(when) {
      if (when === 'numbered') {
        program.child.kill('SIGKILL')
        await program.ended
      }
      return real.holds(when)
    },
  }
  const { path, cost } = await capturesOf(target, ending, temporaryFolder(), 'inspector').take(untold)
  expect(existsSync(path)).toBe(true)
  expect(cost.warnings).toEqual([`process ${program.pid} has ended, right after it was captured`])
})

test('the answer is printed although leaving the process fails, which is reported, too', async () => {
  const program = await start('idle.cjs')
  const troubles: unknown[] = []
  const screen = new PassThrough()
  const io: Io = {
    stdin: new PassThrough(),
    stdout: screen,
    stderr: screen,
    env: {},
    cwd: tmpdir(),
    signal: untold.signal,
    troubles,
  }
  const answer = await withTarget({ kind: 'pid', pid: program.pid }, { task: untold, io }, async target => {
    const pid = await valueIn<number>(target, 'process.pid')
    process.kill(program.pid, 'SIGSTOP')
    return pid
  })
  expect(answer).toBe(program.pid)
  expect(troubles).toMatchObject([{ code: 'TIMEOUT', message: expect.stringContaining('its inspector is still open') }])

  // The next one closes it, as soon as possible.
  process.kill(program.pid, 'SIGCONT')
  const next = await attach({ kind: 'pid', pid: program.pid })
  expect(next.openedInspector).toBe(true)
  await next.detach()
  expect(listeners(program.pid)).toEqual([])
})

test.each(nodeVersions())(
  '$version: ids handed out anew before the first number was seen are noticed',
  async ({ path: node }) => {
    const program = await start('idle.cjs', { node })
    const target = await attach({ kind: 'pid', pid: program.pid })
    onTestFinished(() => target.detach())
    const watch = await canary(target)
    const path = join(temporaryFolder(), 'x.heapsnapshot')

    await capture(target, { path, task: untold })
    await using other = await attach({ kind: 'pid', pid: program.pid })
    await evaluate(other, '1')
    await other.detach()
    expect(await watch.holds('numbered')).toBe(false)

    await capture(target, { path, task: untold })
    expect(await watch.holds('numbered')).toBe(true)
    expect(await watch.holds()).toBe(true)
  },
)
