import { existsSync, mkdirSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { capturesOf, type HeldCapture } from '../../src/acquire/captures.js'
import { openHeap } from '../../src/acquire/open-heap.js'
import { attach } from '../../src/live/attach/attach.js'
import { canary } from '../../src/live/canary.js'
import { untold } from '../../src/task.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { start } from '../live/start.js'
import { temporaryFolder } from '../support/folder.js'

async function captured(
  way: 'memory' | 'fork' | 'inspector',
  until: 'asked' | 'answered' = 'asked',
): Promise<HeldCapture & { readonly folder: string }> {
  const program = await start('idle.cjs')
  await program.ask('keep 500')
  const target = await attach({ kind: 'pid', pid: program.pid })
  onTestFinished(() => target.detach())
  const folder = join(temporaryFolder(), 'heaps')
  return { folder, ...(await capturesOf(target, await canary(target), folder, way).hold(untold, { until })) }
}

/** The names in a folder, none if it does not exist. */
const names = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** The files of a folder that this process has open, with or without a name. */
const openIn = (folder: string): string[] =>
  readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(`${folder}/`) ? path : []
    } catch {
      return []
    }
  })

describe.runIf(hasAddon)(`a held snapshot, from memory${unlessAddon}`, () => {
  test.each(['asked', 'answered'] as const)('does not exist until it is written: %s', async until => {
    const { folder, heap, snapshot } = await captured('memory', until)
    expect(names(folder)).toEqual([])
    expect(openIn(folder)).toHaveLength(until === 'asked' ? 1 : 0)
    const { nodeCount, edgeCount } = heap!.graph
    expect((await snapshot.open(untold)).graph).toMatchObject({ nodeCount, edgeCount })

    await snapshot.write(untold)
    await snapshot.write(untold)
    expect(names(folder).toSorted()).toEqual(
      ['.gitignore', ...['', '.origin.json'].map(end => `${snapshot.path.slice(folder.length + 1)}${end}`)].toSorted(),
    )
    expect((statSync(snapshot.path).mode & 0o777).toString(8)).toBe('600')
    const read = await openHeap(snapshot.path, untold)
    expect(read.graph).toMatchObject({ nodeCount, edgeCount })
    expect(read.origin).toEqual(heap!.origin)
    expect((await snapshot.open(untold)).graph).toMatchObject({ nodeCount, edgeCount })
    expect(openIn(folder)).toEqual([])
  })

  test('leaves nothing behind when it is released', async () => {
    const { folder, snapshot } = await captured('memory')
    snapshot.discard()
    expect(names(folder)).toEqual([])
    expect(openIn(folder)).toEqual([])
  })

  test('is released unless it was written', async () => {
    const { folder, snapshot } = await captured('memory')
    snapshot.letGo()
    expect(openIn(folder)).toEqual([])
    const kept = await captured('memory')
    await kept.snapshot.write(untold)
    kept.snapshot.letGo()
    expect(existsSync(kept.snapshot.path)).toBe(true)
  })

  test('does not exist if its origin file cannot be written', async () => {
    const { folder, snapshot } = await captured('memory')
    mkdirSync(join(folder, '.gitignore'), { recursive: true, mode: 0o700 })
    await expect(snapshot.write(untold)).rejects.toMatchObject({ code: 'OUTPUT' })
    expect(names(folder)).toEqual(['.gitignore'])
    snapshot.letGo()
    expect(openIn(folder)).toEqual([])
  })

  test('leaves no partial file if the folder was replaced by a file', async () => {
    const { folder, snapshot } = await captured('memory')
    writeFileSync(folder, '')
    await expect(snapshot.write(untold)).rejects.toMatchObject({ code: 'OUTPUT' })
    snapshot.discard()
    expect(openIn(folder)).toEqual([])
  })
})

test('a held snapshot of another method exists at once, and is removed when it is released', async () => {
  const { folder, heap, snapshot } = await captured('inspector')
  expect(heap).toBeUndefined()
  expect(names(folder)).toContain(snapshot.path.slice(folder.length + 1))
  await snapshot.write(untold)
  expect((await snapshot.open(untold)).origin.path).toBe(snapshot.path)
  snapshot.discard()
  expect(names(folder)).toEqual(['.gitignore'])
})
