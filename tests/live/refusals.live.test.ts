import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attach } from '../../src/live/attach/attach.js'
import { processFacts } from '../../src/live/linux/facts.js'
import { family } from '../../src/live/linux/process-tree.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
import { oldestAndNewest } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'
import { fixture, launch, start } from './start.js'

const isRoot = process.geteuid?.() === 0
const refusal = (pid: number, timeoutMs = 1000) =>
  attach({ kind: 'pid', pid }, { timeoutMs }).then(
    target => target.detach().then(() => Promise.reject(new Error('was attached to'))),
    error => ({ code: error.code, message: error.message, hint: error.hint }),
  )
const major = (version: string): number => Number(/^v(\d+)/.exec(version)![1])

describe('a process that cannot be attached to gets a reason, and stays alive', () => {
  test('no such process', async () => {
    const program = launch(['true'])
    await program.ended
    expect(await refusal(program.pid)).toEqual({
      code: 'NO_TARGET',
      message: `there is no process ${program.pid}`,
      hint: 'List the Node.js processes here with `leakscope ps`.',
    })
  })

  test('a zombie', async () => {
    // The shell starts a child that ends, and becomes a program that never reaps it.
    const program = launch(['sh', '-c', 'sleep 0.5 & echo $!; exec sleep 60'])
    const pid = Number(await program.line())
    await expect.poll(() => processFacts(pid)?.state, { timeout: 10_000 }).toBe('Z')
    expect((await refusal(pid)).message).toBe(
      `process ${pid} has ended and only waits for its parent to notice (zombie)`,
    )
  })

  test('a program that is not Node.js', async () => {
    const program = launch(['sleep', '60'])
    await expect.poll(() => processFacts(program.pid)?.program).toMatch(/sleep|coreutils|busybox/)
    expect(await refusal(program.pid)).toMatchObject({
      code: 'ATTACH',
      message: expect.stringMatching(/is not Node\.js \(\/.*\)$/),
    })
    expect(program.child.exitCode ?? program.child.signalCode).toBeNull()
  })

  // The program of this Node.js, except for the version it reports.
  test('a Node.js older than 18', async () => {
    const folder = temporaryFolder()
    const old = join(folder, 'node')
    const program = readFileSync(process.execPath)
    program.write('node.js/v16.20.2\0', program.indexOf(`node.js/${process.version}\0`), 'latin1')
    writeFileSync(old, program, { mode: 0o700 })
    const started = await start('idle.cjs', { node: old })
    expect(await refusal(started.pid)).toEqual({
      code: 'ATTACH',
      message: `process ${started.pid} runs Node.js v16.20.2; leakscope needs 18 or newer`,
      hint: 'Run it on Node.js 18 or newer.',
    })
    expect(started.stderr).toBe('')
    expect(await started.ask('ping')).toBe('pong')
  })

  // A process that leaks descriptors is a good reason to look into it, and SIGUSR1 would end it.
  test('a process with no descriptors left for its inspector, until it may have more', async () => {
    const program = await start('idle.cjs')
    execFileSync('prlimit', ['--pid', `${program.pid}`, '--nofile=32:'])
    const { code, message, hint } = await refusal(program.pid)
    expect(code).toBe('ATTACH')
    expect(message).toMatch(
      /^process \d+ has \d+ of 32 descriptors left: Node\.js would end it, as its inspector could not start$/,
    )
    expect(await program.ask('ping')).toBe('pong')

    const [command, ...words] = /`(.*)`/.exec(hint)![1]!.split(' ')
    execFileSync(command!, words)
    await (await attach({ kind: 'pid', pid: program.pid })).detach()
    expect(await program.ask('ping')).toBe('pong')
  })

  test.skipIf(!isRoot)('a process that may start no thread (needs root to become another user)', async () => {
    const user = 4_000_000_000 + (process.pid % 1000) // of whom nothing else runs
    const { threads } = processFacts((await start('idle.cjs')).pid)!
    const program = await start('idle.cjs', {
      under: ['setpriv', `--reuid=${user}`, '--clear-groups', '--bounding-set=-all', 'prlimit', `--nproc=${threads}`],
    })
    expect((await refusal(program.pid)).message).toBe(
      `process ${program.pid} can start no thread: its user may have ${threads}: Node.js would end it, as its inspector could not start`,
    )
    expect(await program.ask('ping')).toBe('pong')
  })

  test.skipIf(!isRoot)('a process of another user (needs root to become another user)', async () => {
    const program = await start('idle.cjs')
    const self = process.geteuid!()
    process.seteuid!(65534)
    try {
      expect(await refusal(program.pid)).toEqual({
        code: 'ATTACH',
        message: `process ${program.pid} belongs to uid ${self} (root), leakscope runs as uid 65534`,
        hint: 'Run the same as that user: `sudo -u root leakscope …`.',
      })
    } finally {
      process.seteuid!(self)
    }
    expect(await program.ask('ping')).toBe('pong')
  })

  test.skipIf(!isRoot)('a process in another network that must not be entered (needs root to make one)', async () => {
    const program = await start('idle.cjs', { under: ['unshare', '--net', '--'] })
    const path = process.env.PATH
    process.env.PATH = '/nowhere'
    onTestFinished(() => {
      process.env.PATH = path
    })
    expect(await refusal(program.pid)).toEqual({
      code: 'ATTACH',
      message: `process ${program.pid} is in another network namespace (a container), and there is no \`nsenter\` here to enter it`,
      hint: `Run \`nsenter -t ${program.pid} -n leakscope attach ${program.pid}\` as root of the machine.`,
    })
    expect(await program.ask('ping')).toBe('pong')
  })

  test.skipIf(!isRoot)('a process in a network whose loopback interface is down (needs root to make one)', async () => {
    const program = await start('idle.cjs', { under: ['unshare', '--net', '--'] })
    expect(await refusal(program.pid)).toEqual({
      code: 'ATTACH',
      message: `process ${program.pid} opened port 9229 in its own network, where it does not answer`,
      hint: `Look whether its loopback interface is up: \`nsenter -t ${program.pid} -n ip link\`.`,
    })
    expect(await program.ask('ping')).toBe('pong')
  })

  test.skipIf(!isRoot)('one in another pid namespace is attached to (needs root to make one)', async () => {
    const outer = await start('idle.cjs', { under: ['unshare', '--pid', '--fork', '--kill-child', '--'] })
    const inner = family(outer.pid).find(member => member.pidInside === 1)!
    await using target = await attach({ kind: 'pid', pid: inner.pid })
    expect(target.pid).toBe(inner.pid)
    expect(await evaluate(target, 'process.pid')).toBe(1)
  })
})

