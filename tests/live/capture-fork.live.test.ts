import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { types } from '../../src/graph/types.js'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { type Captured, capture } from '../../src/live/capture/capture.js'
import type { CaptureMethod } from '../../src/live/capture/estimate.js'
import { addonFile } from '../../src/live/capture/fork/obstacle.js'
import { processFacts } from '../../src/live/linux/facts.js'
import { everyProcess, family } from '../../src/live/linux/process-tree.js'
import { processes } from '../../src/live/processes.js'
import { evaluate } from '../../src/live/protocol/evaluate.js'
import { openSnapshotFile } from '../../src/snapshot/open.js'
import { type Task, untold } from '../../src/task.js'
import { oldestAndNewest } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'
import { hasAddon, unlessAddon } from './addon.js'
import { fixture, launch, type Program, type StartOptions, start } from './start.js'
import { moduleIn, valueIn } from './value-in.js'

const attachPid = async ({ pid }: Program): Promise<Target> => {
  const target = await attach({ kind: 'pid', pid })
  onTestFinished(() => target.detach())
  return target
}

const by = (target: Target, way: CaptureMethod | 'auto', path: string, task: Task = untold): Promise<Captured> =>
  capture(target, { path, task, way })

/** The number of objects of each type in the heap of a file. */
async function counts(path: string): Promise<Map<string, number>> {
  const { graph } = await openSnapshotFile(path, untold)
  const { of, names } = types(graph)
  const found = new Map<string, number>()
  for (const type of of) found.set(names[type]!, (found.get(names[type]!) ?? 0) + 1)
  return found
}

/** The existing forked children of a process: they run the same program, with the highest oom_score_adj. */
const copiesOf = ({ pid }: Program): number[] => {
  const line = processFacts(pid)?.commandLine.join()
  return everyProcess()
    .filter(one => one.pid !== pid && one.commandLine.join() === line && outOfMemoryScore(one.pid) === '1000')
    .map(({ pid }) => pid)
}

function outOfMemoryScore(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** Everything that a capture must leave as it was, from the system. */
function seenFromOutside({ pid }: Program): Record<string, unknown> {
  const descriptors = readdirSync(`/proc/${pid}/fd`).map(fd => {
    try {
      return `${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/\[.*/, '')}`
    } catch {
      return ''
    }
  })
  const kept = readFileSync(`/proc/${pid}/smaps`, 'utf8').match(/^VmFlags:.* dc\b/gm)?.length ?? 0
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)![1]!
  return {
    descriptors: descriptors.filter(Boolean).sort(),
    threads: field('Threads'),
    masks: ['SigBlk', 'SigIgn', 'SigCgt'].map(field),
    keptFromChildren: kept > 20,
    children: everyProcess().filter(({ parent }) => parent === pid).length,
    nice: readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[16],
    oom: outOfMemoryScore(pid),
  }
}

const seenFromInside = (target: Target): Promise<unknown> =>
  evaluate(
    target,
    `({ globals: Reflect.ownKeys(globalThis).map(String).sort(), process: Reflect.ownKeys(process).map(String).sort(),
        modules: Object.keys(process.mainModule?.require?.cache ?? {}), listeners: process.eventNames().map(String),
        active: process.getActiveResourcesInfo().sort(), flags: ${FLAGS} })`,
  )

/** V8's hash of its flags. */
const FLAGS = `${moduleIn('v8')}.cachedDataVersionTag()`

