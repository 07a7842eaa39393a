import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { fixture, start } from '../fixtures/program.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { start as startTarget } from '../live/start.js'
import { tunnelTo } from '../live/tunnel.js'
import { oldestAndNewest } from '../node-versions.js'
import { world } from './world.js'

const growthPrograms = join(import.meta.dirname, '..', 'growth', 'programs')
const bin = fileURLToPath(new URL('../../bin/leakscope.js', import.meta.url))

describe.each(oldestAndNewest())('the three uses on Node.js $version', ({ path: node, version }) => {
  test('attach: a session finds what grows and what retains it, and leaves the target as it was', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js', { node })
    await program.step(50)
    const session = await here.run(['attach', String(program.pid), '-e', 'count Session; mark; memory hello'])
    expect(session.err).toMatch(/captured .leakscope\/.*paused/)
    expect(session.code).toBe(0)
    expect(session.out).toMatch(/^50\nhello memory used: \d+(\.\d+)? MB\n$/)

    const path = await here.run(['path', '--type', 'Session', '--limit', '1'])
    expect(path.out).toContain('sessions')
    await program.step(1)
    expect(openPorts(program.pid)).toEqual([])
    expect(here.folder).toSatisfy(() =>
      captured(here.folder).every(name => statSync(join(here.folder, '.leakscope', name)).mode % 0o1000 === 0o600),
    )
  })

  test('refs: --expr draws a live value, as show_refs([a]) does', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js', { node })
    const evaluated = `globalThis.a ??= (() => { const a = [1, 2, 3], b = [4, 5, 6]; a.push(b); b.push(a); return a })()`
    // Evaluated twice: the first time creates the arrays, the second finds them in the heap.
    await here.run(['attach', String(program.pid), '-e', `refs --expr '${evaluated}'`])
    const { code, out, err } = await here.run(['refs', String(program.pid), '--expr', 'globalThis.a', '--json'])
    expect({ code, err: err.split('\n').length }).toEqual({ code: 0, err: 2 })
    const [drawing] = JSON.parse(out).sections
    expect(drawing.nodes.map((node: { type: string }) => node.type)).toEqual(['Array', 'Array'])
    expect(drawing.edges.map((edge: { label: string }) => edge.label)).toEqual(['[3]', '[3]'])
    expect(JSON.parse(out).target).toMatchObject({ pid: program.pid, nodeVersion: version, openedInspector: true })
  })

  test('growth: a live target is captured twice, and the difference is reported', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js', { args: ['--every', '5'], node })
    const { code, out } = await here.run([
      'growth',
      String(program.pid),
      '--every',
      '500ms',
      '--limit',
      'all',
      '--json',
    ])
    expect(code).toBe(0)
    const sessions = JSON.parse(out).sections[0].rows.find(({ type }: { type: string }) => type === 'Session')
    expect(sessions.delta).toBeGreaterThan(5)
    expect(JSON.parse(out).heaps).toHaveLength(2)
  })

  test('leaks: a heap that cannot be written ends the pause before the next', async () => {
    using here = world()
    mkdirSync(join(here.folder, '.leakscope', '.gitignore'), { recursive: true, mode: 0o700 })
    await using program = await start('leaks/map-cache.js', { node })
    const words = ['leaks', String(program.pid), '--heaps', '2', '--every', '60s']
    const { status, stderr } = spawnSync(process.execPath, [bin, ...words], {
      cwd: here.folder,
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('.gitignore') })
  })

  test.runIf(hasAddon)(`leaks: numbers are compared, though no file has them${unlessAddon}`, async () => {
    using here = world()
    await using program = await start(relative(fixture('.'), join(growthPrograms, 'numbers.cjs')), {
      args: ['--every', '2'],
      node,
    })
    const { out } = await here.run(['leaks', String(program.pid), '--heaps', '5', '--every', '400ms', '--json'])
    const { suspects, heaps } = JSON.parse(out)
    expect(suspects.map(({ headline }: { headline: string }) => headline).join()).toContain('Map namesById in ')
    for (const { path, bytes } of heaps) expect(bytes).toBe(statSync(path).size)
    const files = heaps.map(({ path }: { path: string }) => path)
    const again = JSON.parse((await here.run(['leaks', ...files, '--json'])).out)
    expect(again.heaps).toMatchObject(
      heaps.map(({ path, bytes }: { path: string; bytes: number }) => ({ path, bytes })),
    )
    // No records are kept.
    expect(openFilesIn(here.folder)).toEqual([])
  })
})

