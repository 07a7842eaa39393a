import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { types } from '../../src/graph/types.js'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { capture } from '../../src/live/capture/capture.js'
import { addonFile } from '../../src/live/capture/fork/obstacle.js'
import { runsOnMusl } from '../../src/live/linux/c-library.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
import { openSnapshotFile } from '../../src/snapshot/open.js'
import { untold } from '../../src/task.js'
import { temporaryFolder } from '../support/folder.js'
import { muslNode, unlessMusl } from './addon.js'
import { type Program, start } from './start.js'

const attachPid = async ({ pid }: Program): Promise<Target> => {
  const target = await attach({ kind: 'pid', pid })
  onTestFinished(() => target.detach())
  return target
}

describe.runIf(muslNode !== undefined)(`on musl${unlessMusl}`, () => {
  test.each(['memory', 'fork', 'auto'] as const)('a process is captured by %s, and left as it was', async way => {
    const program = await start('idle.cjs', { node: muslNode! })
    await program.ask('keep 500')
    const target = await attachPid(program)
    expect(runsOnMusl(program.pid)).toBe(true)
    const path = join(temporaryFolder(), 'x.heapsnapshot')
    const captured = await capture(target, { path, task: untold, way })
    expect(captured).toMatchObject({ way: way === 'auto' ? 'memory' : way, warnings: [] })
    const { graph } = await openSnapshotFile(path, untold)
    const { of, names } = types(graph)
    const kept = names.indexOf('Kept')
    expect(of.reduce((sum, type) => sum + Number(type === kept), 0)).toBe(500)
    expect(await evaluate(target, 'kept.length')).toBe(500)
  })

  test('a process that churns memory and threads is captured at any moment', async () => {
    const program = await start('churns.cjs', { node: muslNode! })
    const target = await attachPid(program)
    const folder = temporaryFolder()
    for (let round = 0; round < 10; round++) {
      const path = join(folder, `${round}.heapsnapshot`)
      const { way } = await capture(target, { path, task: untold, way: round % 5 === 4 ? 'fork' : 'memory' })
      expect(way).toBe(round % 5 === 4 ? 'fork' : 'memory')
    }
    expect(await evaluate(target, '1 + 1')).toBe(2)
  })
})

test.runIf(existsSync(addonFile(true)))('the addon for musl asks for nothing of glibc, and no C++ library', () => {
  const text = readFileSync(addonFile(true), 'latin1')
  expect(text).toContain('libc.so\0')
  expect(text).not.toMatch(/GLIBC|GCC_|libstdc|libgcc/)
})
