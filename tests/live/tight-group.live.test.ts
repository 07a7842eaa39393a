import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHeap } from '../../src/acquire/open-heap.js'
import { attach } from '../../src/live/attach/attach.js'
import { capture } from '../../src/live/capture/capture.js'
import { captureByFork } from '../../src/live/capture/fork/fork.js'
import { watchRoom } from '../../src/live/capture/fork/room-watch.js'
import { prospects } from '../../src/live/capture/guard.js'
import { createSnapshotFile } from '../../src/live/capture/snapshot-file.js'
import { moveToGroup, ownGroupFor } from '../../src/live/linux/own-group.js'
import { type Task, untold } from '../../src/task.js'
import { oldestAndNewest } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'
import { hasAddon, unlessAddon } from './addon.js'
import { type Program, start } from './start.js'
import { type TightGroup, tightGroup } from './tight-group.js'

const MB = 2 ** 20

/** Lets a test use a program in a group, which is empty afterwards. */
async function inGroup(group: TightGroup, node: string, use: (program: Program) => Promise<void>): Promise<void> {
  const program = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:0'] })
  try {
    group.put(program.pid)
    await use(program)
  } finally {
    program.child.kill('SIGKILL')
    await program.ended
    group[Symbol.dispose]()
  }
}

const groupsOf = (pid: number): string => readFileSync(`/proc/${pid}/cgroup`, 'utf8')

test.runIf(hasAddon).for(oldestAndNewest())(
  `in a control group too small for a copy of it, a $version survives a copy that is left in it${unlessAddon}`,
  async ({ path: node }, context) => {
    await inGroup(tightGroup(context, 160 * MB), node, async program => {
      await program.ask('keep 300000')
      await using target = await attach({ kind: 'pid', pid: program.pid })
      const path = join(temporaryFolder(), 'x.heapsnapshot')
      const sink = createSnapshotFile(path)
      // Nothing limits the child except the group, whose limit it reaches.
      const taken = captureByFork(target, sink, untold, {
        writes: 'snapshot',
        bytes: undefined,
        group: undefined,
        longest: Number.POSITIVE_INFINITY,
      })
      await expect(taken).rejects.toMatchObject({ code: 'CAPTURE' })
      sink.discard()
      expect(readdirSync(join(path, '..'))).toEqual([])
      expect(await program.ask('ping')).toBe('pong')
    })
  },
)

test.runIf(hasAddon).for(oldestAndNewest())(
  `in a control group too small for a copy of it, a $version is captured by one that is put into ours${unlessAddon}`,
  async ({ path: node }, context) => {
    const group = tightGroup(context, 160 * MB)
    await inGroup(group, node, async program => {
      await program.ask('keep 300000')
      await using target = await attach({ kind: 'pid', pid: program.pid })
      const path = join(temporaryFolder(), 'x.heapsnapshot')

      const [fork, inspector] = await prospects(target, path, ['fork', 'inspector'])
      expect(inspector!.assessment.verdict).toBe('refused')
      expect(fork!.assessment).toMatchObject({ copyMoves: true })
      expect(fork!.assessment.verdict).not.toBe('refused')
      await expect(capture(target, { path, task: untold, way: 'inspector' })).rejects.toMatchObject({ code: 'CAPTURE' })

      const { way } = await capture(target, { path, task: untold, way: 'auto' })
      expect(way).toBe('fork')
      const { graph } = await openHeap(path, untold)
      expect(graph.nodeCount).toBeGreaterThan(300_000)
      expect(await program.ask('ping')).toBe('pong')
      // Nothing was killed, and only the process is left in the group.
      expect(readFileSync(join(group.folder, 'cgroup.procs'), 'utf8')).toBe(`${program.pid}\n`)
    })
  },
)

test.runIf(hasAddon)(
  `a copy is ended when the control group of the process is nearly full${unlessAddon}`,
  async context => {
    const group = tightGroup(context, 1000 * MB)
    await inGroup(group, process.execPath, async program => {
      await program.ask('fill 300')
      await using target = await attach({ kind: 'pid', pid: program.pid })
      const path = join(temporaryFolder(), 'x.heapsnapshot')
      const sink = createSnapshotFile(path)
      const ours = ownGroupFor(program.pid)!
      // As if the process had filled nearly all of it when the child starts.
      const task: Task = {
        signal: untold.signal,
        progress(stage) {
          if (stage === 'a forked child builds the snapshot') group.limitTo(residentIn(group) * 1.05)
        },
      }
      const taken = captureByFork(target, sink, task, {
        writes: 'snapshot',
        bytes: ours.memory.bytes,
        group: ours,
        longest: Number.POSITIVE_INFINITY,
      })
      await expect(taken).rejects.toMatchObject({ code: 'CAPTURE', message: expect.stringMatching(/nearly full/) })
      sink.discard()
      expect(readdirSync(join(path, '..'))).toEqual([])
      expect(await program.ask('ping')).toBe('pong')
    })
  },
)

test('only a forked child of the process is recognised as one', async context => {
  await inGroup(tightGroup(context, 200 * MB), process.execPath, async program => {
    const stranger = await start('idle.cjs')
    const ours = ownGroupFor(program.pid)!
    const before = groupsOf(stranger.pid)
    expect(() => moveToGroup(ours, stranger.pid, program.pid)).toThrow(/is not in the control groups of/)
    expect(groupsOf(stranger.pid)).toBe(before)
    moveToGroup(ours, program.pid, program.pid)
    expect(groupsOf(program.pid)).toBe(groupsOf(process.pid))
    // In the same group as leakscope's.
    expect(ownGroupFor(program.pid)).toBeUndefined()
  })
})

test('a watch with enough memory reports nothing', async context => {
  await inGroup(tightGroup(context, 200 * MB), process.execPath, async program => {
    using room = watchRoom(program.pid, 'it')
    await program.ask('ping')
    expect(room.short.aborted).toBe(false)
  })
})

function residentIn({ folder }: TightGroup): number {
  for (const file of ['memory.current', 'memory.usage_in_bytes']) {
    try {
      return Number(readFileSync(join(folder, file), 'utf8'))
    } catch {
      // Of the other version.
    }
  }
  throw new Error(`${folder} does not tell what it holds`)
}
