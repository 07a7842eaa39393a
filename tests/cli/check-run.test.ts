import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type HeldSnapshot, heldSnapshot } from '../../src/acquire/held-snapshot.js'
import type { OriginFile } from '../../src/acquire/origin.js'
import { type CheckRun, unlessKept, withFiles, withoutFiles } from '../../src/cli/check-run.js'
import { untold } from '../../src/task.js'
import { draw } from '../draw.js'
import { temporaryFolder } from '../support/folder.js'

const origin: OriginFile = {
  version: 1,
  pid: 1,
  nodeVersion: 'v20.0.0',
  capturedAt: '2026-01-01T00:00:00.000Z',
  session: 'a',
  startedAt: 1,
  cwd: null,
  scripts: [],
}

const heap = (path: string): HeldSnapshot =>
  heldSnapshot(path, origin, { graph: async () => draw('root.app = App 16').graph })

const runOf = (...snapshots: readonly HeldSnapshot[]): CheckRun =>
  ({
    snapshots,
    heaps: snapshots.map(({ path }) => ({ path, bytes: 1 })),
    captures: snapshots.map(({ path }) => ({ path })),
    notes: [],
    costs: { kept: snapshots.map(({ path }) => `captured ${path}`), gone: ['captured a heap (not kept)'] },
  }) as unknown as CheckRun

test('a run whose heaps are released names none of them', () => {
  const path = join(temporaryFolder(), 'a.heapsnapshot')
  writeFileSync(path, '{}')
  const run = runOf(heldSnapshot(path, origin, undefined))
  const after = withoutFiles(run)
  expect(existsSync(path)).toBe(false)
  expect(JSON.stringify(after)).not.toContain(path)
  expect(after.costs.kept).toEqual(run.costs.gone)
})

test('a run whose heaps are kept reports their size', async () => {
  const path = join(temporaryFolder(), 'heaps', 'a.heapsnapshot')
  const run = await withFiles(runOf(heap(path)), untold)
  expect(existsSync(path)).toBe(true)
  expect(run.heaps).toMatchObject([{ path, bytes: expect.toSatisfy(bytes => bytes > 100) }])
})

test('a run whose heaps cannot be kept still has its answer', async () => {
  const folder = temporaryFolder()
  const taken = join(folder, 'file')
  writeFileSync(taken, '')
  const first = join(folder, 'heaps', 'a.heapsnapshot')
  const run = await withFiles(runOf(heap(first), heap(join(taken, 'b.heapsnapshot'))), untold)
  expect(existsSync(first)).toBe(false)
  expect(run.heaps).toMatchObject([{ path: null }, { path: null }])
  expect(run.notes).toEqual([expect.stringMatching(/^No heap is kept: .*file/)])
})

test('a run that is left before its heaps are kept leaves none', async () => {
  const folder = temporaryFolder()
  const left = join(folder, 'left.heapsnapshot')
  writeFileSync(left, '{}')
  {
    using _ = unlessKept(runOf(heldSnapshot(left, origin, undefined)))
  }
  expect(existsSync(left)).toBe(false)
  const run = runOf(heap(join(folder, 'heaps', 'a.heapsnapshot')))
  {
    using _ = unlessKept(run)
    await withFiles(run, untold)
  }
  expect(existsSync(run.snapshots[0]!.path)).toBe(true)
})

test('a heap that somebody removes as soon as it is written is not a failure', async () => {
  const [gone, there] = [1, 2].map(at => heap(join(temporaryFolder(), 'heaps', `${at}.heapsnapshot`))) as [
    HeldSnapshot,
    HeldSnapshot,
  ]
  const removing = { ...there, write: async () => rmSync(gone.path) }
  const run = await withFiles(runOf(gone, removing), untold)
  expect(run.heaps).toMatchObject([{ bytes: 1 }, { bytes: 1 }])
})

test('a run that is aborted while its heaps are written still has its answer', async () => {
  const off = new AbortController()
  off.abort(new Error('enough'))
  const run = await withFiles(runOf(heap(join(temporaryFolder(), 'a.heapsnapshot'))), {
    ...untold,
    signal: off.signal,
  })
  expect(run.notes).toEqual(['No heap is kept: that was interrupted.'])
})
