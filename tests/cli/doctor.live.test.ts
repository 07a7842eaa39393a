import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, type TestContext, test, vi } from 'vitest'
import { openHeap } from '../../src/acquire/open-heap.js'
import { fillOf } from '../../src/live/arm/fill.js'
import { attach } from '../../src/live/attach/attach.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { untold } from '../../src/task.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { launch, type Program, start } from '../live/start.js'
import { tightGroup } from '../live/tight-group.js'
import { tunnelTo } from '../live/tunnel.js'
import { oldestAndNewest } from '../node-versions.js'
import { type World, world } from './world.js'

const here = (): World => {
  const made = world()
  onTestFinished(() => made[Symbol.dispose]())
  return made
}

const bin = fileURLToPath(new URL('../../bin/leakscope.js', import.meta.url))

// An inspector at its own port: no signal is needed, and other tests may use 9229.
const open = ['--inspect=127.0.0.1:0']

describe.each(oldestAndNewest())('doctor on Node.js $version', ({ path: node, version }) => {
  test('works from outside, and the process does not notice', async () => {
    const program = await start('idle.cjs', { node })
    await program.ask('fill 50')
    const { code, out } = await here().run(['doctor', String(program.pid), '--json'])
    expect(code).toBe(0)
    const told = JSON.parse(out)
    expect(told).toMatchObject({
      command: 'doctor',
      target: { pid: program.pid, nodeVersion: version },
      verdict: 'safe',
      heap: { known: 'at most' },
      workers: null,
    })
    expect(told.heap.bytes).toBeGreaterThan(50 * 2 ** 20)
    expect(told.ways.map(({ way }: { way: string }) => way)).toEqual(['memory', 'fork', 'file', 'inspector'])
    expect(program.stderr).toBe('')
    expect(listeners(program.pid)).toEqual([])
  })

  test('one that may wait for a debugger to let it start is a risk, reported first', async () => {
    const program = launch([node, '--inspect-brk=127.0.0.1:0', '-e', ''])
    await vi.waitFor(() => expect(program.stderr).toContain('Debugger listening'), { timeout: 10_000 })
    const { code, out } = await here().run(['doctor', String(program.pid)])
    expect(code).toBe(0)
    expect(out).toMatch(/^risky: it was started with --inspect-brk=127.0.0.1:0: as long as it waits/)
  })

  test('reads the used heap and the workers on request', async () => {
    const program = await start('workers.cjs', { node, flags: open })
    const { code, out } = await here().run(['doctor', String(program.pid), '--attach', '--json'])
    expect(code).toBe(0)
    const told = JSON.parse(out)
    expect(told.heap.known).toBe('exactly')
    expect(told.workers.map(({ name }: { name: string }) => name)).toEqual(['ant', 'bee'])
  })

  test('names the connected debugger', async () => {
    const program = await start('idle.cjs', { node, flags: open })
    const { port } = listeners(program.pid)[0]!
    const debuggerOfIt = launch([process.execPath, '-e', CONNECTS, String(port)])
    await debuggerOfIt.line()
    const { out } = await here().run(['doctor', String(program.pid)])
    expect(out).toContain(`open at port ${port}, from its start (--inspect); connected: process ${debuggerOfIt.pid}`)
  })
})

// Reports that it is connected, and stays.
const CONNECTS = `const s = require('net').connect(Number(process.argv[1]), '127.0.0.1', () => console.log('connected'))`

test('an inspector that another leakscope has opened is recognised', async () => {
  const program = await start('idle.cjs')
  await using target = await attach({ kind: 'pid', pid: program.pid })
  const { out } = await here().run(['doctor', String(program.pid)])
  expect(out).toContain(`open at port ${new URL(target.url).port}, since a signal`)
})

test('what prevents attaching is reported as refused', async () => {
  const sleeper = launch(['sleep', '60'])
  const other = await here().run(['doctor', String(sleeper.pid)])
  expect(other).toMatchObject({ code: 2, out: expect.stringMatching(/^refused: process \d+ is not Node\.js/) })

  const blocked = await start('listener-removed.cjs')
  const { code, out } = await here().run(['doctor', String(blocked.pid), '--json'])
  expect(code).toBe(2)
  expect(JSON.parse(out)).toMatchObject({ verdict: 'refused' })
  expect(await blocked.ask('ping')).toBe('pong')

  const stopped = await start('idle.cjs')
  stopped.child.kill('SIGSTOP')
  await expect.poll(() => readFileSync(`/proc/${stopped.pid}/stat`, 'utf8')).toContain(') T ')
  const told = await here().run(['doctor', String(stopped.pid)])
  expect(told).toMatchObject({ code: 2, out: expect.stringMatching(/^refused: process \d+ is stopped\n/) })
  expect(told.err).toContain(`kill -CONT ${stopped.pid}`)

  expect((await here().run(['doctor', '4194304'])).code).toBe(2)
})