describe.runIf(hasAddon).each(oldestAndNewest())(`a capture by fork of $version${unlessAddon}`, ({ path: node }) => {
  const started = async (options: StartOptions = {}): Promise<Program> => {
    const program = await start('idle.cjs', { node, ...options })
    await program.ask('keep 5000')
    return program
  }

  test('is the heap that the inspector shows', async () => {
    const target = await attachPid(await started())
    const path = temporaryFolder()
    const forked = await by(target, 'fork', join(path, 'fork.heapsnapshot'))
    await by(target, 'inspector', join(path, 'inspector.heapsnapshot'))

    expect(forked).toMatchObject({ way: 'fork', bytes: statSync(forked.path).size, warnings: [] })
    expect((statSync(forked.path).mode & 0o777).toString(8)).toBe('600')
    expect(readdirSync(path).sort()).toEqual(['fork.heapsnapshot', 'inspector.heapsnapshot'])
    const [one, other] = [await counts(forked.path), await counts(join(path, 'inspector.heapsnapshot'))]
    expect(one.get('Kept')).toBe(5000)
    // Exactly the program's objects; some of V8's own come and go. In Node.js 26, `v8.writeHeapSnapshot` finds some 40
    // objects more than the inspector does, in the process and in its forked child.
    for (const [type, count] of other) {
      if (!type.startsWith('(') && !type.includes('/') && count > 50) {
        expect(Math.abs((one.get(type) ?? 0) - count), type).toBeLessThanOrEqual(
          count * 0.02 + (type === 'Object' ? 50 : 0),
        )
      }
    }
    const total = (found: Map<string, number>) => [...found.values()].reduce((sum, count) => sum + count, 0)
    expect(Math.abs(total(one) - total(other))).toBeLessThan(total(other) * 0.05)
  })

  test('leaves the target as it was', async () => {
    const program = await started()
    const target = await attachPid(program)
    await evaluate(target, 'void process.on("SIGCHLD", () => { globalThis.kept.push("SIGCHLD") })')
    const [outside, inside] = [seenFromOutside(program), await seenFromInside(target)]

    const { rssBefore, rssAfter, standstill } = await by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'))

    await expect.poll(() => seenFromOutside(program)).toEqual(outside)
    expect(await seenFromInside(target)).toEqual(inside)
    expect(await evaluate(target, 'kept.length')).toBe(5000)
    expect(copiesOf(program)).toEqual([])
    expect(rssAfter).toBeLessThan(rssBefore * 1.1)
    expect(standstill).toBeGreaterThan(0)
    expect(await program.ask('ping')).toBe('pong')
  })

  test('keeps no port, connection or file of the target open', async () => {
    const program = await started()
    const target = await attachPid(program)
    const port = await valueIn<number>(
      target,
      `new Promise(listening => {
        const server = require('node:net').createServer(socket => socket.resume()).listen(0, '127.0.0.1', () => {
          globalThis.server = server
          listening(server.address().port)
        })
      })`,
      { awaitPromise: true },
    )
    const client = connect(port, '127.0.0.1')
    await once(client, 'connect')
    await program.ask('keep 200000')
    let free: Promise<unknown> | undefined
    const task: Task = {
      signal: untold.signal,
      progress(stage) {
        // The child is working, and has closed its copies: our server can use the port, and the client sees the end of
        // its connection.
        if (!stage.includes('captures') || free !== undefined) return
        free = evaluate(target, 'void (server.closeAllConnections?.(), server.close())').then(() => {
          const ours = createServer()
          ours.listen(port, '127.0.0.1')
          return once(ours, 'listening').finally(() => ours.close())
        })
      },
    }
    // Closing a server keeps its connections, so that only they are the client's.
    client.end()
    await by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'), task)
    expect(free).toBeDefined()
    await free
    client.destroy()
  })

  test('that runs out of memory is not repeated with another method, which would end the target', async () => {
    const program = await started()
    await program.ask('keep 300000')
    const target = await attachPid(program)
    await target.send('HeapProfiler.collectGarbage')
    const data = Number(/^VmData:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))![1]) * 1024
    execFileSync('prlimit', ['--pid', `${program.pid}`, `--data=${data + 70 * 2 ** 20}:`])
    await expect(by(target, 'auto', join(temporaryFolder(), 'x.heapsnapshot'))).rejects.toMatchObject({
      code: 'CAPTURE',
      message: `the forked child of process ${program.pid} needed more memory than it may have`,
    })
    expect(await program.ask('ping')).toBe('pong')
  })

  test('of a target that is stopped meanwhile is still whole', async () => {
    const program = await started()
    const target = await attach({ kind: 'pid', pid: program.pid }, { commandTimeoutMs: 1000 })
    onTestFinished(() => target.detach())
    const path = join(temporaryFolder(), 'x.heapsnapshot')
    const task: Task = {
      signal: untold.signal,
      progress: stage => stage.includes('builds') && program.child.kill('SIGSTOP'),
    }
    const { warnings } = await by(target, 'fork', path, task)
    program.child.kill('SIGCONT')
    expect(warnings).toEqual([
      `process ${program.pid} has not answered since it was forked; the snapshot of its child is whole`,
    ])
    expect((await counts(path)).get('Kept')).toBe(5000)
  })

  test('aborted: the child is gone, and nothing is left', async () => {
    const program = await started()
    await program.ask('keep 200000')
    const target = await attachPid(program)
    const path = temporaryFolder()
    const interrupt = new AbortController()
    const interrupted = new Error('interrupted')
    const task: Task = {
      signal: interrupt.signal,
      progress: stage => stage.includes('builds') && setTimeout(() => interrupt.abort(interrupted), 50),
    }
    await expect(by(target, 'fork', join(path, 'x.heapsnapshot'), task)).rejects.toBe(interrupted)
    expect(readdirSync(path)).toEqual([])
    await expect.poll(() => copiesOf(program)).toEqual([])
    // Immediately again: nothing is in progress in the target.
    expect((await by(target, 'fork', join(path, 'y.heapsnapshot'))).bytes).toBeGreaterThan(1e6)
  })

  test('of a target that ends meanwhile is still whole', async () => {
    const program = await started()
    await program.ask('keep 200000')
    const target = await attachPid(program)
    const path = join(temporaryFolder(), 'x.heapsnapshot')
    const task: Task = {
      signal: untold.signal,
      progress: stage => stage.includes('builds') && program.child.kill('SIGKILL'),
    }
    const { warnings, longestDelay } = await by(target, 'fork', path, task)
    expect(warnings).toEqual([`process ${program.pid} ended while its child was writing`])
    expect(longestDelay).toBeUndefined()
    expect((await counts(path)).get('Kept')).toBe(205_000)
  })

  test('ends with a leakscope that is killed', async () => {
    const program = await started()
    await program.ask('keep 300000')
    const script = join(temporaryFolder(), 'captures.mjs')
    writeFileSync(script, CAPTURES)
    const dist = new URL('../../dist/', import.meta.url).href
    const child = spawn(process.execPath, [script, dist, String(program.pid), join(script, '../x.heapsnapshot')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    // It is recognised by its oom_score_adj, which it sets itself once it is forked.
    await expect.poll(() => copiesOf(program), { timeout: 5000 }).toHaveLength(1)
    child.kill('SIGKILL')
    // It checks every second, after the ten seconds in which a reader may come.
    await expect.poll(() => copiesOf(program), { timeout: 20_000, interval: 100 }).toEqual([])
    expect(await program.ask('ping')).toBe('pong')
    const target = await attachPid(program)
    const asStarted = Number(execFileSync(node, ['-p', 'v8.cachedDataVersionTag()'], { encoding: 'utf8' }))
    await expect.poll(() => evaluate(target, FLAGS)).toBe(asStarted)
  })

  test('is impossible with --no-addons, and auto says so and captures through the inspector', async () => {
    const target = await attachPid(await started({ flags: ['--no-addons'] }))
    const path = join(temporaryFolder(), 'x.heapsnapshot')
    await expect(by(target, 'fork', path)).rejects.toMatchObject({
      code: 'CAPTURE',
      message: expect.stringContaining('ddon'),
    })
    const { way, because } = await by(target, 'auto', path)
    expect(way).toBe('inspector')
    expect(because).toMatch(/addon/i)
  })

  test('a child that cannot write ends with a reason, and never continues as the program', async () => {
    const program = await started()
    const target = await attachPid(program)
    await evaluate(target, 'void (require("node:v8").writeHeapSnapshot = () => { throw new Error("not today") })')
    await expect(by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'))).rejects.toMatchObject({
      code: 'CAPTURE',
      message: `${target.name} cannot be captured by fork: its child wrote nothing: Error: not today`,
    })
    // It prints its reason first, and ends then.
    await expect.poll(() => copiesOf(program), { timeout: 5000 }).toEqual([])
    expect(await program.ask('ping')).toBe('pong')
  })

  test('into an unwritable folder', async () => {
    const target = await attachPid(await started())
    await expect(by(target, 'fork', '/etc/passwd/x.heapsnapshot')).rejects.toMatchObject({ code: 'OUTPUT' })
    await expect(by(target, 'fork', '/dev/full')).rejects.toMatchObject({ code: 'OUTPUT' })
  })

  test('by file: the target writes it, and nothing else is left in the folder', async () => {
    const program = await started()
    const target = await attachPid(program)
    const path = join(temporaryFolder(), 'heaps', 'x.heapsnapshot')
    const captured = await by(target, 'file', path)
    expect(captured).toMatchObject({ way: 'file', bytes: statSync(path).size })
    expect(readdirSync(join(path, '..'))).toEqual(['x.heapsnapshot'])
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
    expect((await counts(path)).get('Kept')).toBe(5000)
  })

  test('by file, which cannot be completed: nothing of it is left, nor open in the target', async () => {
    const program = await started({ under: ['prlimit', '--fsize=1000'] })
    const target = await attachPid(program)
    const path = temporaryFolder()
    const { descriptors } = seenFromOutside(program)
    await expect(by(target, 'file', join(path, 'x.heapsnapshot'))).rejects.toMatchObject({
      code: 'CAPTURE',
      message: expect.stringContaining('EFBIG'),
    })
    expect(readdirSync(path)).toEqual([])
    expect(seenFromOutside(program)).toMatchObject({ descriptors })
  })
})

