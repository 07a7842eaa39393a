import { expect, test } from 'vitest'
import { memoryParts } from '../../src/live/linux/memory-map.js'
import { processMemory } from '../../src/live/memory.js'
import { start } from './start.js'

test('the parts are the USS of the process, and worker threads show as stacks', async () => {
  const idle = await start('idle.cjs')
  const threaded = await start('workers.cjs')
  const parts = memoryParts(idle.pid)!
  const { uss } = await processMemory(idle.pid)
  const sum = parts.malloc + parts.stacks + parts.files + parts.other
  expect(Math.abs(sum - uss!)).toBeLessThan(0.05 * uss!)
  expect(memoryParts(threaded.pid)!.threads).toBeGreaterThan(parts.threads)
})

test('a process that is not there has none', () => {
  expect(memoryParts(2 ** 22 + 1)).toBeUndefined()
})
