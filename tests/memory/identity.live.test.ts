import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { matchObjects } from '../../src/graph/match-objects.js'
import { typeOf } from '../../src/graph/types.js'
import { addonFile } from '../../src/live/capture/fork/obstacle.js'
import { openMemoryDump } from '../../src/memory/open.js'
import { untold } from '../../src/task.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { oldestAndNewest } from '../node-versions.js'

describe.runIf(hasAddon)(`objects are matched between heaps as by V8's ids${unlessAddon}`, () => {
  test.each(oldestAndNewest())('Node.js $version', async ({ path: node }) => {
    const folder = mkdtempSync(join(tmpdir(), 'leakscope-memory-'))
    try {
      const path = join(folder, 'heap')
      execFileSync(node, ['--expose-gc', join(import.meta.dirname, 'programs/twice.cjs'), addonFile(), path])
      const { graph: before } = await openMemoryDump(createReadStream(`${path}.a.dump`), untold)
      const { graph: after } = await openMemoryDump(createReadStream(`${path}.b.dump`), untold)
      const matches = matchObjects(before, after)
      const byId = new Map<number, number>()
      for (let at = 0; at < before.nodeCount; at++) if (before.address![at] !== 0) byId.set(before.nodeId[at]!, at)
      const all = { stayed: 0, right: 0, wrong: 0, taken: 0, new: 0 }
      const sessions = { stayed: 0, right: 0 }
      for (let at = 0; at < after.nodeCount; at++) {
        if (after.address![at] === 0) continue
        const known = byId.get(after.nodeId[at]!)
        if (known === undefined) {
          all.new++
          if (matches[at]! >= 0) all.taken++
          continue
        }
        const isSession = typeOf(after, at) === 'Session'
        all.stayed++
        if (isSession) sessions.stayed++
        if (matches[at] === known) {
          all.right++
          if (isSession) sessions.right++
        } else if (matches[at]! >= 0) all.wrong++
      }
      expect(sessions.stayed).toBeGreaterThan(3000)
      expect(sessions.right / sessions.stayed).toBeGreaterThan(0.999)
      expect(all.right / all.stayed).toBeGreaterThan(0.88)
      expect(all.wrong / all.stayed).toBeLessThan(0.001)
      expect(all.taken / all.new).toBeLessThan(0.1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
