import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attach } from '../../src/live/attach/attach.js'
import { capture } from '../../src/live/capture/capture.js'
import { untold } from '../../src/task.js'
import { world } from '../cli/world.js'
import { oldestAndNewest } from '../node-versions.js'
import { startHostile } from './hostile.js'

describe.each(oldestAndNewest())('a program on $version that logs objects', ({ path: node }) => {
  test.each(['attach', 'fork', 'inspector'] as const)('are not kept because of an attachment: %s', async way => {
    const program = await startHostile('logs-objects.cjs', [], { node })
    const folder = mkdtempSync(join(tmpdir(), 'leakscope-console-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const target = await attach({ kind: 'pid', pid: program.pid })
    await sleep(300)
    if (way !== 'attach') await capture(target, { path: join(folder, 'x.heapsnapshot'), task: untold, way })
    await target.detach()

    await program.ask('stop')
    const [alive, made] = (await program.ask('alive')).split(' ').map(Number)
    expect(made).toBeGreaterThan(20)
    expect(alive).toBeLessThan(3)
  })

  test('are not reported as its leak, and not kept after a check', async () => {
    const program = await startHostile('logs-objects.cjs', [], { node })
    using here = world()
    const { out, err } = await here.run(['check', String(program.pid), '--rounds', '5', '--every', '500ms'])
    expect(out).toMatch(/leaking|inconclusive/i)
    expect(out + err).not.toMatch(/\bRequest\b/)
    await program.ask('stop')
    const [alive, made] = (await program.ask('alive')).split(' ').map(Number)
    expect(made).toBeGreaterThan(100)
    expect(alive).toBeLessThan(3)
  })
})