describe('what captures cost, as JSON', () => {
  test('snapshot --json: the heap, and its cost', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const words = [
      'snapshot',
      String(program.pid),
      '-o',
      'x.heapsnapshot',
      '--json',
      '--no-color',
      '--capture',
      'inspector',
    ]
    const { code, out } = await here.run(words)
    const answer = JSON.parse(out)
    const path = join(here.folder, 'x.heapsnapshot')
    const bytes = statSync(path).size
    expect({ code, command: answer.command }).toEqual({ code: 0, command: 'snapshot' })
    const { snapshot } = JSON.parse(readFileSync(path, 'utf8'))
    expect(answer.heaps).toMatchObject([
      { path, pid: program.pid, bytes, nodes: snapshot.node_count, edges: snapshot.edge_count },
    ])
    expect(answer.heaps[0].capturedAt).toMatch(/^\d{4}-.*Z$/)
    expect(answer.captures).toMatchObject([
      { path, way: 'inspector', because: null, longestDelay: null, bytes, warnings: [] },
    ])
    const [{ seconds, standstill, rssBefore, rssAfter }] = answer.captures
    expect(standstill).toBeGreaterThan(0)
    expect(seconds).toBeGreaterThanOrEqual(standstill)
    expect(Math.min(rssBefore, rssAfter)).toBeGreaterThan(2 ** 24)
  })

  test('questions report it for each heap they captured, a session for those of the verb', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const target = String(program.pid)
    const grown = JSON.parse((await here.run(['growth', target, '--every', '50ms', '--json'])).out)
    expect(grown.captures.map(({ path }: { path: string }) => path)).toEqual(
      grown.heaps.map(({ path }: { path: string }) => path),
    )
    const unsaved = JSON.parse((await here.run(['count', 'Session', target, '--no-save', '--json'])).out)
    expect(unsaved.captures).toMatchObject([{ path: null }])
    expect(unsaved.captures[0].bytes).toBe(unsaved.heaps[0].bytes)

    const session = await here.run(['attach', target, '-e', 'mark; growth --json'])
    expect(JSON.parse(session.out).captures).toHaveLength(1)
    const file = JSON.parse((await here.run(['count', 'Session', grown.heaps[0].path, '--json'])).out)
    expect(file).not.toHaveProperty('captures')
  })
})

describe('--no-signal', () => {
  test.each([
    ['attach', '-e', 'count Session'],
    ['snapshot', '-o', 'x.heapsnapshot'],
    ['check'],
    ['types'],
    ['count', 'Session'],
  ])('%s sends a process whose inspector is closed no signal, and says what to do', async (command, ...options) => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const { code, out, err } = await here.run([command, String(program.pid), ...options, '--no-signal'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(`process ${program.pid} has no inspector open, and may not be sent a signal (--no-signal)`)
    expect(err).toContain('--inspect=127.0.0.1:0')
    // SIGUSR1 starts the thread of the inspector's server, which listens within milliseconds.
    await program.step(1)
    expect(openPorts(program.pid)).toEqual([])
  })

  test("memory then answers from the kernel's numbers", async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const { code, out } = await here.run(['memory', String(program.pid), '--no-signal'])
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^USS +\d/m) })
    await program.step(1)
    expect(openPorts(program.pid)).toEqual([])
  })

  test('attaches to an open inspector, wherever it listens, and leaves it open', async () => {
    using here = world()
    const program = await startTarget('idle.cjs', { flags: ['--inspect=127.0.0.1:0'] })
    const ports = openPorts(program.pid)
    const { code, err } = await here.run(['types', String(program.pid), '--no-signal', '--no-save'])
    expect({ code, err }).toEqual({ code: 0, err: expect.not.stringContaining('signal') })
    expect(openPorts(program.pid)).toEqual(ports)
  })
})

