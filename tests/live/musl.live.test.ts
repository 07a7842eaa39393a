import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { capturesOf } from '../../src/acquire/captures.js'
import { types } from '../../src/graph/types.js'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { canary } from '../../src/live/canary.js'
import { addonFile } from '../../src/live/capture/fork/obstacle.js'
import { runsOnMusl } from '../../src/live/linux/c-library.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
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
  test.each([
    ['memory', 'memory'],
    ['fork', 'fork'],
    ['auto', 'memory'],
  ] as const)('a process is captured by %s, and left as it was', async (asked, way) => {
    const program = await start('idle.cjs', { node: muslNode! })
    await program.ask('keep 500')
    const target = await attachPid(program)
    expect(runsOnMusl(program.pid)).toBe(true)
    const { heap, cost } = await capturesOf(target, await canary(target), temporaryFolder(), asked).read(untold)
    expect(cost).toMatchObject({ way, warnings: [] })
    const { of, names } = types(heap.graph)
    const kept = names.indexOf('Kept')
    expect(of.reduce((sum, type) => sum + Number(type === kept), 0)).toBe(500)
    expect(await evaluate(target, 'kept.length')).toBe(500)
  })

  test.each([
    ['memory', 3],
    ['fork', 1],
  ] as const)('a process that churns is captured by %s at any moment', async (way, rounds) => {
    const program = await start('churns.cjs', { node: muslNode! })
    const target = await attachPid(program)
    const captures = capturesOf(target, await canary(target), temporaryFolder(), way)
    for (let round = 0; round < rounds; round++) expect((await captures.read(untold)).cost).toMatchObject({ way })
    expect(await evaluate(target, '1 + 1')).toBe(2)
  })
})

test.runIf(existsSync(addonFile(true)))('the addon for musl asks for nothing of glibc, and no C++ library', () => {
  const text = readFileSync(addonFile(true), 'latin1')
  expect(text).toContain('libc.so\0')
  expect(text).not.toMatch(/GLIBC|GCC_|libstdc|libgcc/)
})