const asRoot = test.runIf(hasAddon && process.getuid?.() === 0)

asRoot('the child of a process that has changed its user is the first to be ended, too', async () => {
  const program = await start('idle.cjs')
  const target = await attachPid(program)
  await evaluate(target, 'void (process.setgid(65534), process.setuid(65534))')
  let scores: unknown
  const task: Task = {
    signal: untold.signal,
    progress: stage => {
      if (stage.includes('captures')) scores ??= copiesOf(program).map(outOfMemoryScore)
    },
  }
  await by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'), task)
  expect(scores).toEqual(['1000'])
})

test.runIf(hasAddon)(`the addon needs of the C library nothing that Node.js 18 does not need${unlessAddon}`, () => {
  const versions = readFileSync(addonFile(), 'latin1')
    .match(/(?<=GLIBC_2\.)\d+/g)!
    .map(Number)
  expect(Math.max(...versions)).toBeLessThanOrEqual(28)
})

test.runIf(hasAddon)(`a process on musl gets no addon for glibc${unlessAddon}`, async () => {
  const folderOfMusl = temporaryFolder()
  const musl = join(folderOfMusl, 'ld-musl-x86_64.so.1')
  copyFileSync(addonFile(), musl) // any library will do: by the name of one in its memory it is known
  const target = await attachPid(await start('idle.cjs', { env: { LD_PRELOAD: musl } }))
  await expect(by(target, 'fork', join(folderOfMusl, 'x.heapsnapshot'))).rejects.toMatchObject({
    code: 'CAPTURE',
    message: expect.stringContaining(
      existsSync(addonFile(true))
        ? `${target.name} cannot be captured by fork: the process cannot be forked from within`
        : `${target.name} cannot be captured by fork: it runs on musl (Alpine), and there is no addon for capture by fork on`,
    ),
  })
  expect(readFileSync(`/proc/${target.pid}/maps`, 'utf8')).not.toContain('fork-capture')
})

