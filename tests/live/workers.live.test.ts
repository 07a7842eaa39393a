import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { canary } from '../../src/live/canary.js'
import { capture } from '../../src/live/capture/capture.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { v8Memory } from '../../src/live/memory.js'
import { collectGarbage } from '../../src/live/protocol/collect.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
import { attachWorker, attachWorkers, workerThreads } from '../../src/live/workers.js'
import { type Task, untold } from '../../src/task.js'
import { oldestAndNewest } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'
import { hasAddon, unlessAddon } from './addon.js'
import { type Program, start } from './start.js'
import { valueIn } from './value-in.js'

const attachPid = async ({ pid }: Program): Promise<Target> => {
  const target = await attach({ kind: 'pid', pid })
  onTestFinished(() => target.detach())
  return target
}

const file = (name = 'x.heapsnapshot'): string => {
  const path = temporaryFolder()
  return join(path, name)
}

const names = (path: string, pattern: RegExp): string[] =>
  (JSON.parse(readFileSync(path, 'utf8')).strings as string[]).filter(text => pattern.test(text))

describe.each(oldestAndNewest())('worker threads of $version', ({ path: node }) => {
  test('are listed by thread id, with their names and scripts', async () => {
    const target = await attachPid(await start('workers.cjs', { node }))
    const script = expect.stringMatching(/fixtures\/targets\/worker\.cjs$/)
    expect(await workerThreads(target)).toEqual([
      { id: 1, name: 'ant', script },
      { id: 2, name: 'bee', script },
    ])
  })

  test('each has its own heap, and is left as it was', async () => {
    const program = await start('workers.cjs', { node })
    expect(await program.ask('tell ant keep 300')).toBe('kept 300')
    expect(await program.ask('tell bee keep 20')).toBe('kept 20')
    await program.ask('keep 100')
    const target = await attachPid(program)
    const workers = await attachWorkers(target)

    expect(workers.targets.map(({ name }) => name)).toEqual([
      `worker 1 (ant) of process ${program.pid}`,
      `worker 2 (bee) of process ${program.pid}`,
    ])
    const found: number[][] = []
    for (const worker of workers.targets) {
      await collectGarbage(worker, untold)
      const { path, warnings } = await capture(worker, { path: file(), task: untold })
      expect(warnings).toEqual([])
      found.push([/^ant \d/, /^bee \d/, /^kept \d/].map(pattern => names(path, pattern).length))
    }
    expect(found).toEqual([
      [300, 0, 0],
      [0, 20, 0],
    ])
    await workers.close()
    await target.detach()
    expect(await program.ask('tell ant ping')).toBe('pong')
    expect(await program.ask('tell bee ping')).toBe('pong')
    expect(listeners(program.pid)).toEqual([])
    expect(await program.ask('tell ant exit 3')).toBe('exiting')
    expect(await program.line()).toBe('ant ended with 3')
  })

  test.runIf(hasAddon)(`are forked from within themselves${unlessAddon}`, async () => {
    const program = await start('workers.cjs', { node })
    await program.ask('tell ant keep 300')
    await program.ask('tell bee keep 20')
    const target = await attachPid(program)
    const workers = await attachWorkers(target)
    const counts: number[][] = []
    for (let round = 0; round < 3; round++) {
      for (const worker of workers.targets) {
        const { path, way, longestDelay, warnings } = await capture(worker, { path: file(), task: untold, way: 'auto' })
        expect({ way, longestDelay, warnings }).toEqual({ way: 'fork', longestDelay: undefined, warnings: [] })
        counts.push([/^ant \d/, /^bee \d/].map(pattern => names(path, pattern).length))
      }
    }
    expect(counts).toEqual(Array.from({ length: 6 }, (_, at) => (at % 2 === 0 ? [300, 0] : [0, 20])))
    await workers.close()
    await target.detach()
    expect(await program.ask('tell bee ping')).toBe('pong')
    expect(await program.ask('tell ant exit 3')).toBe('exiting')
    expect(await program.line()).toBe('ant ended with 3')
  })

  test('report their own memory', async () => {
    const program = await start('workers.cjs', { node })
    await program.ask('tell ant keep 100000')
    const target = await attachPid(program)
    await using workers = await attachWorkers(target)
    const [ant, bee] = await Promise.all(workers.targets.map(worker => v8Memory(worker)))
    expect(ant!.heapUsed).toBeGreaterThan(bee!.heapUsed + 5e6)
  })

  test('ids are comparable over the heaps of one worker, whatever another session of the process does', async () => {
    const program = await start('workers.cjs', { node })
    const target = await attachPid(program)
    await using workers = await attachWorker(target, 2)
    const [bee] = workers.targets
    const bird = await canary(bee!)
    await capture(bee!, { path: file(), task: untold })
    expect(await bird.holds()).toBe(true)
    await capture(target, { path: file(), task: untold })
    await capture(bee!, { path: file(), task: untold })
    expect(await bird.holds()).toBe(true)
  })

  test.each(['spin', 'wait'])('one that does nothing but %s is captured, and continues', async verb => {
    const program = await start('workers.cjs', { node })
    await program.ask('tell ant keep 7')
    await program.ask(`tell ant ${verb}`)
    const target = await attachPid(program)
    const workers = await attachWorker(target, 1)
    const [ant] = workers.targets
    const { path, warnings } = await capture(ant!, { path: file(), task: untold })

    expect(names(path, /^ant \d/)).toHaveLength(7)
    if (Number(/^v(\d+)/.exec(target.nodeVersion)![1]) >= 22) {
      expect(warnings).toEqual([expect.stringMatching(/^worker 1 \(ant\) of process \d+ was paused for it in /)])
    }
    if (verb === 'spin') {
      const turns = await valueIn<number>(ant!, 'turns')
      await expect.poll(() => valueIn<number>(ant!, 'turns')).toBeGreaterThan(turns)
    }
    await workers.close()
    await target.detach()
    program.tell('terminate ant')
    expect(await program.line()).toBe('ant ended with 1')
    expect(await program.ask('tell bee ping')).toBe('pong')
  })

  test('a process whose main thread is busy', async () => {
    const program = await start('workers.cjs', { node })
    const target = await attachPid(program)
    await program.ask('tell ant keep 7')
    const spun = valueIn<number>(target, '{ const end = Date.now() + 1500; while (Date.now() < end); 1 }')
    await using workers = await attachWorker(target, 1)
    const { path } = await capture(workers.targets[0]!, { path: file(), task: untold })
    expect(names(path, /^ant \d/)).toHaveLength(7)
    await spun
  })

  test('one that ends while its heap is captured', async () => {
    const program = await start('workers.cjs', { node })
    await program.ask('tell ant keep 100000')
    const target = await attachPid(program)
    await using workers = await attachWorker(target, 1)
    const [ant] = workers.targets
    const task: Task = {
      signal: untold.signal,
      progress: (_, done = 0) => {
        if (done > 0.1) program.tell('terminate ant')
      },
    }
    const captured = capture(ant!, { path: file(), task }).catch(error => error)
    // It may end before or after the last part, but never hangs.
    expect([await captured]).toEqual([
      expect.toSatisfy(result => result.code === 'TARGET_GONE' || result.bytes > 0, 'captured, or the worker gone'),
    ])
    expect(await ant!.closed).toMatchObject({ code: 'TARGET_GONE', message: expect.stringMatching(/has ended$/) })
    await expect(evaluate(ant!, '1')).rejects.toMatchObject({ code: 'TARGET_GONE' })
    expect(await program.line()).toBe('ant ended with 1')
    expect(await evaluate(target, '1 + 1')).toBe(2)
  })

  test('one that starts meanwhile runs, and is not entered', async () => {
    const program = await start('workers.cjs', { node })
    const target = await attachPid(program)
    const workers = await attachWorkers(target)
    expect(await program.ask('start cat')).toBe('ready 3')
    expect(await program.ask('tell cat keep 3')).toBe('kept 3')
    expect(workers.targets).toHaveLength(2)
    await workers.close()
    expect((await workerThreads(target)).map(({ name }) => name)).toEqual(['ant', 'bee', 'cat'])
  })

  test('never prevent their process from ending', async () => {
    const program = await start('workers.cjs', { node })
    const target = await attachPid(program)
    const workers = await attachWorkers(target)
    await Promise.all(workers.targets.map(worker => evaluate(worker, '1')))
    program.tell('exit 4')
    expect(await program.ended).toMatchObject({ code: 4 })
    expect(await workers.targets[0]!.closed).toMatchObject({ code: 'TARGET_GONE' })
  })

  test('a missing one is reported, with the existing ones', async () => {
    const target = await attachPid(await start('workers.cjs', { node }))
    await expect(attachWorker(target, 9)).rejects.toMatchObject({
      code: 'NO_TARGET',
      message: `${target.name} has no worker 9`,
      hint: 'Name one of 1 (ant), 2 (bee).',
    })
  })
})
