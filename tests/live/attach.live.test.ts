import { getDefaultResultOrder } from 'node:dns'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AttachOptions, attach, type Target } from '../../src/live/attach/attach.js'
import { debugPortOf } from '../../src/live/linux/debug-port.js'
import { processFacts } from '../../src/live/linux/facts.js'
import { everyProcess } from '../../src/live/linux/process-tree.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
import { parseTarget } from '../../src/live/spec.js'
import type { Task } from '../../src/task.js'
import { nodeVersions } from '../node-versions.js'
import { launch, start } from './start.js'
import { valueIn } from './value-in.js'

const attachPid = async (pid: number, options: AttachOptions = {}): Promise<Target> => {
  const target = await attach({ kind: 'pid', pid }, options)
  onTestFinished(() => target.detach())
  return target
}

describe.each(nodeVersions())('attaching to $version', ({ version, path: node }) => {
  test.each(['idle.cjs', 'module.mjs', 'own-require.cjs'])('%s, leaving it as it was', async script => {
    const program = await start(script, { node })
    const target = await attachPid(program.pid)

    expect(target).toMatchObject({ pid: program.pid, nodeVersion: version, openedInspector: true })
    expect(target.title).toMatch(new RegExp(`${script}$`))
    expect(await evaluate(target, 'process.pid')).toBe(program.pid)
    expect(await evaluate(target, 'process.debugPort')).toBe(9229)

    await target.detach()
    expect(listeners(program.pid)).toEqual([])
    expect(await target.closed).toBeUndefined()
    expect(await program.ask('ping')).toBe('pong')
    await expect(target.send('Runtime.getHeapUsage')).rejects.toMatchObject({ code: 'TARGET_GONE' })
  })

  test('a service is found by its own sockets and keeps answering', async () => {
    const program = launch([node, new URL('../../fixtures/targets/answers.cjs', import.meta.url).pathname])
    const port = Number((await program.line()).split(' ')[1])
    expect(await program.line()).toBe('ready')
    const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text()

    const target = await attachPid(program.pid)
    expect(await ask()).toBe('hello')
    await target.detach()

    expect(await ask()).toBe('hello')
    expect(listeners(program.pid).map(listener => listener.port)).toEqual([port])
  })

  test('two targets at a time, each proven to be itself', async () => {
    const [first, second] = await Promise.all([start('idle.cjs', { node }), start('idle.cjs', { node })])
    const [a, b] = await Promise.all([attachPid(first.pid), attachPid(second.pid)])

    expect(await evaluate(a, 'process.pid')).toBe(first.pid)
    expect(await evaluate(b, 'process.pid')).toBe(second.pid)
    expect(a.session).not.toBe(b.session)
    expect([...listeners(first.pid), ...listeners(second.pid)].map(({ port }) => port)).not.toContain(9229)
  })

  test.each(['the one that opened it', 'the other'])(
    'one target twice: the inspector stays while it is used, %s leaves first',
    async who => {
      const program = await start('idle.cjs', { node })
      const opener = await attachPid(program.pid)
      const byPid = await attachPid(program.pid)
      const byUrl = await attach({ kind: 'url', url: opener.url })
      onTestFinished(() => byUrl.detach())
      const [open] = listeners(program.pid)
      const order = who === 'the other' ? [byUrl, byPid, opener] : [opener, byPid, byUrl]

      for (const [at, leaving] of order.entries()) {
        await leaving.detach()
        expect(listeners(program.pid)).toEqual(at === 2 ? [] : [open])
        for (const still of order.slice(at + 1)) expect(await evaluate(still, 'process.pid')).toBe(program.pid)
      }
      expect(await program.ask('ping')).toBe('pong')
    },
  )

  test('a busy one, again: leaving it does not close what the next one opened', async () => {
    const program = await start('idle.cjs', { node })
    expect(await program.ask('spin 6000')).toBe('spinning')
    const first = await attachPid(program.pid)
    await first.detach()
    const second = await attachPid(program.pid)
    expect(await program.line()).toBe('spun')
    for (let turn = 0; turn < 5; turn++) {
      await wait(50)
      expect(await evaluate(second, 'process.pid')).toBe(program.pid)
    }
    await second.detach()
    expect(listeners(program.pid)).toEqual([])
  })

  test('many leakscopes at one target, coming and going: none is disconnected, and the last one closes it', async () => {
    const program = await start('idle.cjs', { node })
    const visit = async (): Promise<void> => {
      for (let round = 0; round < 5; round++) {
        await using target = await attach({ kind: 'pid', pid: program.pid })
        expect(await evaluate(target, 'process.pid')).toBe(program.pid)
      }
    }
    await Promise.all([visit(), visit(), visit()])
    expect(listeners(program.pid)).toEqual([])
    expect(await program.ask('ping')).toBe('pong')
  })

  test.each([
    'Object.freeze(process)',
    'globalThis.String = undefined',
    'RegExp.prototype.test = () => { throw 1 }',
    'String.prototype.split = () => []',
  ])('left as it was after %s', async code => {
    const program = await start('idle.cjs', { node })
    const target = await attachPid(program.pid)
    await evaluate(target, `void (${code})`)
    await target.detach()
    expect(listeners(program.pid)).toEqual([])
    expect(program.child.exitCode).toBeNull()
  })

  test('an inspector that was open is left open', async () => {
    const program = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:0'] })
    const before = listeners(program.pid)
    const target = await attachPid(program.pid)
    expect(target.openedInspector).toBe(false)
    await target.detach()
    expect(listeners(program.pid)).toEqual(before)
  })

  test('an inspector the program opened by itself is found and left open', async () => {
    const program = await start('opens-itself.cjs', { node })
    const before = listeners(program.pid)
    const target = await attachPid(program.pid)
    expect(target.openedInspector).toBe(false)
    await target.detach()
    expect(listeners(program.pid)).toEqual(before)
  })

  test('by address and by ws:// address, with the pid of this machine', async () => {
    const program = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:0'] })
    const { port } = listeners(program.pid)[0]!
    for (const text of [`127.0.0.1:${port}`, `localhost:${port}`, `:${port}`]) {
      await using target = await attach(parseTarget(text)!)
      expect(target).toMatchObject({ pid: program.pid, nodeVersion: version, openedInspector: false })
      await using again = await attach(parseTarget(target.url)!)
      expect(again.pid).toBe(program.pid)
    }
  })

  test('an IPv6 inspector', async () => {
    const program = await start('idle.cjs', { node, flags: ['--inspect=[::1]:0'] })
    const target = await attachPid(program.pid)
    expect(target.url).toMatch(/^ws:\/\/\[::1\]:/)
  })

  test('a script whose path has control characters in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'leakscope-\u001b[31m-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const script = join(folder, 'script.cjs')
    writeFileSync(script, "setInterval(() => {}, 1000); console.log('ready')")
    const program = launch([node, script])
    expect(await program.line()).toBe('ready')
    const target = await attach({ kind: 'pid', pid: program.pid })
    expect(await evaluate(target, 'process.pid')).toBe(program.pid)
    await target.detach()
    expect(listeners(program.pid)).toEqual([])
  })

  test('a program that moved its debug port', async () => {
    const program = await start('idle.cjs', { node, flags: ['--inspect-port=0'] })
    expect(debugPortOf(processFacts(program.pid)!)).toEqual({ port: 0, fromStart: false })
    const target = await attachPid(program.pid)
    expect(target.openedInspector).toBe(true)
  })

  test.each([
    ['exit 7', 7],
    ['throw', 1],
    ['end', 5],
  ])('a target told to `%s` ends at once, with its own exit code', async (order, code) => {
    const program = await start('idle.cjs', { node })
    const target = await attachPid(program.pid)
    const told = performance.now()
    program.tell(order)
    expect(await program.ended).toEqual({ code, signal: null })
    expect(performance.now() - told).toBeLessThan(3000)
    expect(await target.closed).toMatchObject({ code: 'TARGET_GONE' })
    await expect(target.send('Runtime.getHeapUsage')).rejects.toMatchObject({ code: 'TARGET_GONE' })
    await target.detach()
  })

  test('a killed target is reported as ended', async () => {
    const program = await start('idle.cjs', { node })
    const target = await attachPid(program.pid)
    const waiting = target.send('Runtime.evaluate', { expression: 'new Promise(() => {})', awaitPromise: true })
    program.child.kill('SIGKILL')
    await expect(waiting).rejects.toMatchObject({ code: 'TARGET_GONE' })
    expect((await target.closed)?.code).toBe('TARGET_GONE')
    await target.detach()
  })

  test('a process that runs JavaScript without a pause is attached to, and continues', async () => {
    const program = await start('spins.cjs', { node })
    const target = await attachPid(program.pid)
    const before = await valueIn<number>(target, 'turns')
    await target.detach()
    expect(listeners(program.pid)).toEqual([])
    expect(before).toBeGreaterThan(0)

    const again = await attachPid(program.pid)
    expect(await valueIn<number>(again, 'turns')).toBeGreaterThan(before)
  })

  test('aborted while the inspector opens: it is closed again', async () => {
    const program = await start('idle.cjs', { node })
    for (const afterMs of [0, 5, 20, 60, 100, 150]) {
      const interrupt = new AbortController()
      const attaching = attach({ kind: 'pid', pid: program.pid }, { task: { signal: interrupt.signal, progress() {} } })
      setTimeout(() => interrupt.abort(new Error('interrupted')), afterMs)
      const target = await attaching.catch(error => {
        expect(error.message).toBe('interrupted')
      })
      await target?.detach()
      expect(listeners(program.pid)).toEqual([])
      expect(await program.ask('ping')).toBe('pong')
    }
  })

  test('many rounds leave nothing behind, in the target or here', async () => {
    const program = await start('idle.cjs', { node })
    const round = async (): Promise<void> => {
      const target = await attach({ kind: 'pid', pid: program.pid })
      await evaluate(target, '1')
      await target.detach()
    }
    const state = () => ({
      there: readdirSync(`/proc/${program.pid}/fd`).length,
      here: readdirSync('/proc/self/fd').length,
      listeners: process.eventNames().map(name => [name, process.listenerCount(name)]),
    })
    await round()
    const before = state()
    for (let n = 0; n < 20; n++) await round()
    expect(state()).toEqual(before)
    expect(getDefaultResultOrder()).toBe('verbatim')
  })
})