test('a process that waits for its debugger may not be capturable', async () => {
  const waiting = launch([process.execPath, '--inspect-brk=127.0.0.1:0', '-e', '0'])
  await expect.poll(() => listeners(waiting.pid)).toHaveLength(1)
  const { out } = await here().run(['doctor', String(waiting.pid)])
  expect(out).toContain('started with --inspect-brk=127.0.0.1:0: as long as it waits for a debugger')
})

test('an inspector that does not tell its address is not taken for an obstacle', async () => {
  const program = await start('idle.cjs', { flags: ['--inspect=127.0.0.1:9231', '--inspect-publish-uid=stderr'] })
  const { code, out } = await here().run(['doctor', String(program.pid)])
  expect(code).toBe(2)
  expect(out).toContain('(inspector: open at port 9231, and does not publish its address)')
})

describe('what attaching can handle is not an obstacle', () => {
  const attaches = async (pid: number): Promise<void> => (await attach({ kind: 'pid', pid })).detach()

  test('9229 used by an inspector that a leakscope left open', async () => {
    const holder = await start('idle.cjs')
    await holder.ask('block 1200')
    await expect(attach({ kind: 'pid', pid: holder.pid }, { timeoutMs: 500 })).rejects.toThrow('blocked')
    expect(await holder.line()).toBe('unblocked')
    await expect.poll(() => listeners(holder.pid), { timeout: 10_000 }).toMatchObject([{ port: 9229 }])

    const program = await start('idle.cjs')
    const { code, out } = await here().run(['doctor', String(program.pid)])
    expect(out).toContain(`its port 9229 is taken by process ${holder.pid} (`)
    expect(out).toContain('left open by a leakscope that has ended; it is closed first')
    expect(code).toBe(0)
    await attaches(program.pid)
    expect(listeners(holder.pid)).toEqual([])
  })

  test('9229 used by any process, if the program opened an inspector by itself', async () => {
    await start('idle.cjs', { flags: ['--inspect=127.0.0.1:9229'] })
    const program = await start('opens-itself.cjs')
    const { code, out } = await here().run(['doctor', String(program.pid)])
    expect(out).toContain(`open at port ${listeners(program.pid)[0]!.port}, by the program itself; nobody is connected`)
    expect(code).toBe(0)
    await attaches(program.pid)
  })

  const withoutSignal = oldestAndNewest(22)
  test.each(withoutSignal)(
    'no signal, if the program started with a signal option: $version',
    async ({ path: node }) => {
      const program = await start('opens-itself.cjs', { node, flags: ['--disable-sigusr1'] })
      const { code, out } = await here().run(['doctor', String(program.pid)])
      expect(out).toContain('by the program itself')
      expect(code).toBe(0)
      await attaches(program.pid)
    },
  )

  test('arguments of the program that are options of Node.js elsewhere', async () => {
    const program = await start('idle.cjs', { flags: open, words: ['--permission', '--inspect-brk', '--no-addons'] })
    const { code, out } = await here().run(['doctor', String(program.pid), '--json'])
    const { ways, verdict } = JSON.parse(out)
    expect({ code, verdict }).toEqual({ code: 0, verdict: 'safe' })
    expect(ways.map(({ obstacle }: { obstacle?: string }) => obstacle ?? null)).not.toContainEqual(
      expect.stringContaining('was started with'),
    )
  })
})

test('a port that its title hides is not promised', async () => {
  const program = await start('idle.cjs', { flags: ['--title=a service', '--inspect-port=9666'] })
  const { out } = await here().run(['doctor', String(program.pid)])
  expect(out).toContain('closed; opens at port 9229 unless it was started with another one')
})

test('a session knows whose the open inspector is', async () => {
  const program = await start('idle.cjs')
  const { out } = await here().run(['attach', String(program.pid), '-e', 'doctor'])
  expect(out).toMatch(/open at port \d+, by this leakscope; nobody else is connected/)
})

