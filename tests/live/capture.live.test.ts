import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { canary } from '../../src/live/canary.js'
import { capture } from '../../src/live/capture/capture.js'
import { everyProcess, family } from '../../src/live/linux/process-tree.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { evaluate, objectIdOf } from '../../src/live/protocol/evaluate.js'
import { type Task, untold } from '../../src/task.js'
import { oldestAndNewest } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'
import { start } from './start.js'
import { valueIn } from './value-in.js'

const attachPid = async (pid: number): Promise<Target> => {
  const target = await attach({ kind: 'pid', pid })
  onTestFinished(() => target.detach())
  return target
}

const interrupted = new Error('interrupted')

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe.each(oldestAndNewest())('a snapshot of $version', ({ path: node }) => {
  test('is whole, only for its owner, and the target continues', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('keep 5000')
    const target = await attachPid(program.pid)
    const path = join(temporaryFolder(), 'heaps', 'first.heapsnapshot')
    const told: (number | undefined)[] = []
    const task: Task = { signal: untold.signal, progress: (_, fraction) => void told.push(fraction) }

    const captured = await capture(target, { path, task })
    await target.detach()

    const snapshot = JSON.parse(readFileSync(path, 'utf8'))
    expect(snapshot.strings.filter((text: string) => /^kept \d+$/.test(text))).toHaveLength(5000)
    expect(captured).toMatchObject({ path, bytes: statSync(path).size, warnings: [] })
    expect(captured.rssBefore).toBeGreaterThan(0)
    expect(captured.rssAfter).toBeGreaterThan(captured.rssBefore)
    expect(captured.seconds).toBeGreaterThan(0)
    expect(mode(path)).toBe('600')
    expect(mode(join(path, '..'))).toBe('700')
    expect(readdirSync(join(path, '..'))).toEqual(['first.heapsnapshot'])
    expect(Math.max(...told.map(fraction => fraction ?? 0))).toBeGreaterThan(0.5)
    expect(await program.ask('ping')).toBe('pong')
    expect(listeners(program.pid)).toEqual([])
  })

  test('object ids are those of the snapshot', async () => {
    const program = await start('idle.cjs', { node })
    const target = await attachPid(program.pid)
    expect(await objectIdOf(target, 'kept')).toBeUndefined()
    const path = join(temporaryFolder(), 'first.heapsnapshot')
    await capture(target, { path, task: untold })

    const id = await objectIdOf(target, 'kept')
    const { snapshot, nodes } = JSON.parse(readFileSync(path, 'utf8'))
    const width = snapshot.meta.node_fields.length
    const column = snapshot.meta.node_fields.indexOf('id')
    expect(nodes.filter((value: number, at: number) => at % width === column && value === id)).toHaveLength(1)
    expect(await objectIdOf(target, '42')).toBeUndefined()
  })

  test('the canary shows that another session reset the object ids', async () => {
    const program = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:0'] })
    const target = await attachPid(program.pid)
    const bird = await canary(target)
    const take = () => capture(target, { path: join(temporaryFolder(), 'x.heapsnapshot'), task: untold })

    expect(await bird.holds()).toBe(true)
    await take()
    expect(await bird.holds()).toBe(true)
    await take()
    expect(await bird.holds()).toBe(true)

    const other = await attach({ kind: 'url', url: target.url })
    await evaluate(other, '1')
    await other.detach()
    await expect.poll(() => bird.holds()).toBe(false)
    expect(await bird.holds()).toBe(true)
  })

  test('of a target that runs JavaScript without a pause', async () => {
    const program = await start('spins.cjs', { node })
    const target = await attachPid(program.pid)
    const path = join(temporaryFolder(), 'spins.heapsnapshot')
    const { warnings } = await capture(target, { path, task: untold })

    expect(JSON.parse(readFileSync(path, 'utf8')).snapshot.node_count).toBeGreaterThan(1000)
    if (Number(/^v(\d+)/.exec(target.nodeVersion)![1]) >= 22) {
      expect(warnings).toEqual([expect.stringMatching(/^process \d+ was paused for it in spin \(spins\.cjs:\d+\)$/)])
    }
    const turns = await valueIn<number>(target, 'turns')
    await expect.poll(() => valueIn<number>(target, 'turns')).toBeGreaterThan(turns)
    await target.detach()
    expect(listeners(program.pid)).toEqual([])
  })

  test('aborted: no file is left, and the target continues', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('keep 100000')
    const target = await attachPid(program.pid)
    const path = join(temporaryFolder(), 'called-off.heapsnapshot')
    const interrupt = new AbortController()
    const task: Task = {
      signal: interrupt.signal,
      progress: stage => stage.startsWith('writing') && interrupt.abort(interrupted),
    }

    await expect(capture(target, { path, task })).rejects.toBe(interrupted)
    await target.detach()
    expect(readdirSync(join(path, '..'))).toEqual([])
    expect(listeners(program.pid)).toEqual([])
    expect(await program.ask('ping')).toBe('pong')
  })

  test('aborted while V8 builds its graph: detaching waits for it', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('keep 100000')
    const target = await attachPid(program.pid)
    const path = join(temporaryFolder(), 'called-off.heapsnapshot')
    const interrupt = new AbortController()
    const task: Task = {
      signal: interrupt.signal,
      progress: (_, done = 0) => done > 0.1 && interrupt.abort(interrupted),
    }

    await expect(capture(target, { path, task })).rejects.toBe(interrupted)
    expect(readdirSync(join(path, '..'))).toEqual([])
    // Its parts would be mixed with those of the aborted one, which V8 still sends.
    await expect(capture(target, { path, task: untold })).rejects.toMatchObject({ code: 'CAPTURE' })
    await target.detach()
    expect(listeners(program.pid)).toEqual([])
    expect(await program.ask('ping')).toBe('pong')
  })

  test('of a target that ends during it', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('keep 100000')
    const target = await attachPid(program.pid)
    const path = join(temporaryFolder(), 'gone.heapsnapshot')
    const task: Task = { signal: untold.signal, progress: (_, done = 0) => done > 0.1 && program.child.kill('SIGKILL') }

    await expect(capture(target, { path, task })).rejects.toMatchObject({ code: 'TARGET_GONE' })
    expect(readdirSync(join(path, '..'))).toEqual([])
  })

  test('one at a time', async () => {
    const program = await start('idle.cjs', { node })
    const target = await attachPid(program.pid)
    const path = join(temporaryFolder(), 'first.heapsnapshot')
    const first = capture(target, { path, task: untold })
    await expect(capture(target, { path, task: untold })).rejects.toMatchObject({ code: 'CAPTURE' })
    expect((await first).bytes).toBe(statSync(path).size)
  })

  test('a leakscope killed during it leaves the target alive', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('keep 100000')
    for (const stage of ['building', 'writing', 'writing', 'writing']) {
      const leakscope = spawn(process.execPath, ['-e', CAPTURE, String(program.pid), temporaryFolder(), stage], {
        stdio: ['ignore', 'pipe', 'inherit'],
        cwd: new URL('../..', import.meta.url).pathname,
      })
      const gone = new Promise(resolve => leakscope.once('exit', resolve))
      await new Promise(resolve => leakscope.stdout.once('data', resolve))
      leakscope.kill('SIGKILL')
      await gone
      expect(await program.ask('ping')).toBe('pong')
    }
    const drains = (): number =>
      everyProcess().filter(({ commandLine }) => commandLine.join(' ').includes('socket of an inspector')).length
    await expect.poll(drains, { timeout: 5000 }).toBe(0)
  })

  test('detaching from a blocked target is given up, and reported', async () => {
    const program = await start('idle.cjs', { node })
    const target = await attach({ kind: 'pid', pid: program.pid }, { commandTimeoutMs: 200 })
    await program.ask('block 1500')
    await expect.poll(() => family(program.pid).length).toBeGreaterThan(1) // the program it waits for
    await expect(target.detach()).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: `process ${program.pid} is blocked in native code and does not answer: its inspector is still open`,
    })
    expect(await program.line()).toBe('unblocked')
    expect(listeners(program.pid)).toHaveLength(1)
    expect(await program.ask('ping')).toBe('pong')
  })

  test('an unwritable folder, and a device that must not be replaced', async () => {
    const program = await start('idle.cjs', { node })
    const target = await attachPid(program.pid)
    await expect(capture(target, { path: '/etc/passwd/x.heapsnapshot', task: untold })).rejects.toMatchObject({
      code: 'OUTPUT',
      hint: 'Name another file with -o.',
    })
    const device = join(temporaryFolder(), 'null.heapsnapshot')
    symlinkSync('/dev/null', device)
    await expect(capture(target, { path: device, task: untold })).rejects.toMatchObject({ code: 'OUTPUT' })
    expect(readlinkSync(device)).toBe('/dev/null')
    expect(await evaluate(target, '1 + 1')).toBe(2)
  })
})

// Reports when it sees the event, then waits to be killed.
const CAPTURE = `
const [pid, folder, stage] = process.argv.slice(1)
import('leakscope').then(async ({ attach, canary, capturesOf }) => {
  const target = await attach({ kind: 'pid', pid: Number(pid) })
  const progress = now => now.startsWith(stage) && process.stdout.write('now')
  const task = { signal: new AbortController().signal, progress }
  await capturesOf(target, await canary(target), folder, 'inspector').take(task, { force: true })
})`
