import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freeMemory } from '../../src/live/linux/memory-limits.js'
import { start } from './start.js'

// A control group of our own inside the one these tests run in, of either version; undefined where it may not be made.
function makeGroup(): { folder: string; limit: string } | undefined {
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').split('\n')) {
    const [number, controllers, path] = line.split(':')
    const version2 = number === '0' && controllers === ''
    if (path === undefined || (!version2 && controllers !== 'memory')) continue
    const folder = join(version2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory', path, `leakscope-test-${process.pid}`)
    const limit = join(folder, version2 ? 'memory.max' : 'memory.limit_in_bytes')
    try {
      mkdirSync(folder)
      if (existsSync(limit)) return { folder, limit }
      rmdirSync(folder)
    } catch {
      // Not ours to make.
    }
  }
  return undefined
}

test('the machine is the bound where no control group is tighter', () => {
  const available = Number(/MemAvailable:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))![1]) * 1024
  expect(freeMemory(process.pid)!.bytes).toBeLessThan(available * 1.1)
})

test('the limit of a control group is the bound, less what is used', async context => {
  const group = makeGroup()
  if (group === undefined) return context.skip('no control group with a memory limit may be made here')
  onTestFinished(() => rmdirSync(group.folder))
  const program = await start('idle.cjs')
  writeFileSync(group.limit, String(400 * 2 ** 20))
  writeFileSync(join(group.folder, 'cgroup.procs'), String(program.pid))

  const free = freeMemory(program.pid)!
  expect(free.bound).toBe('cgroup')
  expect(free.bytes / 2 ** 20).toBeGreaterThan(300)
  expect(free.bytes / 2 ** 20).toBeLessThanOrEqual(400)
  program.child.kill('SIGKILL')
  await program.ended
})