describe('a command', () => {
  const node = process.execPath
  const script = new URL('../../fixtures/targets/idle.cjs', import.meta.url).pathname

  test.each([
    ['Node.js itself', [node, script]],
    ['a shell around it', ['sh', '-c', `"${node}" "${script}" & wait`]],
  ])('%s is started, attached to and ended', async (_, command) => {
    const target = await attach({ kind: 'command', command })
    const pid = target.pid!
    expect(await evaluate(target, 'process.execArgv')).toEqual([])
    expect(await evaluate(target, 'process.env.NODE_OPTIONS ?? null')).toBe(process.env.NODE_OPTIONS ?? null)
    await target.detach()
    await expect.poll(() => processFacts(pid)?.state ?? 'Z').toBe('Z')
  })

  test('that cannot be attached to is ended, with all processes that it started', async () => {
    const interrupt = new AbortController()
    const seconds = `300.${process.pid}`
    const task: Task = { signal: interrupt.signal, progress() {} }
    const attaching = attach({ kind: 'command', command: ['sh', '-c', `sleep ${seconds} & wait`] }, { task })
    const sleepers = () => everyProcess().filter(({ commandLine }) => commandLine.some(word => word.includes(seconds)))
    await expect.poll(() => sleepers().length).toBe(2)
    interrupt.abort(new Error('interrupted'))
    await expect(attaching).rejects.toThrow('interrupted')
    expect(sleepers()).toEqual([])
  })

  test('that ends and never was Node.js is reported with its exit code', async () => {
    await expect(attach({ kind: 'command', command: ['sleep', '0.5'] })).rejects.toMatchObject({
      code: 'TARGET_GONE',
      message: '`sleep 0.5` ended with code 0, and neither was nor started a Node.js process',
    })
  })

  test('that ends before it can be attached to is reported with its exit code', async () => {
    const command = [node, '--no-such-option']
    await expect(attach({ kind: 'command', command })).rejects.toMatchObject({
      code: 'TARGET_GONE',
      message: `\`${command.join(' ')}\` ended with code 9 before it could be attached to`,
    })
  })

  test('that does not exist', async () => {
    await expect(attach({ kind: 'command', command: ['no-such-program-here'] })).rejects.toMatchObject({
      code: 'NO_TARGET',
    })
  })
})
