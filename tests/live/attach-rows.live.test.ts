import { describe, expect, onTestFinished, test } from 'vitest'
import { type AttachOptions, attach, type Target } from '../../src/live/attach/attach.js'
import { family } from '../../src/live/linux/process-tree.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { processes } from '../../src/live/processes.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
import { anything } from '../../src/live/protocol/schema.js'
import { oldestAndNewest } from '../node-versions.js'
import { fixture, launch, type Program, type StartOptions, start } from './start.js'

const attachPid = async (pid: number, options: AttachOptions = {}): Promise<Target> => {
  const target = await attach({ kind: 'pid', pid }, options)
  onTestFinished(() => target.detach())
  return target
}
const major = (version: string): number => Number(/^v(\d+)/.exec(version)![1])

/** Attaches, evaluates, leaves; and the process is as it was. */
async function visit(program: Program): Promise<Target> {
  const before = listeners(program.pid)
  const target = await attachPid(program.pid)
  expect(await evaluate(target, 'process.pid')).toBe(program.pid)
  await target.detach()
  expect(listeners(program.pid)).toEqual(before)
  expect(program.child.exitCode ?? program.child.signalCode).toBeNull()
  return target
}

describe.each(oldestAndNewest())('$version', ({ version, path: node }) => {
  test.each<[string, StartOptions, boolean]>([
    ['--inspect=0', { flags: ['--inspect=0'] }, false],
    ['--inspect=0 in NODE_OPTIONS', { env: { NODE_OPTIONS: '--inspect=0' } }, false],
    ['--inspect-port=0 in NODE_OPTIONS', { env: { NODE_OPTIONS: '--inspect-port=0' } }, true],
    ['--inspect-port=9555', { flags: ['--inspect-port=9555'] }, true],
    ['--inspect=0.0.0.0:0', { flags: ['--inspect=0.0.0.0:0'] }, false],
    ['--inspect-publish-uid=http', { flags: ['--inspect-publish-uid=http'] }, true],
    ['--frozen-intrinsics', { flags: ['--frozen-intrinsics'] }, true],
    ['--title', { flags: ['--title=not node at all'] }, true],
  ])('started with %s', async (_, options, opens) => {
    const program = await start('idle.cjs', { node, ...options })
    expect((await visit(program)).openedInspector).toBe(opens)
    expect(await program.ask('ping')).toBe('pong')
  })

  test.skipIf(major(version) < 24)('started with --permission --allow-inspector', async () => {
    const flags = ['--permission', '--allow-inspector', '--allow-fs-read=*', '--allow-child-process']
    await visit(await start('idle.cjs', { node, flags }))
  })

  test('a program given with -e', async () => {
    const program = launch([node, '-e', `setInterval(() => {}, 1000); console.log('ready')`])
    expect(await program.line()).toBe('ready')
    await visit(program)
  })

  test('a main thread that waits in Atomics.wait', async () => {
    await visit(await start('waits-natively.cjs', { node }))
  })

  test('paused by another debugger: that one stays, and it stays paused', async () => {
    const program = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:0'] })
    const other = await attachPid(program.pid)
    await other.send('Debugger.enable')
    const paused = new Promise<void>(resolve => other.on('Debugger.paused', anything, () => resolve()))
    other.send('Runtime.evaluate', { expression: 'debugger' }, { timeoutMs: 60_000 }).catch(() => {})
    await paused
    await visit(program)
    await other.send('Debugger.resume')
    expect(await program.ask('ping')).toBe('pong')
  })

  test('nearly out of heap', async () => {
    const program = await start('idle.cjs', { node, flags: ['--max-old-space-size=128'] })
    await program.ask('fill 100')
    await visit(program)
    expect(await program.ask('ping')).toBe('pong')
  })

  test('SIGTERM ends it at once', async () => {
    const program = await start('idle.cjs', { node })
    const target = await attachPid(program.pid)
    program.child.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: null, signal: 'SIGTERM' })
    expect(await target.closed).toMatchObject({ code: 'TARGET_GONE' })
    await target.detach()
  })

  test.skipIf(major(version) < 20)(
    'waiting for a debugger with --inspect-wait: not started, not signalled',
    async () => {
      const program = launch([node, '--inspect-wait=127.0.0.1:0', fixture('idle.cjs')])
      await expect.poll(() => program.stderr).toContain('Debugger listening')
      await expect(attach({ kind: 'pid', pid: program.pid })).rejects.toMatchObject({
        code: 'ATTACH',
        message: `process ${program.pid} waits for a debugger and has not started yet`,
      })
      expect(listeners(program.pid)).toHaveLength(1)
    },
  )

  test.each<[string, StartOptions]>([
    ['without options', {}],
    ['with --inspect=0', { flags: ['--inspect=0'] }],
    ['with a debug port for each', { words: ['own-ports'] }],
  ])('a cluster %s: its primary and its workers, all at a time', async (_, options) => {
    const primary = await start('cluster-told.cjs', { node, ...options })
    const pids = [primary.pid, ...(await primary.ask('workers')).split(' ').map(Number)]
    const before = pids.map(pid => listeners(pid))
    const targets = await Promise.all(pids.map(pid => attachPid(pid)))
    expect(await Promise.all(targets.map(target => evaluate(target, 'process.pid')))).toEqual(pids)
    await Promise.all(targets.map(target => target.detach()))
    expect(pids.map(pid => listeners(pid))).toEqual(before)
    expect(await primary.ask('ping')).toBe('pong')
  })

  test('its own inspector is found although port 9229 is taken, and although it accepts no signal', async () => {
    const holder = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:9229'] })
    expect((await visit(await start('opens-itself.cjs', { node }))).openedInspector).toBe(false)
    expect(listeners(holder.pid)).toHaveLength(1)
    if (major(version) < 22) return
    const deaf = await start('opens-itself.cjs', { node, flags: ['--disable-sigusr1'] })
    expect((await visit(deaf)).openedInspector).toBe(false)
  })

  test('attached and left within one turn of its loop: nothing opens when that turns', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('spin 4000')
    await visit(program)
    expect(await program.line()).toBe('spun')
    // The loop has turned for this answer, and turned again.
    for (let n = 0; n < 5; n++) expect(await program.ask('ping')).toBe('pong')
    await expect.poll(() => listeners(program.pid)).toEqual([])
    expect(program.child.exitCode).toBeNull()
  })

  test("blocked past the timeout: what opens later is known as leakscope's, and closed by the next one", async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('block 1500')
    await expect(attach({ kind: 'pid', pid: program.pid }, { timeoutMs: 500 })).rejects.toMatchObject({
      hint: `Run \`leakscope memory ${program.pid}\` when it has: leaving the process closes the inspector.`,
    })
    expect(await program.line()).toBe('unblocked')
    await expect.poll(() => listeners(program.pid).length, { timeout: 10_000 }).toBe(1)

    // Another process wants that port, and gets it.
    const other = await start('idle.cjs', { node })
    const target = await attachPid(other.pid)
    expect(listeners(program.pid)).toEqual([])
    await target.detach()
    expect(listeners(other.pid)).toEqual([])
    expect(await program.ask('ping')).toBe('pong')
  })

  test('blocked past the timeout, and attached to again', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('block 1200')
    await expect(attach({ kind: 'pid', pid: program.pid }, { timeoutMs: 500 })).rejects.toThrow(
      'blocked in native code',
    )
    expect(await program.line()).toBe('unblocked')
    await expect.poll(() => listeners(program.pid).length, { timeout: 10_000 }).toBe(1)
    const listed = (await processes()).find(({ pid }) => pid === program.pid)
    expect(listed).toMatchObject({ inspectorPort: 9229, inspectorLeft: true })
    const again = await attachPid(program.pid)
    expect(again.openedInspector).toBe(true)
    await again.detach()
    expect(listeners(program.pid)).toEqual([])

    // An inspector that somebody opens after that is theirs.
    process.kill(program.pid, 'SIGUSR1')
    await expect.poll(() => listeners(program.pid).length, { timeout: 10_000 }).toBe(1)
    expect((await visit(program)).openedInspector).toBe(false)
  })
})

const isRoot = process.geteuid?.() === 0

test.skipIf(!isRoot).each(oldestAndNewest())(
  '$version in a network and a pid namespace of its own: through a passage (needs root to make them)',
  async ({ path: node }) => {
    const inside = `ip link set lo up && exec ${node} ${fixture('idle.cjs')}`
    const program = launch(['unshare', '--net', '--pid', '--fork', '--kill-child', '--', 'sh', '-c', inside])
    expect(await program.line()).toBe('ready')
    const { pid } = family(program.pid).find(({ pidInside }) => pidInside === 1)!
    const target = await attachPid(pid)
    expect(target).toMatchObject({ pid, openedInspector: true })
    expect(await evaluate(target, 'process.pid')).toBe(1)
    // Both at the same time, in both networks, at the same port.
    const here = await start('idle.cjs', { node })
    await using other = await attach({ kind: 'pid', pid: here.pid })
    expect(await evaluate(other, 'process.pid')).toBe(here.pid)
    await target.detach()
    expect(listeners(pid)).toEqual([])
    expect(await program.ask('ping')).toBe('pong')
  },
)