// As in a container whose first process is a program that waits only for its own children.
asRoot('a copy that nobody buries is known to have ended', async () => {
  const program = launch([
    ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', process.execPath, '-e'],
    `require('node:child_process').spawn(process.execPath, [${JSON.stringify(fixture('idle.cjs'))}], { stdio: 'inherit' })`,
  ])
  for (let line = ''; line !== 'ready'; line = await program.line());
  const target = await attachPid({ ...program, pid: family(program.pid).at(-1)!.pid })
  const { seconds } = await by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'))
  // Nobody waits for it, and its name shows what it was.
  expect(seconds).toBeLessThan(30)
  const [copy, ...others] = family(program.pid).filter(({ state }) => state === 'Z')
  expect(others).toEqual([])
  expect(readFileSync(`/proc/${copy!.pid}/comm`, 'utf8')).toBe('leakscope copy\n')
})

test.runIf(hasAddon).each(oldestAndNewest())(
  'a target that churns memory, threads and compiled code: $version',
  async ({ path: node }) => {
    const program = await start('churns.cjs', { node })
    const target = await attachPid(program)
    const path = join(temporaryFolder(), 'x.heapsnapshot')
    let forks = 0
    for (let round = 0; round < 3; round++) {
      const { warnings } = await by(target, 'fork', path)
      forks += Number(/forked (\d+) times/.exec(warnings.join())?.[1] ?? 1)
      expect((await counts(path)).get('Churned')).toBeGreaterThan(1000)
    }
    expect(forks).toBeLessThanOrEqual(9)
    expect(copiesOf(program)).toEqual([])
    const [, ended, signals] = /(\d+) ended, (\d+) signals/.exec(await program.ask('children'))!.map(Number)
    // Signals of its own children, which may be merged; none of leakscope's.
    expect(signals).toBeLessThanOrEqual(ended! + 1)
  },
)

