import { expect, test } from 'vitest'
import { memoryParts } from '../../src/live/linux/memory-map.js'
import { processMemory } from '../../src/live/memory.js'
import { start } from './start.js'

test('the parts sum up to the USS of the process, and worker threads appear as stacks', async () => {
  const idle = await start('idle.cjs')
  const threaded = await start('workers.cjs')
  const parts = memoryParts(idle.pid)!
  const { uss } = await processMemory(idle.pid)
  const sum = parts.malloc + parts.stacks + parts.files + parts.other
  expect(Math.abs(sum - uss!)).toBeLessThan(0.05 * uss!)
  expect(memoryParts(threaded.pid)!.threads).toBeGreaterThan(parts.threads)
})

test('a missing process has none', () => {
  expect(memoryParts(2 ** 22 + 1)).toBeUndefined()
})