describe('a session', () => {
  test('mark also works for types distinguished by their file', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    await program.step(50)
    const verbs = 'mark; growth --qualified --limit all --json'
    const { code, out } = await here.run(['attach', String(program.pid), '-e', verbs])
    expect(code).toBe(0)
    const types = JSON.parse(out).sections[0].rows.map(({ type }: { type: string }) => type)
    expect(types.filter((type: string) => type.endsWith(':Session'))).toEqual([])
  })

  test('a prompt whose input ends while a verb works leaves cleanly', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const terminal = (): PassThrough & { isTTY: boolean } => Object.assign(new PassThrough(), { isTTY: true })
    const [stdin, stdout, stderr] = [terminal(), terminal(), new PassThrough()]
    stdin.end('count Session\n')
    const { signal } = new AbortController()
    const io = { stdin, stdout, stderr, env: {}, cwd: here.folder, signal }
    expect(await main(['attach', String(program.pid)], io)).toBe(0)
    expect(String(stdout.read())).toMatch(/^0$/m)
    expect(openPorts(program.pid)).toEqual([])
  })
})

describe('memory', () => {
  test("--hint prints only the seed's line, and attaches to nothing", async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const { code, out, err } = await here.run(['memory', String(program.pid), '--hint', 'after a created'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [, megabytes] = /^after a created memory used: (\S+) MB\n$/.exec(out)!
    const uss = /^Private_(?:Clean|Dirty):\s+(\d+)/gm
    const now = [...readFileSync(`/proc/${program.pid}/smaps_rollup`, 'utf8').matchAll(uss)].reduce(
      (sum, row) => sum + Number(row[1]),
      0,
    )
    expect(Math.abs(Number(megabytes) - now / 1024)).toBeLessThan(5)
  })

  test('--hint does not call RSS the memory used if nothing else is known', async () => {
    using here = world()
    const program = await startTarget('idle.cjs', { flags: ['--inspect=127.0.0.1:0'] })
    const port = await tunnelTo(listeners(program.pid)[0]!.port)
    const { code, out } = await here.run(['memory', `127.0.0.1:${port}`, '--hint', 'now', '--quiet'])
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^now memory used \(RSS\): \d+(\.\d+)? MB\n$/),
    })
  })

  test('--hint reports an inspector that was left open, and leaves it', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const killed = spawn(process.execPath, [bin, 'memory', String(program.pid), '--every', '100ms'], {
      stdio: 'ignore',
    })
    const ports = (): number[] => listeners(program.pid).map(({ port }) => port)
    // It has moved, and recorded where.
    await expect.poll(ports, { timeout: 10_000 }).not.toContain(9229)
    await expect.poll(ports, { timeout: 10_000 }).toHaveLength(1)
    await wait(500)
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    const { err } = await here.run(['memory', String(program.pid), '--hint', 'now'])
    expect(err).toContain(
      `left the inspector of process ${program.pid} open: \`leakscope memory ${program.pid}\` closes it.`,
    )
    await here.run(['memory', String(program.pid)])
    expect(openPorts(program.pid)).toEqual([])
  })

  test('a series has a line of values for each measure, as JSON and as CSV', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const asked = ['memory', String(program.pid), '--every', '100ms', '--for', '300ms']
    const json = JSON.parse((await here.run([...asked, '--json'])).out)
    const [series] = json.sections
    expect(series.shape).toBe('series')
    expect(series.seconds).toHaveLength(4)
    for (const key of ['uss', 'rss', 'heapUsed', 'external']) {
      const values = series.lines.find((line: { key: string }) => line.key === key).values
      expect(values).toHaveLength(series.seconds.length)
      expect(Math.min(...values)).toBeGreaterThan(0)
    }
    const csv = (await here.run([...asked, '--format', 'csv'])).out.trim().split('\n')
    expect(csv.find(line => line.includes('uss'))).toBeDefined()
  })
})

describe('memory of a process that ends', () => {
  test('is reported up to then, and so is the end', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
    const { signal } = new AbortController()
    const asked = ['memory', String(program.pid), '--hint', 'now', '--every', '20ms']
    const running = main(asked, { stdin, stdout, stderr, env: {}, cwd: here.folder, signal })
    await once(stdout, 'readable')
    program.process.kill('SIGKILL')
    expect(await running).toBe(0)
    expect(String(stdout.read())).toMatch(/^(now memory used: \S+ MB\n)+$/)
    expect(String(stderr.read())).toBe(`process ${program.pid} has ended\n`)
  })
})

