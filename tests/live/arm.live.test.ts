import { chownSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openHeap } from '../../src/acquire/open-heap.js'
import { fillOf } from '../../src/live/arm/fill.js'
import { armHeapLimit, heapLimitArm } from '../../src/live/arm/heap-limit.js'
import { watchFill } from '../../src/live/arm/watch.js'
import { announceWatch, endWatch } from '../../src/live/arm/watchers.js'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { untold } from '../../src/task.js'
import { oldestAndNewest } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'
import { launch, type Program, start } from './start.js'
import { tightGroup } from './tight-group.js'

const attachPid = async ({ pid }: Program): Promise<Target> => {
  const target = await attach({ kind: 'pid', pid })
  onTestFinished(() => target.detach())
  return target
}

describe.each(oldestAndNewest())('a $version that runs out of heap', ({ path: node }) => {
  const armable = (directory: string, flags: readonly string[] = []): Promise<Program> =>
    start('idle.cjs', {
      node,
      flags: ['--inspect=127.0.0.1:0', '--max-old-space-size=64', `--diagnostic-dir=${directory}`, ...flags],
    })

  test('an armed process writes a snapshot before it dies', async () => {
    const directory = temporaryFolder()
    const program = await armable(directory)
    const target = await attachPid(program)
    expect((await heapLimitArm(target)).by).toBe('nobody')
    const armed = await armHeapLimit(target)
    expect(armed).toMatchObject({ by: 'leakscope', folder: directory, writable: true })
    expect(armed.heapLimit).toBeGreaterThan(armed.heapUsed)
    await target.detach()

    program.tell('fill 1000')
    await program.ended
    const [file] = readdirSync(directory)
    expect(file).toMatch(new RegExp(`^${armed.file.replace('*', '.*')}$`))
    const { graph } = await openHeap(join(directory, file!), untold)
    let bytes = 0
    for (const size of graph.selfSize) bytes += size
    expect(bytes).toBeGreaterThan(30 * 2 ** 20)
  })

  test('stays armed: another leakscope sees that, and does not repeat it', async () => {
    const program = await armable(temporaryFolder())
    const first = await attachPid(program)
    await armHeapLimit(first)
    await first.detach()
    const second = await attachPid(program)
    expect((await heapLimitArm(second)).by).toBe('leakscope')
    expect((await armHeapLimit(second)).by).toBe('leakscope')
    expect(await program.ask('ping')).toBe('pong')
  })

  test('writes where its command line says, whatever NODE_OPTIONS says', async () => {
    const [said, meant] = [temporaryFolder(), temporaryFolder()]
    const program = await start('idle.cjs', {
      node,
      env: { NODE_OPTIONS: `--diagnostic-dir=${said}` },
      flags: ['--diagnostic-dir', meant, '--max-old-space-size=64'],
    })
    const target = await attachPid(program)
    expect(await armHeapLimit(target)).toMatchObject({ folder: meant, writable: true })
    await target.detach()
    program.tell('fill 1000')
    await program.ended
    expect(readdirSync(said)).toEqual([])
    expect(readdirSync(meant)).toHaveLength(1)
  })

  test('a process that was armed from its start is recognised', async () => {
    const target = await attachPid(await armable(temporaryFolder(), ['--heapsnapshot-near-heap-limit=2']))
    expect((await armHeapLimit(target)).by).toBe('command line')
  })
})

test('other leakscopes see a watch until it ends, and can end it', async () => {
  const program = await start('idle.cjs')
  expect(await endWatch(program.pid)).toBe('none')
  {
    using watcher = await announceWatch(program.pid)
    await expect(announceWatch(program.pid)).rejects.toMatchObject({ code: 'USAGE' })
    expect(watcher.over.aborted).toBe(false)
    expect(await endWatch(program.pid)).toBe('ended')
    expect(watcher.over.aborted).toBe(true)
  }
  expect(await endWatch(program.pid)).toBe('none')
})

