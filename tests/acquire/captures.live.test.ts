import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { type Captures, capturesOf } from '../../src/acquire/captures.js'
import { openHeap } from '../../src/acquire/open-heap.js'
import { readOrigin } from '../../src/acquire/origin.js'
import type { HeapGraph } from '../../src/graph/heap-graph.js'
import { types } from '../../src/graph/types.js'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { canary } from '../../src/live/canary.js'
import { family } from '../../src/live/linux/process-tree.js'
import { untold } from '../../src/task.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { type StartOptions, start } from '../live/start.js'
import { oldestAndNewest } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'

async function capturesOfNew(
  options: StartOptions,
): Promise<{ captures: Captures; target: Target; folder: string; pid: number }> {
  const program = await start('idle.cjs', options)
  await program.ask('keep 500')
  // After the command that runs it, if there is one.
  const { pid } = family(program.pid).at(-1)!
  // A process that became another user's gets no signal when its parent ends.
  onTestFinished(() => void process.kill(pid, 'SIGKILL'))
  const target = await attach({ kind: 'pid', pid })
  onTestFinished(() => target.detach())
  const folder = temporaryFolder()
  return { captures: capturesOf(target, await canary(target), folder), target, folder, pid }
}

/** The object ids of what the program retains. */
function idsOfKept(graph: HeapGraph): Set<number> {
  const { of, names } = types(graph)
  const kept = names.indexOf('Kept')
  const ids = new Set<number>()
  for (let node = 0; node < graph.nodeCount; node++) if (of[node] === kept) ids.add(graph.nodeId[node]!)
  return ids
}

test.runIf(hasAddon).each(oldestAndNewest())(
  `$version: ids of a copy hold for its heap only${unlessAddon}`,
  async ({ path: node }) => {
    const { captures } = await capturesOfNew({ node })
    const first = await captures.take(untold)
    expect(first.cost).toMatchObject({ way: 'memory', because: undefined })
    expect(await captures.idsHold()).toBe(false)
    const second = await captures.take(untold)
    const third = await captures.take(untold, { idsFor: 'a test compares ids' })
    expect(third.cost).toMatchObject({ way: 'inspector', because: 'a test compares ids' })
    expect(await captures.idsHold()).toBe(true)

    const sessions = [first, second, third].map(({ path }) => readOrigin(path)!.session)
    expect(new Set(sessions).size).toBe(3)
    const ids = await Promise.all(
      [first, second].map(async ({ path }) => idsOfKept((await openHeap(path, untold)).graph)),
    )
    expect(ids.map(({ size }) => size)).toEqual([500, 500])
  },
)

test.each(hasAddon ? (['memory', 'fork', 'inspector', 'file'] as const) : (['inspector', 'file'] as const))(
  'read without a file, by %s',
  async way => {
    const { captures, folder, pid } = await capturesOfNew({})
    const { heap, cost } = await captures.read(untold, { way })
    expect(cost.way).toBe(way)
    expect(idsOfKept(heap.graph).size).toBe(500)
    expect(heap.origin).toMatchObject({ path: null, pid, capturedAt: expect.any(String) })
    expect(readdirSync(folder)).toEqual([])
    expect(readdirSync(tmpdir()).filter(name => name.startsWith('.leakscope-'))).toEqual([])
  },
)

// A child that refuses before it has written anything ends the method, not the reader.
test.runIf(hasAddon)(`reads through the inspector if a forked child cannot write${unlessAddon}`, async () => {
  const { captures, target } = await capturesOfNew({})
  // A walk through memory starts at parseInt, among others.
  const spoil = "globalThis.parseInt = 1; require('v8').writeHeapSnapshot = () => { throw new Error('not here') }"
  await target.send('Runtime.evaluate', { expression: spoil, includeCommandLineAPI: true })
  const { heap, cost } = await captures.read(untold)
  expect(cost).toMatchObject({ way: 'inspector', because: expect.stringContaining('not here') })
  expect(idsOfKept(heap.graph).size).toBe(500)
  await expect(captures.read(untold, { way: 'fork' })).rejects.toMatchObject({ code: 'CAPTURE' })
  const none = { code: 'CAPTURE', message: expect.stringContaining('an object that was given is none of V8') }
  await expect(captures.read(untold, { way: 'memory' })).rejects.toMatchObject(none)
})

// Node.js as pid 1 of a container, as another user, with its own files: needs root.
test.runIf(hasAddon && process.getuid?.() === 0 && existsSync('/usr/bin/unshare'))(
  `a process in a container of its own is captured by fork and by file${unlessAddon}`,
  async () => {
    const under = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
    const { captures, pid } = await capturesOfNew({ under: [...under, 'setpriv', '--reuid=65534', '--clear-groups'] })
    for (const way of ['fork', 'file'] as const) {
      const { path, cost } = await captures.take(untold, { way })
      expect(cost.way).toBe(way)
      expect(idsOfKept((await openHeap(path, untold)).graph).size).toBe(500)
    }
    // As pid 1 it inherits its forked child, and has reaped it.
    expect(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')).toBe('')
  },
)

// What the process writes is where only the process itself should look: from outside, an absolute link leads elsewhere.
test.runIf(hasAddon && process.getuid?.() === 0 && existsSync('/usr/bin/unshare'))(
  `a process whose temporary folder is a link in files of its own is captured by fork and by file${unlessAddon}`,
  async () => {
    const mounts = 'mount -t tmpfs none /mnt && mkdir -m 1777 /mnt/real && ln -s /mnt/real /mnt/tmp && exec "$@"'
    const under = ['unshare', '--mount', 'sh', '-c', mounts, 'sh', 'setpriv', '--reuid=65534', '--clear-groups']
    const { captures, pid } = await capturesOfNew({ under, env: { TMPDIR: '/mnt/tmp' } })
    for (const way of ['fork', 'file'] as const) {
      const { path, cost } = await captures.take(untold, { way })
      expect(cost.way).toBe(way)
      expect(idsOfKept((await openHeap(path, untold)).graph).size).toBe(500)
      expect(readdirSync(`/proc/${pid}/root/mnt/real`)).toEqual([])
      expect(existsSync('/mnt/real')).toBe(false)
    }
  },
)

test.runIf(hasAddon && process.getuid?.() === 0)(
  `another user's process, captured again and again, has one addon mapped, and nothing is left in its folder${unlessAddon}`,
  async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o777)
    const under = ['setpriv', '--reuid=65534', '--clear-groups']
    const program = await start('idle.cjs', { under, env: { TMPDIR: folder }, flags: ['--inspect=127.0.0.1:0'] })
    const mapped = (): string[] => [
      ...new Set(readFileSync(`/proc/${program.pid}/maps`, 'utf8').match(/\/.*\/fork-capture\.node.*$/gm) ?? []),
    ]
    for (let round = 0; round < 3; round++) {
      await using target = await attach({ kind: 'pid', pid: program.pid })
      const { cost, heap } = await capturesOf(target, await canary(target), folder).read(untold, { way: 'fork' })
      expect(cost.way).toBe('fork')
      expect(heap.graph.nodeCount).toBeGreaterThan(1000)
      expect(mapped()).toEqual([expect.stringMatching(/\/leakscope-[\da-f]{16}-\w+\/fork-capture\.node \(deleted\)$/)])
      expect(readdirSync(folder)).toEqual([])
    }
  },
)
