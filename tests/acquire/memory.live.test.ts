import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { capturesOf } from '../../src/acquire/captures.js'
import { openHeap } from '../../src/acquire/open-heap.js'
import { types } from '../../src/graph/types.js'
import type { Heap } from '../../src/heap/heap.js'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { canary } from '../../src/live/canary.js'
import { addonFile } from '../../src/live/capture/fork/obstacle.js'
import { everyProcess } from '../../src/live/linux/process-tree.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
import { attachWorker } from '../../src/live/workers.js'
import { openMemoryDump } from '../../src/memory/open.js'
import { untold } from '../../src/task.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { type Program, start } from '../live/start.js'
import { nodeVersions } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'

const attachPid = async ({ pid }: Program): Promise<Target> => {
  const target = await attach({ kind: 'pid', pid })
  onTestFinished(() => target.detach())
  return target
}

const kept = ({ graph }: Heap, className = 'Kept'): number => {
  const { of, names } = types(graph)
  const type = names.indexOf(className)
  return of.reduce((sum, one) => sum + Number(one === type), 0)
}

const childrenOf = (pid: number): number[] =>
  everyProcess()
    .filter(({ commandLine }) => commandLine.join(' ').includes('leakscope copy'))
    .filter(({ parent }) => parent === pid)
    .map(({ pid }) => pid)

describe.runIf(hasAddon).each(nodeVersions())(`$version, from memory${unlessAddon}`, ({ path: node }) => {
  test('has what the program keeps, and leaves it as it was', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('keep 500')
    const target = await attachPid(program)
    const folder = temporaryFolder()
    const captures = capturesOf(target, await canary(target), folder, 'memory')

    const { heap, cost } = await captures.read(untold)
    expect(cost).toMatchObject({ way: 'memory', because: undefined, warnings: [], check: { differ: 0 } })
    expect(kept(heap)).toBe(500)
    const { path } = await captures.take(untold)
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
    expect(kept(await openHeap(path, untold))).toBe(500)
    expect(await captures.idsHold()).toBe(false)
    expect(await evaluate(target, 'kept.length')).toBe(500)
    expect(childrenOf(program.pid)).toEqual([])
  })

  test('has the heap of a worker thread', async () => {
    const program = await start('workers.cjs', { node })
    expect(await program.ask('tell ant keep 300')).toBe('kept 300')
    expect(await program.ask('tell bee keep 200')).toBe('kept 200') // of another isolate
    await using worker = await attachWorker(await attachPid(program), 1)
    const [ant] = worker.targets as [Target]
    const { heap } = await capturesOf(ant, await canary(ant), temporaryFolder(), 'memory').read(untold)
    expect(kept(heap, 'KeptByWorker')).toBe(300)
  })

  test('is refused where the child faults', async () => {
    const child = spawn(node, ['-e', BREAKS, addonFile()], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await expect(openMemoryDump(child.stdout, untold)).rejects.toMatchObject({
      code: 'CAPTURE',
      message: expect.stringContaining('not as V8 describes it'),
    })
    if (child.exitCode === null) await once(child, 'exit')
    expect(child.exitCode).toBe(0)
  })
})

// Walks its own heap in a fork that faults after a thousand objects, passes on what that writes, and ends well itself.
const BREAKS = `
  const loaded = { exports: {} }
  process.dlopen(loaded, process.argv[1])
  const seeds = [globalThis, process, Array, Map, parseInt, Array.prototype.push, Map.prototype.get]
  const { node, v8 } = process.versions
  const { pid, pipe } = loaded.exports.walk(60, 0, false, seeds, { node, v8, breakAt: 1000 }, undefined)
  require('fs').createReadStream('/proc/' + pid + '/fd/' + pipe).pipe(process.stdout)`

const strips = spawnSync('strip', ['--version']).status === 0
const newest = nodeVersions().find(({ version }) => Number(/\d+/.exec(version)![0]) >= 24)

test.runIf(hasAddon && strips && newest !== undefined)('a stripped binary says what is missing', async () => {
  const node = join(temporaryFolder(), 'node')
  copyFileSync(newest!.path, node)
  expect(spawnSync('strip', [node]).status).toBe(0)
  const program = await start('idle.cjs', { node })
  const target = await attachPid(program)
  const captures = capturesOf(target, await canary(target), temporaryFolder(), 'memory')
  await expect(captures.read(untold)).rejects.toMatchObject({
    code: 'CAPTURE',
    message: expect.stringMatching(/cannot be captured by memory: .*V8's symbols lack/),
  })
  expect(await evaluate(target, '1 + 1')).toBe(2)
})
