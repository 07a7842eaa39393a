import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { freeMemory } from '../../src/live/linux/memory-limits.js'
import { start } from './start.js'
import { tightGroup } from './tight-group.js'

test('the machine is the limit if no control group is tighter', () => {
  const available = Number(/MemAvailable:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))![1]) * 1024
  expect(freeMemory(process.pid)!.bytes).toBeLessThan(available * 1.1)
})

test('the limit of a control group, minus its usage, applies', async context => {
  using group = tightGroup(context, 400 * 2 ** 20)
  const program = await start('idle.cjs')
  group.put(program.pid)

  const free = freeMemory(program.pid)!
  expect(free.bound).toBe('cgroup')
  expect(free.bytes / 2 ** 20).toBeGreaterThan(300)
  expect(free.bytes / 2 ** 20).toBeLessThanOrEqual(400)
  program.child.kill('SIGKILL')
  await program.ended
})

test("the process' own limit applies if it is tighter", async () => {
  const program = await start('idle.cjs', { under: ['prlimit', `--data=${400 * 2 ** 20}`] })
  const free = freeMemory(program.pid)!
  expect(free).toMatchObject({ bound: 'ulimit', swap: 0, whenPassed: 'ends one' })
  expect(free.bytes / 2 ** 20).toBeGreaterThan(100)
  expect(free.bytes / 2 ** 20).toBeLessThan(400)
})