// The mark of a killed leakscope.
const OF_ONE_THAT_IS_GONE = `void Object.defineProperty(process, Symbol.for('leakscope.inspector'), { configurable: true, value:
  process[Symbol.for('leakscope.inspector')].replace(/^\\d+/, '4194304') })`

describe.each(oldestAndNewest())('$version', ({ version, path: node }) => {
  test('stopped', async () => {
    const program = await start('idle.cjs', { node })
    process.kill(program.pid, 'SIGSTOP')
    await expect.poll(() => processFacts(program.pid)?.state).toBe('T')
    expect(await refusal(program.pid)).toEqual({
      code: 'ATTACH',
      message: `process ${program.pid} is stopped`,
      hint: `Continue it with \`kill -CONT ${program.pid}\`.`,
    })
    process.kill(program.pid, 'SIGCONT')
    expect(await program.ask('ping')).toBe('pong')
  })

  test('still starting: leakscope waits, and never kills it', async () => {
    for (let n = 0; n < 5; n++) {
      const program = launch([node, fixture('idle.cjs')])
      const target = await attach({ kind: 'pid', pid: program.pid })
      await target.detach()
      expect(await program.line()).toBe('ready')
      expect(await program.ask('ping')).toBe('pong')
    }
  })

  test('with its own SIGUSR1 listener', async () => {
    const program = await start('own-listener.cjs', { node })
    const asked = Date.now()
    expect(await refusal(program.pid)).toEqual({
      code: 'ATTACH',
      message: `process ${program.pid} handles SIGUSR1 itself, so no inspector opens`,
      hint: 'Start it with --inspect=127.0.0.1:0.',
    })
    // Shown by the thread that got no signal, long before the five seconds of a blocked one.
    expect(Date.now() - asked).toBeLessThan(4000)
    expect(await program.line()).toBe('got SIGUSR1')
    expect(await program.ask('ping')).toBe('pong')
  })

  test('whose SIGUSR1 listener was removed: the signal would end it, so it is not sent', async () => {
    const program = await start('listener-removed.cjs', { node })
    const { message } = await refusal(program.pid)
    expect(message).toBe(`process ${program.pid} does not catch SIGUSR1 any more: the signal would end it`)
    expect(await program.ask('ping')).toBe('pong')
  })

  test.each(
    major(version) < 20
      ? []
      : major(version) < 22
        ? ['--experimental-permission']
        : ['--disable-sigusr1', '--permission'],
  )('started with %s', async flag => {
    const flags = flag === '--disable-sigusr1' ? [flag] : [flag, '--allow-fs-read=*', '--allow-child-process']
    const program = await start('idle.cjs', { node, flags })
    const { message } = await refusal(program.pid)
    expect(message).toBe(`process ${program.pid} cannot open its inspector: it was started with ${flag}`)
    expect(await program.ask('ping')).toBe('pong')
  })

  test.skipIf(major(version) < 20)('that only runs other processes (--watch): what it runs is named', async () => {
    const watcher = launch([node, '--watch', fixture('idle.cjs')])
    // Its own output is in between, with control characters before it.
    for (let line = ''; !line.includes('ready'); line = await watcher.line());
    await expect.poll(() => processFacts(watcher.pid)!.ageSeconds, { timeout: 10_000 }).toBeGreaterThan(2.1)
    const { message, hint } = await refusal(watcher.pid)
    expect(message).toBe(`process ${watcher.pid} only runs other processes (--watch)`)
    const pid = Number(/process (\d+)\.$/.exec(hint)![1])
    const target = await attach({ kind: 'pid', pid })
    expect(target.title).toMatch(/idle\.cjs$/)
    await target.detach()
    watcher.child.kill('SIGTERM')
    await watcher.ended
  })

  test('when port 9229 is taken, the other process is named and not touched', async () => {
    const holder = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:9229'] })
    const program = await start('idle.cjs', { node })
    const before = program.stderr
    const { code, message } = await refusal(program.pid)
    expect(code).toBe('ATTACH')
    expect(message).toContain(
      `port 9229, where process ${program.pid} opens its inspector, is taken by process ${holder.pid} (`,
    )
    expect(program.stderr).toBe(before)
    expect(await program.ask('ping')).toBe('pong')
    expect(listeners(holder.pid)).toHaveLength(1)
  })

  test('blocked in native code: distinguished from a listener of its own', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('block 1500')
    const { message } = await refusal(program.pid, 700)
    expect(message).toContain(`process ${program.pid} got the signal and did not open its inspector within 0.7 s`)
    expect(await program.line()).toBe('unblocked')
    expect(await program.ask('ping')).toBe('pong')
  })

  test('blocked for less than the timeout: attached to when the call returns', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('block 800')
    await using target = await attach({ kind: 'pid', pid: program.pid })
    expect(target.pid).toBe(program.pid)
  })

  test('that ends while it is being attached to', async () => {
    const program = await start('idle.cjs', { node })
    program.tell('exit 0')
    expect(['TARGET_GONE', 'NO_TARGET']).toContain((await refusal(program.pid)).code)
  })

  test('that waits for a debugger', async () => {
    const program = launch([node, '--inspect-brk=127.0.0.1:0', fixture('idle.cjs')])
    await expect.poll(() => program.stderr).toContain('Debugger listening')
    const { message, hint } = await refusal(program.pid)
    expect(message).toBe(`process ${program.pid} waits for a debugger and has not started yet`)
    expect(hint).toContain('instead of --inspect-brk')
  })

  test('that does not publish the address of its inspector', async () => {
    const program = await start('idle.cjs', { node, flags: ['--inspect-publish-uid=stderr'] })
    const { message, hint } = await refusal(program.pid)
    expect(message).toBe(`process ${program.pid} opened port 9229 and does not publish the address of its inspector`)
    const url = /ws:\S+/.exec(program.stderr)![0]
    expect(hint).toContain('ws://')
    const target = await attach({ kind: 'url', url })
    expect(target.pid).toBe(program.pid)
    await target.detach()
    // Our signal opened it, without effect.
    expect(listeners(program.pid)).toEqual([])
  })

  test('that does so from its start, and keeps what it opened itself', async () => {
    const program = await start('idle.cjs', { node, flags: ['--inspect=9229', '--inspect-publish-uid=stderr'] })
    const { message } = await refusal(program.pid)
    expect(message).toBe(`process ${program.pid} opened port 9229 and does not publish the address of its inspector`)
    const target = await attach({ kind: 'url', url: /ws:\S+/.exec(program.stderr)![0] })
    await target.detach()
    expect(listeners(program.pid)).toMatchObject([{ port: 9229 }])
  })

  test('whose leakscope was killed: the next one closes the inspector it left open', async () => {
    const program = await start('idle.cjs', { node })
    const killed = await attach({ kind: 'pid', pid: program.pid })
    await evaluate(killed, OF_ONE_THAT_IS_GONE)
    const next = await attach({ kind: 'pid', pid: program.pid })
    expect(next.openedInspector).toBe(true)
    await next.detach()
    expect(listeners(program.pid)).toEqual([])
    expect((await killed.closed)?.code).toBe('TARGET_GONE')
  })

  test('whose leakscope was killed: of two that come next, neither closes it under the other', async () => {
    const program = await start('idle.cjs', { node })
    const killed = await attach({ kind: 'pid', pid: program.pid })
    await evaluate(killed, OF_ONE_THAT_IS_GONE)
    const [first, second] = await Promise.all([1, 2].map(() => attach({ kind: 'pid', pid: program.pid })))
    await second!.detach()
    expect(await evaluate(first!, '1')).toBe(1)
    await first!.detach()
    expect(listeners(program.pid)).toEqual([])
    expect(await program.ask('ping')).toBe('pong')
  })

  test('whose leakscope was killed: one that attaches by address is not cut off by one that attaches by pid', async () => {
    const program = await start('idle.cjs', { node })
    const killed = await attach({ kind: 'pid', pid: program.pid })
    await evaluate(killed, OF_ONE_THAT_IS_GONE)
    const byAddress = await attach({ kind: 'url', url: killed.url })
    await (await attach({ kind: 'pid', pid: program.pid })).detach()
    expect(await evaluate(byAddress, '1')).toBe(1)
    await byAddress.detach()
    expect(listeners(program.pid)).toEqual([])
  })

  test('used by another leakscope: its inspector is left open', async () => {
    const program = await start('idle.cjs', { node })
    await using first = await attach({ kind: 'pid', pid: program.pid })
    const second = await attach({ kind: 'pid', pid: program.pid })
    expect(second.openedInspector).toBe(false)
    await second.detach()
    expect(await evaluate(first, '1')).toBe(1)
  })
})

describe('addresses', () => {
  test('where nobody listens', async () => {
    await expect(attach({ kind: 'address', host: '127.0.0.1', port: 1 })).rejects.toMatchObject({
      code: 'NO_TARGET',
      message: 'no inspector answers at 127.0.0.1:1',
    })
  })

  test('where something else listens and does not answer', async () => {
    const server = createServer(() => {})
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    await expect(attach({ kind: 'address', host: '127.0.0.1', port }, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'NO_TARGET',
    })
  })

  test('with a wrong id', async () => {
    const program = await start('idle.cjs', { flags: ['--inspect=127.0.0.1:0'] })
    const { port } = listeners(program.pid)[0]!
    await expect(attach({ kind: 'url', url: `ws://127.0.0.1:${port}/nobody` })).rejects.toMatchObject({
      code: 'ATTACH',
    })
  })
})