// Reports that a forked child is working, then is killed.
const CAPTURES = `
const [dist, pid, path] = process.argv.slice(2)
const { attach } = await import(dist + 'live/attach/attach.js')
const { capture } = await import(dist + 'live/capture/capture.js')
const target = await attach({ kind: 'pid', pid: Number(pid) })
const progress = stage => stage.includes('builds') && process.stdout.write('now')
await capture(target, { path, way: 'fork', task: { signal: new AbortController().signal, progress } })`

// V8 writes its trace through a buffer.
const hasLineBuffer = spawnSync('stdbuf', ['--version']).status === 0
const unlessLineBuffer = hasLineBuffer ? '' : ' (skipped: no stdbuf here)'

describe.runIf(hasAddon).each(oldestAndNewest())('a copy of $version', ({ path: node, version }) => {
  test('lists the scripts with their complete source maps', async () => {
    const target = await attachPid(await start('idle.cjs', { node }))
    const inside = `data:application/json,${'x'.repeat(100_000)}`
    const source = `(function () {})\n//# sourceURL=file:///made.js\n//# sourceMappingURL=${inside}`
    await evaluate(target, `void (globalThis.made = eval(${JSON.stringify(source)}))`)
    const { known } = await by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'))
    const { scripts } = known!
    expect(known!.living).toBeUndefined()
    expect(scripts).toContainEqual({ id: expect.any(Number), url: 'file:///made.js', sourceMapURL: inside })
    expect(scripts).toContainEqual(expect.objectContaining({ url: 'node:events', sourceMapURL: '' }))
  })

  test('is recognised as a forked child', async () => {
    const target = await attachPid(await start('idle.cjs', { node }))
    await evaluate(target, 'void (globalThis.kept = Array.from({ length: 3e5 }, (_, n) => ({ n })))')
    const stop = new AbortController()
    const captured = by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'), { ...untold, signal: stop.signal })
    const seen = async () => (await processes()).filter(({ obstacle }) => obstacle?.message.includes('is a child that'))
    await expect.poll(seen, { interval: 20 }).toHaveLength(1)
    stop.abort()
    await expect(captured).rejects.toThrow()
  })

  test.runIf(hasLineBuffer).for([{ flags: [] }, { flags: ['--no-compact'] }])(
    `keeps V8 from moving objects for as long as it lives, with $flags${unlessLineBuffer}`,
    async ({ flags }) => {
      const traced = ['--expose-gc', '--trace-evacuation', '--compact-on-every-full-gc', ...flags]
      const program = await start('idle.cjs', { node, flags: traced, under: ['stdbuf', '-oL'] })
      const target = await attachPid(program)
      await evaluate(target, 'void (globalThis.kept = Array.from({ length: 3e5 }, (_, n) => ({ n })))')
      // Pages of the old generation that were emptied by moving their objects.
      const moved = async (): Promise<number> => {
        await evaluate(target, 'void gc()')
        program.tell('ping')
        let pages = 0
        for (let line = ''; line !== 'pong'; line = await program.line()) if (line.includes(' new_space=0 ')) pages++
        return pages
      }
      await moved() // what is young grows old
      const before = await moved()
      const seen = async () => [await moved(), await evaluate(target, FLAGS), copiesOf(program).length]
      let during: ReturnType<typeof seen> | undefined
      const task: Task = {
        ...untold,
        progress(stage) {
          if (stage.includes('builds')) during ??= seen()
        },
      }
      const asStarted = await valueIn<number>(target, FLAGS)
      await by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'), task)

      expect(await during).toEqual([0, asStarted, 1])
      expect(before > 0).toBe(flags.length === 0)
      expect((await moved()) > 0).toBe(flags.length === 0)
    },
  )

  const canFreeze = !version.startsWith('v18.')
  const unlessFrozen = canFreeze ? '' : ' (skipped: Node.js 18 has no such option)'
  test.runIf(canFreeze)(`sets no flag of a process whose flags are frozen${unlessFrozen}`, async () => {
    const program = await start('idle.cjs', { node, flags: ['--freeze-flags-after-init'] })
    const target = await attachPid(program)
    await by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'))
    // V8 would have ended it.
    expect(await program.ask('ping')).toBe('pong')
  })

  test('cannot change a file that the program has open or knows by name, nor signal another process', async () => {
    const target = await attachPid(await start('idle.cjs', { node }))
    const path = join(temporaryFolder(), 'held')
    writeFileSync(path, 'as it was')
    const forked = await valueIn<{ pid: number; pipe: number }>(
      target,
      `(() => {
        const addon = { exports: {} }
        process.dlopen(addon, ${JSON.stringify(addonFile())})
        const fs = ${moduleIn('fs')}
        const held = fs.openSync(${JSON.stringify(path)}, 'r+')
        const outcome = act => {
          try {
            act()
            return 'done'
          } catch ({ code }) {
            return code
          }
        }
        return addon.exports.fork(60, 0, true, true, () => addon.exports.tell([
          () => fs.readSync(held, Buffer.alloc(1)),
          () => fs.writeSync(held, 'x'),
          () => fs.ftruncateSync(held),
          () => fs.truncateSync(${JSON.stringify(path)}),
          () => fs.unlinkSync(${JSON.stringify(path)}),
          () => fs.renameSync(${JSON.stringify(path)}, ${JSON.stringify(`${path}2`)}),
          () => process.kill(process.ppid, 0),
        ].map(outcome).join()))
      })()`,
    )
    const said = readFileSync(`/proc/${forked.pid}/fd/${forked.pipe}`, 'utf8')
    expect(said).toBe('EBADF,EBADF,EPERM,EPERM,EPERM,EPERM,EPERM')
    expect(readFileSync(path, 'utf8')).toBe('as it was')
  })

  test('leaves it to a stopped process to report how long it stopped, even while it lasts', async () => {
    const target = await attachPid(await start('idle.cjs', { node }))
    await evaluate(target, 'void setTimeout(() => { for (const until = Date.now() + 5000; Date.now() < until; ); }, 0)')
    const { longestDelay, standstill } = await by(target, 'fork', join(temporaryFolder(), 'x.heapsnapshot'))
    expect(standstill).toBeLessThan(0.5)
    expect(longestDelay).toBeGreaterThan(0.1)
  })

  test('does no delayed work of the program', async () => {
    const target = await attachPid(await start('idle.cjs', { node }))
    const forked = await valueIn<{ pid: number; pipe: number }>(
      target,
      `(() => {
        const addon = { exports: {} }
        process.dlopen(addon, ${JSON.stringify(addonFile())})
        const { Session } = ${moduleIn('inspector')}
        let done = 0
        const put = () => {
          process.nextTick(() => done++)
          Promise.resolve().then(() => done++)
        }
        put()
        return addon.exports.fork(60, 0, true, true, () => {
          const session = new Session()
          session.on('Debugger.scriptParsed', put)
          session.connect()
          session.post('Debugger.enable')
          for (const until = Date.now() + 1000; Date.now() < until; );
          addon.exports.tell('done: ' + done)
        })
      })()`,
    )
    expect(readFileSync(`/proc/${forked.pid}/fd/${forked.pipe}`, 'utf8')).toBe('done: 0')
  })
})