describe('a program to start', () => {
  test('is started after --, captured, and ended', async () => {
    using here = world()
    const { code, out } = await here.run([
      'count',
      'Session',
      '--',
      process.execPath,
      fixture('leaks/map-cache.js'),
      '--every',
      '20',
    ])
    expect(code).toBe(0)
    expect(Number(out)).toBeGreaterThanOrEqual(0)
    const name = captured(here.folder).find(name => name.endsWith('.heapsnapshot'))
    const pid = Number(/pid(\d+)/.exec(name!)![1])
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})

describe('ps', () => {
  test('lists a running process, with its script', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const { out } = await here.run(['ps', '--json'])
    const row = JSON.parse(out).sections[0].rows.find(({ pid }: { pid: number }) => pid === program.pid)
    expect(row).toMatchObject({ nodeVersion: process.version, inspector: 'closed', attach: 'yes' })
    expect(row.script).toContain('map-cache.js')
  })
})

describe('the real program', () => {
  test('Ctrl-C during its work: exit code 130, no partial file, the target as it was', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    await program.step(5000)
    const run = spawn(process.execPath, [bin, 'types', String(program.pid)], {
      cwd: here.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    // The capture has started when its file exists.
    while (!captured(here.folder).length) await new Promise(resolve => setTimeout(resolve, 5))
    run.kill('SIGINT')
    const [code] = await once(run, 'exit')
    expect(code).toBe(130)
    expect(captured(here.folder)).toEqual([])
    await program.step(1)
    expect(openPorts(program.pid)).toEqual([])
  })

  test('a second Ctrl-C ends at once and leaves no partial heap', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    await program.step(5000)
    const run = spawn(process.execPath, [bin, 'types', String(program.pid)], { cwd: here.folder, stdio: 'ignore' })
    const ended = once(run, 'exit')
    while (!captured(here.folder).length) await new Promise(resolve => setTimeout(resolve, 5))
    const again = setInterval(() => run.kill('SIGINT'), 20)
    // After Node.js itself has started to end, a signal ends it, which is 130 for a shell.
    expect(await ended).toBeOneOf([
      [130, null],
      [null, 'SIGINT'],
    ])
    clearInterval(again)
    expect(captured(here.folder)).toEqual([])
    await program.step(1)
  })

  test('a reader that goes away during a session: the target is as it was', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    const run = spawn(process.execPath, [bin, 'attach', String(program.pid)], { cwd: here.folder, stdio: 'pipe' })
    run.stdin.write('count Session\n')
    await once(run.stdout, 'data')
    expect(openPorts(program.pid)).toHaveLength(1)
    run.stdout.destroy()
    run.stderr.destroy()
    run.stdin.write('count Session\n')
    expect(await once(run, 'exit')).toEqual([0, null])
    expect(openPorts(program.pid)).toEqual([])
  })

  test('a reader that goes away early is not an error', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', 'root.app = App 16')
    const run = spawn('sh', ['-c', `"${process.execPath}" "${bin}" types "${file}" --json --quiet | true; exit $?`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let err = ''
    run.stderr!.setEncoding('utf8').on('data', text => {
      err += text
    })
    expect((await once(run, 'exit'))[0]).toBe(0)
    expect(err).toBe('')
  })
})

const captured = (folder: string): string[] => {
  try {
    return readdirSync(join(folder, '.leakscope'))
  } catch {
    return []
  }
}

/** Files in a folder that this process has open, including those without a name. */
const openFilesIn = (folder: string): string[] =>
  descriptorsOf('self').filter(target => target.startsWith(`${folder}/`))

/** The targets of a process' descriptors. */
const descriptorsOf = (pid: number | 'self'): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap(descriptor => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`)
    } catch {
      return []
    }
  })

/** Ports that a process listens on, which for these fixtures can only be an inspector's. */
function openPorts(pid: number): string[] {
  const sockets = new Set(descriptorsOf(pid).map(target => /socket:\[(\d+)\]/.exec(target)?.[1]))
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .slice(1)
    .map(row => row.trim().split(/\s+/))
    .filter(columns => columns[3] === '0A' && sockets.has(columns[9]))
    .map(columns => columns[1]!)
}
