import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { v8Pages } from '../../src/live/linux/v8-pages.js'
import { processMemory, v8Memory } from '../../src/live/memory.js'
import { processes } from '../../src/live/processes.js'
import { collectGarbage } from '../../src/live/protocol/collect.js'
import { evaluate, objectIdOf } from '../../src/live/protocol/evaluate.js'
import { dropSampling, startSampling, stopSampling } from '../../src/live/protocol/sampling.js'
import { scripts } from '../../src/live/protocol/scripts.js'
import { untold } from '../../src/task.js'
import { oldestAndNewest } from '../node-versions.js'
import { fixture, launch, type Program, type StartOptions, start } from './start.js'

const inside = async (script: string, options: StartOptions): Promise<{ program: Program; target: Target }> => {
  const program = await start(script, options)
  const target = await attach({ kind: 'pid', pid: program.pid })
  onTestFinished(() => target.detach())
  return { program, target }
}

describe.each(oldestAndNewest())('in $version', ({ version, path: node }) => {
  test('the size of the heap, from outside, without buffers', async () => {
    const { program, target } = await inside('idle.cjs', { node })
    await program.ask('keep 200000')
    await evaluate(target, 'void (globalThis.buffers = Buffer.alloc(200 * 2 ** 20, 1))')
    const { heapUsed, heapTotal } = await v8Memory(target)
    const seen = v8Pages(program.pid)!
    expect(seen).toBeGreaterThanOrEqual(heapUsed)
    expect(seen).toBeLessThan(heapTotal + 20 * 2 ** 20)
  })

  test('expressions', async () => {
    const { target } = await inside('module.mjs', { node })
    expect(await evaluate(target, '({ a: [1, "two", null] })')).toEqual({ a: [1, 'two', null] })
    expect(await evaluate(target, 'undefined')).toBeUndefined()
    expect(await evaluate(target, `require('node:path').sep`)).toBe('/')
    expect(await evaluate(target, 'Promise.resolve(7)', { awaitPromise: true })).toBe(7)
    await expect(evaluate(target, 'nowhere.to.be.found')).rejects.toMatchObject({
      code: 'USAGE',
      message: 'the target threw: ReferenceError: nowhere is not defined',
    })
    await expect(evaluate(target, `Promise.reject('no')`, { awaitPromise: true })).rejects.toMatchObject({
      message: 'the target threw: no',
    })
    await expect(
      evaluate(target, 'new Promise(() => {})', { awaitPromise: true, timeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'TIMEOUT' })
    await expect(objectIdOf(target, 'nowhere')).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('a command that the target refuses is distinguished from a lost target', async () => {
    const { target } = await inside('idle.cjs', { node })
    await expect(target.send('HeapProfiler.noSuchCommand')).rejects.toThrow(/wasn't found/)
    expect(await evaluate(target, '1')).toBe(1)
  })

  test('an aborted command', async () => {
    const { target } = await inside('idle.cjs', { node })
    const reason = new Error('interrupted')
    const signal = AbortSignal.abort(reason)
    await expect(evaluate(target, '1', { signal })).rejects.toBe(reason)
  })

  test('garbage is collected until nothing more is freed, including finalizers', async () => {
    const { target } = await inside('finalizes.cjs', { node })
    expect(await evaluate(target, 'fill()')).toBe(2000)
    const used = await collectGarbage(target, untold)
    expect(await evaluate(target, 'belongings.size')).toBe(0)
    const { heapUsed } = await v8Memory(target)
    expect(Math.abs(used - heapUsed)).toBeLessThan(0.1 * heapUsed)
  })

  test('garbage cannot be collected while JavaScript runs without a pause', async () => {
    const program = await start('spins.cjs', { node })
    await using target = await attach({ kind: 'pid', pid: program.pid }, { commandTimeoutMs: 400 })
    await expect(collectGarbage(target, untold)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('runs JavaScript'),
    })
  })

  test('memory, from the system and from V8', async () => {
    const { program, target } = await inside('own-require.cjs', { node })
    const before = await processMemory(program.pid)
    await evaluate(target, 'void (globalThis.held = Buffer.alloc(50 * 2 ** 20, 1))')
    const after = await processMemory(program.pid)
    const MB = 2 ** 20
    expect(before.source).toBe('smaps_rollup')
    expect(before.uss).toBeLessThan(before.rss)
    expect(before.pss).toBeLessThanOrEqual(before.rss)
    expect((after.uss! - before.uss!) / MB).toBeGreaterThan(45)
    expect((after.rss - before.rss) / MB).toBeGreaterThan(45)

    const v8 = await v8Memory(target)
    expect(v8.arrayBuffers / MB).toBeGreaterThan(50)
    expect(v8.external).toBeGreaterThanOrEqual(v8.arrayBuffers)
    expect(v8.heapUsed).toBeLessThanOrEqual(v8.heapTotal)
    expect(v8.heapLimit).toBeGreaterThan(100 * MB)
    expect(Math.abs(v8.rss - after.rss) / MB).toBeLessThan(10)
  })

  test("scripts, with V8's numbers", async () => {
    const { target } = await inside('idle.cjs', { node })
    const all = await scripts(target)
    expect(all.map(script => script.url)).toContain(`file://${fixture('told.cjs')}`)
    expect(new Set(all.map(script => script.id)).size).toBe(all.length)
    expect(await scripts(target)).toHaveLength(all.length)
  })

  test('live allocations, by stack', async () => {
    const { target } = await inside('allocates.cjs', { node })
    await expect(stopSampling(target)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await startSampling(target)
    await evaluate(target, 'allocate()')
    const found = await stopSampling(target)
    const here = found.filter(({ stack }) => stack.some(frame => frame.url.endsWith('allocates.cjs')))
    const megabytes = here.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20
    expect(megabytes).toBeGreaterThan(15)
    expect(megabytes).toBeLessThan(25)
    expect(here[0]!.stack.some(frame => ['storeSession', 'globalThis.allocate'].includes(frame.functionName))).toBe(
      true,
    )
    expect(found.map(({ bytes }) => bytes)).toEqual(found.map(({ bytes }) => bytes).sort((a, b) => b - a))
    await expect(stopSampling(target)).rejects.toMatchObject({ code: 'NOT_FOUND' })

    await startSampling(target)
    await dropSampling(target)
    await expect(stopSampling(target)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('the list of processes', async () => {
    const open = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:0'] })
    const cluster = await start('cluster.cjs', { node, words: ['--inspect-me', 'not'] })
    const removed = await start('listener-removed.cjs', { node })
    const list = await processes()
    const of = (program: Program) => list.find(({ pid }) => pid === program.pid)

    expect(of(open)).toMatchObject({ nodeVersion: version, script: fixture('idle.cjs'), obstacle: null })
    expect(of(open)?.inspectorPort).toBeGreaterThan(1024)
    expect(of(open)?.rss).toBeGreaterThan(10 * 2 ** 20)
    expect(of(cluster)).toMatchObject({ clusterWorkers: 2, inspectorPort: null, obstacle: null })
    expect(of(removed)?.obstacle?.message).toContain('SIGUSR1')
    expect(list.map(({ pid }) => pid)).not.toContain(process.pid)
  })
})

describe('memory that cannot be read', () => {
  test('of a process that has ended', async () => {
    const program = launch(['sleep', '60'])
    expect((await processMemory(program.pid)).cpu).toBeGreaterThanOrEqual(0)
    program.child.kill('SIGKILL')
    await program.ended
    await expect(processMemory(program.pid)).rejects.toMatchObject({
      code: 'TARGET_GONE',
      message: `process ${program.pid} has ended`,
    })
  })

  test.skipIf(process.geteuid?.() !== 0)(
    'of another user: no USS is made up (needs root to become another)',
    async () => {
      const program = await start('idle.cjs')
      await processMemory(program.pid)
      process.seteuid!(65534)
      try {
        expect(await processMemory(program.pid)).toMatchObject({
          uss: null,
          pss: null,
          source: 'RSS; USS may not be read (EACCES): the process belongs to uid 0 (root)',
        })
      } finally {
        process.seteuid!(0)
      }
    },
  )

  test('own memory agrees with what the system says', async () => {
    const { rss } = await processMemory(process.pid)
    const status = Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
    expect(Math.abs(rss - status) / status).toBeLessThan(0.1)
  })
})