test('a process known only by its address is captured through the inspector', async () => {
  const program = await start('idle.cjs', { flags: open })
  const port = await tunnelTo(listeners(program.pid)[0]!.port)
  const { code, out } = await here().run(['doctor', `127.0.0.1:${port}`, '--json'])
  expect(code).toBe(0)
  const { capture, ways } = JSON.parse(out)
  expect(capture).toBe('inspector')
  expect(ways.map(({ way, obstacle }: { way: string; obstacle?: string }) => [way, obstacle ?? null])).toEqual([
    ['memory', 'capture by fork needs a process of this machine'],
    ['fork', 'capture by fork needs a process of this machine'],
    ['file', 'it writes into files that are not seen from here'],
    ['inspector', null],
  ])
})

test.runIf(hasAddon)(`a process that loads no addons is not captured by fork${unlessAddon}`, async () => {
  const program = await start('idle.cjs', { flags: ['--no-addons'] })
  const { out } = await here().run(['doctor', String(program.pid), '--json'])
  expect(JSON.parse(out)).toMatchObject({
    capture: 'inspector',
    ways: [{ way: 'memory', obstacle: 'it was started with --no-addons' }, { way: 'fork' }, {}, {}],
  })
})

describe.each(oldestAndNewest())('--worker on Node.js $version', ({ path: node }) => {
  test('all: every heap of a process, each labelled', async () => {
    const program = await start('workers.cjs', { node, flags: open })
    const folder = here()
    const { code, out, err } = await folder.run([
      'snapshot',
      String(program.pid),
      '--worker',
      'all',
      '-o',
      'x.heapsnapshot',
    ])
    expect({ code, err: /worker .* has ended/.test(err) }).toEqual({ code: 0, err: false })
    const files = ['x', 'x-worker1', 'x-worker2'].map(name => join(folder.folder, `${name}.heapsnapshot`))
    expect(out.trim().split('\n')).toEqual(files)
    expect(files.map(file => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600])
    const origins = files.map(file => JSON.parse(readFileSync(`${file}.origin.json`, 'utf8')))
    expect(origins.map(({ worker }) => worker?.name)).toEqual([undefined, 'ant', 'bee'])
  })

  test('one: questions use its heap', async () => {
    const program = await start('workers.cjs', { node, flags: open })
    await program.ask('tell bee keep 12')
    const folder = here()
    const { out } = await folder.run(['count', 'KeptByWorker', String(program.pid), '--worker', '2', '--json'])
    expect(JSON.parse(out)).toMatchObject({
      target: { worker: { id: 2, name: 'bee' } },
      heaps: [{ worker: { id: 2, name: 'bee' } }],
      sections: [{ rows: [{ count: 12 }] }],
    })
    expect(readdirSync(join(folder.folder, '.leakscope')).join()).toMatch(/pid\d+-worker2\.heapsnapshot/)
    const asked = await folder.run(['attach', String(program.pid), '--worker', '2', '-e', 'doctor --json'])
    expect(JSON.parse(asked.out)).toMatchObject({
      capture: hasAddon ? 'memory' : 'inspector',
      workers: null,
      verdict: 'safe',
    })
    const session = await folder.run(['attach', String(program.pid), '--worker', '2', '-e', 'count KeptByWorker'])
    expect(session).toMatchObject({ code: 0, out: '12\n' })
  })
})

test('a worker thread that never pauses is captured, without collecting its garbage', async () => {
  const program = await start('workers.cjs', { flags: open })
  await program.ask('tell ant keep 12')
  await program.ask('tell ant spin')
  const { run } = here()
  const count = ['count', 'KeptByWorker', String(program.pid), '--worker', '1']
  expect(await run(count)).toMatchObject({ code: 0, out: '12\n' })
  const { code, out, err } = await run([...count, '--capture', 'inspector'])
  expect({ code, out }).toEqual({ code: 0, out: '12\n' })
  expect(err).toContain('garbage was not collected first: worker 1 (ant) of process')
  expect(await program.ask('tell bee ping')).toBe('pong')
})

test('a thread belongs to a live process', async () => {
  const folder = here()
  const heap = folder.heap('a.heapsnapshot', 'root.a = A')
  expect(await folder.run(['types', heap, '--worker', '1'])).toMatchObject({ code: 2 })
  expect(await folder.run(['types', '1', '--worker', 'first'])).toMatchObject({ code: 2 })
})