/**
 * Announces a watch over a process and prints that; as another user, who may not be able to enter the clone, once it is
 * loaded.
 */
const WATCHES = `import(process.argv[1]).then(async ({ announceWatch }) => {
  if (process.argv[3] !== undefined) {
    process.setgroups([])
    process.setuid(Number(process.argv[3]))
  }
  const { over } = await announceWatch(Number(process.argv[2]))
  over.addEventListener('abort', () => console.log('over'))
  console.log('watches')
  setInterval(() => {}, 1000)
})`
const watching = async (pid: number, user?: number, env = {}): Promise<Program> => {
  const watchers = fileURLToPath(new URL('../../dist/live/arm/watchers.js', import.meta.url))
  const watcher = launch(
    [process.execPath, '-e', WATCHES, watchers, String(pid), ...(user === undefined ? [] : [String(user)])],
    { env },
  )
  expect(await watcher.line()).toBe('watches')
  return watcher
}

test('a stopped leakscope with a watch is told to end, and ends when it continues', async () => {
  const { pid } = await start('idle.cjs')
  const watcher = await watching(pid)
  process.kill(watcher.pid, 'SIGSTOP')
  expect(await endWatch(pid)).toBe('silent')
  process.kill(watcher.pid, 'SIGCONT')
  expect(await watcher.line()).toBe('over')
})

test('the watch of a killed leakscope does not count', async () => {
  const { pid } = await start('idle.cjs')
  const watcher = await watching(pid)
  await expect(announceWatch(pid)).rejects.toMatchObject({ code: 'USAGE' })
  watcher.child.kill('SIGKILL')
  await watcher.ended
  expect(await endWatch(pid)).toBe('none')
  using _ = await announceWatch(pid)
  expect(await endWatch(pid)).toBe('ended')
})

test.runIf(process.geteuid?.() === 0)('root ends the watch of another user, and no other does', async () => {
  const { pid } = await start('idle.cjs')
  const theirs = temporaryFolder()
  chownSync(theirs, 65534, 65534)
  const watcher = await watching(pid, 65534, { XDG_RUNTIME_DIR: theirs })
  onTestFinished(() =>
    rmSync(join(process.env.XDG_RUNTIME_DIR || tmpdir(), 'leakscope-65533'), { recursive: true, force: true }),
  )
  process.seteuid!(65533)
  try {
    expect(await endWatch(pid)).toBe('none')
  } finally {
    process.seteuid!(0)
  }
  expect(await endWatch(pid)).toBe('ended')
  expect(await watcher.line()).toBe('over')
})

describe('a process in a control group', () => {
  test('that comes near its limit is noticed', async context => {
    const group = tightGroup(context, 400 * 2 ** 20)
    const program = await start('idle.cjs')
    group.put(program.pid)
    try {
      const before = fillOf(program.pid)!
      expect(before).toMatchObject({ limit: 400 * 2 ** 20, group: group.folder })
      expect(before.used / before.limit).toBeLessThan(0.5)
      const reached = watchFill(program.pid, { at: 0.5, signal: untold.signal, everyMs: 20 })
      program.tell('fill 200')
      const fill = await reached
      expect(fill.used / fill.limit).toBeGreaterThanOrEqual(0.5)
      expect(await program.line()).toBe('filled 200')
      const watched = watchFill(program.pid, { at: 0.99, signal: untold.signal, everyMs: 20 })
      program.child.kill('SIGKILL')
      await expect(watched).rejects.toMatchObject({ code: 'TARGET_GONE' })
    } finally {
      program.child.kill('SIGKILL')
      await program.ended
      group[Symbol.dispose]()
    }
  })

  test('without a limit has nothing to watch', async context => {
    const program = await start('idle.cjs')
    if (fillOf(program.pid) !== undefined) return context.skip('these tests run in a control group with a limit')
    await expect(watchFill(program.pid, { at: 0.5, signal: untold.signal })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    })
  })
})
