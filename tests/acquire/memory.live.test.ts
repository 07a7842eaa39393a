import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { capturesOf } from '../../src/acquire/captures.js'
import { openHeap } from '../../src/acquire/open-heap.js'
import { types } from '../../src/graph/types.js'
import type { Heap } from '../../src/heap/heap.js'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { canary } from '../../src/live/canary.js'
import { addonFile } from '../../src/live/capture/fork/obstacle.js'
import { listedSymbols } from '../../src/live/capture/memory/listed-build.js'
import { everyProcess } from '../../src/live/linux/process-tree.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
import { attachWorker } from '../../src/live/workers.js'
import { openMemoryDump } from '../../src/memory/open.js'
import { untold } from '../../src/task.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { type Program, start } from '../live/start.js'
import { nodeVersions } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'
import { buildIdOf, canStrip, losingNames, stripped, unlessStrip } from '../support/stripped.js'

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
  test("has the program's objects, and leaves the program as it was", async () => {
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

  // Another thread may be changing something when a starting process is forked: leakscope then forks again, twice at
  // most.
  test('is refused if the child faults', { retry: 2 }, async () => {
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

// Walks its own heap in a fork, passes on what that writes, and ends with 0 itself.
const walks = (options: string): string => `
  const loaded = { exports: {} }
  process.dlopen(loaded, process.argv[1])
  const seeds = [globalThis, process, Array, Map, parseInt, Array.prototype.push, Map.prototype.get]
  const { node, v8 } = process.versions
  const { pid, pipe } = loaded.exports.walk(60, 0, false, seeds, { node, v8, ${options} }, undefined)
  // After the child is done.
  setTimeout(() => require('fs').createReadStream('/proc/' + pid + '/fd/' + pipe).pipe(process.stdout), 300)`
const BREAKS = walks('breakAt: 1000')
const WALKS = walks("symbols: require('fs').readFileSync(process.argv[2], 'utf8')")

// Since 24.11.1 `strip` removes V8's names.
describe.runIf(hasAddon && canStrip).each(losingNames(nodeVersions()))(
  `$version, stripped${unlessAddon}${unlessStrip}`,
  ({ path }) => {
    test('is read with the listed symbols of its build', async context => {
      const buildId = buildIdOf(path)
      if (listedSymbols(buildId) === undefined) return context.skip('its build is not listed')
      const program = await start('idle.cjs', { node: stripped(path, temporaryFolder()) })
      await program.ask('keep 500')
      const target = await attachPid(program)
      const captures = capturesOf(target, await canary(target), temporaryFolder(), 'memory')
      const { heap, cost } = await captures.read(untold)
      expect(cost).toMatchObject({ way: 'memory', because: undefined, warnings: [], check: { differ: 0 } })
      expect(kept(heap)).toBe(500)
    })

    test('is refused if its build is not listed', async () => {
      const node = stripped(path, temporaryFolder())
      const binary = readFileSync(node)
      const id = Buffer.from(buildIdOf(path), 'hex')
      binary[binary.indexOf(id)]! ^= 1
      writeFileSync(node, binary)
      const program = await start('idle.cjs', { node })
      const target = await attachPid(program)
      const captures = capturesOf(target, await canary(target), temporaryFolder(), 'memory')
      await expect(captures.read(untold)).rejects.toMatchObject({
        code: 'CAPTURE',
        message: expect.stringMatching(/cannot be captured by memory: .*V8's symbols lack/),
      })
      expect(await evaluate(target, '1 + 1')).toBe(2)
    })

    const buildId = buildIdOf(path)
    const listed = listedSymbols(buildId)
    const damaged: readonly [string, (listed: string) => string, RegExp][] = [
      ['of another build', listed => listed.replace(/^./, first => (first === '0' ? '1' : '0')), /symbols lack/],
      [
        'that says otherwise than its file',
        listed => listed.replace(/^\w+ (?=\w+ _ZN2v87Isolate17)/m, '123 '),
        /listed for/,
      ],
      [
        'with a table elsewhere',
        listed => listed.replace(/^\w+ (?=\w+ _ZTVN2v88internal26)/m, '400000 '),
        /without a name/,
      ],
      [
        'with a table that is not there',
        listed => listed.replace(/^\w+ (?=\w+ _ZTVN2v88internal26)/m, '8 '),
        /not as V8/,
      ],
      ['that is torn', listed => listed.slice(0, -7), /damaged/],
      ['that is none', listed => `${listed.slice(0, 41)}xyz\n`, /damaged/],
    ]
    test.runIf(listed !== undefined).each(damaged)('refuses a list %s', async (_, damage, why) => {
      const folder = temporaryFolder()
      const symbols = join(folder, 'symbols')
      writeFileSync(symbols, damage(listed!))
      const child = spawn(stripped(path, folder), ['-e', WALKS, addonFile(), symbols], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      onTestFinished(() => void child.kill('SIGKILL'))
      await expect(openMemoryDump(child.stdout, untold)).rejects.toMatchObject({
        code: 'CAPTURE',
        message: expect.stringMatching(why),
      })
    })
  },
)