test('arm and disarm report what they did, and what cannot be undone', async () => {
  const program = await start('idle.cjs', { flags: open })
  const before = await here().run(['disarm', String(program.pid), '--json'])
  expect(JSON.parse(before.out)).toMatchObject({ watched: false, armed: false })
  const armed = await here().run(['arm', String(program.pid), '--json'])
  expect(armed.code).toBe(0)
  expect(JSON.parse(armed.out)).toMatchObject({
    armed: true,
    by: 'leakscope',
    folder: process.cwd(),
    file: `Heap.*.${program.pid}.0.001.heapsnapshot`,
  })
  const after = await here().run(['disarm', String(program.pid)])
  expect(after.code).toBe(0)
  expect(after.err).toContain('Node.js has no call to undo what arm set')
  const target = await attach({ kind: 'pid', pid: program.pid })
  await target.detach()
  expect(existsSync(`/proc/${program.pid}`)).toBe(true)
})

test('a program started after -- is not armed: it ends with leakscope', async () => {
  for (const command of ['arm', 'disarm']) {
    const { code, out, err } = await here().run([command, '--', process.execPath, '-e', 'setInterval(() => {}, 1000)'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('arming it is pointless')
  }
})

test('compressed snapshots are refused before anything is touched', async () => {
  const program = await start('idle.cjs')
  const { run, folder } = here()
  const { code, err } = await run(['snapshot', String(program.pid), '-o', 'x.heapsnapshot.gz'])
  expect(code).toBe(2)
  expect(err).toContain('x.heapsnapshot.gz: snapshots are not written compressed')
  expect(readdirSync(folder)).toEqual([])
  expect(program.stderr).toBe('')
})

describe('arm --watch', () => {
  /** A program watched by its own leakscope, in a control group that is empty afterwards. */
  async function watched(
    context: TestContext,
    use: (program: Program, watch: Program, folder: string) => Promise<void>,
  ): Promise<void> {
    const group = tightGroup(context, 600 * 2 ** 20)
    const program = await start('idle.cjs', { flags: open })
    const { folder } = here()
    try {
      group.put(program.pid)
      const watch = launch([process.execPath, bin, 'arm', String(program.pid), '--watch', '--at', '50', '--no-color'], {
        cwd: folder,
      })
      await vi.waitFor(() => expect(watch.stderr).toMatch(/Watching for 50 % of 600/), { timeout: 20_000 })
      await use(program, watch, folder)
    } finally {
      program.child.kill('SIGKILL')
      await program.ended
      group[Symbol.dispose]()
    }
  }

  test.runIf(hasAddon)(`captures by fork before the control group is full${unlessAddon}`, async context => {
    await watched(context, async (program, watch, folder) => {
      await program.ask('fill 320')
      expect((await watch.ended).code).toBe(0)
      expect(watch.stderr).toMatch(/its control group held \d+(\.\d+)? MB of 600(\.0)? MB before/)
      const [file] = readdirSync(join(folder, '.leakscope')).filter(name => name.endsWith('.heapsnapshot'))
      const { graph } = await openHeap(join(folder, '.leakscope', file!), untold)
      let bytes = 0
      for (const size of graph.selfSize) bytes += size
      expect(bytes).toBeGreaterThan(200 * 2 ** 20)
      expect(await program.ask('ping')).toBe('pong')
    })
  })

  test.runIf(hasAddon)(`is ended by disarm${unlessAddon}`, async context => {
    await watched(context, async (program, watch, folder) => {
      const { code, out } = await here().run(['disarm', String(program.pid)])
      expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^the watch over .* has ended/) })
      expect((await watch.ended).code).toBe(0)
      expect(watch.stderr).toContain('was ended by `leakscope disarm`')
      await program.ask('fill 320')
      expect(readdirSync(folder)).not.toContain('.leakscope')
    })
  })

  test('is refused if nothing could be captured, and the process is not armed', async context => {
    const group = tightGroup(context, 600 * 2 ** 20)
    const program = await start('idle.cjs', { flags: [...open, '--no-addons'] })
    try {
      group.put(program.pid)
      const { code, out, err } = await here().run(['arm', String(program.pid), '--watch'])
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(hasAddon ? /it was started with --no-addons/ : /there is no addon/)
      const { out: stands } = await here().run(['disarm', String(program.pid), '--json'])
      expect(JSON.parse(stands)).toMatchObject({ armed: false })
    } finally {
      program.child.kill('SIGKILL')
      await program.ended
      group[Symbol.dispose]()
    }
  })
})

test('a process that cannot be watched is not armed by --watch', async context => {
  const program = await start('idle.cjs', { flags: open })
  if (fillOf(program.pid) !== undefined) return context.skip('these tests run in a control group with a limit')
  const watched = await here().run(['arm', String(program.pid), '--watch'])
  expect(watched).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no control group limits') })
  const { out } = await here().run(['disarm', String(program.pid), '--json'])
  expect(JSON.parse(out)).toMatchObject({ armed: false })
})
