import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groupsFrom } from '../../src/live/linux/control-groups.js'
import { tightest } from '../../src/live/linux/memory-limits.js'
import { temporaryFolder } from '../support/folder.js'

const MB = 2 ** 20

/** Writes files as the kernel would show them and returns their folder. */
function drawn(files: Record<string, string | number>): string {
  const root = temporaryFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
  return root
}

const version2 = '35 31 0:32 / /cg rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n'
const machine = { available: 8000 * MB, swap: 0 }

test('version 2: the tightest of all groups around a process, without the page cache', () => {
  const root = drawn({
    'cg/memory.pressure': 'the topmost group has no memory.current',
    'cg/pods/memory.max': 300 * MB,
    'cg/pods/memory.current': 250 * MB,
    'cg/pods/memory.stat': `anon 1\ninactive_file ${20 * MB}`,
    'cg/pods/memory.oom.group': 0,
    'cg/pods/api/memory.max': 200 * MB,
    'cg/pods/api/memory.current': 100 * MB,
    'cg/pods/api/memory.stat': 'anon 1\ninactive_file 0',
    'cg/pods/api/memory.swap.max': 0,
  })
  const groups = groupsFrom({ groups: '0::/pods/api\n', mounts: version2, root })
  expect(groups.map(({ limit, used }) => [limit, used])).toEqual([
    [200 * MB, 100 * MB],
    [300 * MB, 230 * MB],
  ])
  expect(tightest(groups, machine)).toEqual({
    bytes: 70 * MB,
    swap: 0,
    bound: 'cgroup',
    limit: 300 * MB,
    whenPassed: 'ends one',
  })
})

test('version 2: a group that is killed as a whole includes everything in it', () => {
  const files = {
    'cg/pod/memory.max': 300 * MB,
    'cg/pod/memory.current': 250 * MB,
    'cg/pod/api/memory.max': 'max',
    'cg/pod/api/memory.current': 100 * MB,
  }
  const whenPassed = (more: Record<string, number>): string | undefined =>
    tightest(groupsFrom({ groups: '0::/pod/api', mounts: version2, root: drawn({ ...files, ...more }) }), machine)
      ?.whenPassed
  expect(whenPassed({})).toBe('ends one')
  expect(whenPassed({ 'cg/pod/memory.oom.group': 1 })).toBe('ends all')
  expect(whenPassed({ 'cg/pod/api/memory.oom.group': 1 })).toBe('ends all')
})

test('no limit: the machine is the limit', () => {
  const root = drawn({ 'cg/api/memory.max': 'max', 'cg/api/memory.current': 100 * MB })
  expect(tightest(groupsFrom({ groups: '0::/api', mounts: version2, root }), machine)).toEqual({
    bytes: 8000 * MB,
    swap: 0,
    bound: 'machine',
    whenPassed: 'ends one',
  })
})

test('version 1: beside version 2 for other controllers, with a limit set outside the container', () => {
  const mounts =
    '31 23 0:28 / /cg2 rw - cgroup2 cgroup2 rw\n40 23 0:35 /docker/ab\\040c /cg/memory rw - cgroup cgroup rw,memory\n'
  const root = drawn({
    'cg/memory/memory.limit_in_bytes': '9223372036854771712',
    'cg/memory/memory.usage_in_bytes': 300 * MB,
    'cg/memory/memory.stat': `hierarchical_memory_limit ${500 * MB}\ntotal_inactive_file ${50 * MB}`,
    'cg/memory/memory.oom_control': 'oom_kill_disable 1\nunder_oom 0',
  })
  const groups = groupsFrom({ groups: '0::/\n4:cpu,memory:/docker/ab c\n', mounts, root })
  expect(tightest(groups, machine)).toMatchObject({ bytes: 250 * MB, limit: 500 * MB, whenPassed: 'hangs all' })
})

test('the swap of a group counts only as far as the machine has it', () => {
  const root = drawn({
    'cg/api/memory.max': 200 * MB,
    'cg/api/memory.current': 100 * MB,
    'cg/api/memory.swap.max': 'max',
    'cg/api/memory.swap.current': 5 * MB,
  })
  const groups = groupsFrom({ groups: '0::/api', mounts: version2, root })
  expect(tightest(groups, { available: 8000 * MB, swap: 64 * MB })?.swap).toBe(64 * MB)
})

test('groups outside the mounted ones are not mistaken for them', () => {
  const root = drawn({ 'cg/other/memory.max': 1, 'cg/other/memory.current': 1 })
  expect(groupsFrom({ groups: '0::/../other', mounts: version2, root })).toEqual([])
  expect(groupsFrom({ groups: '', mounts: version2, root })).toEqual([])
  expect(groupsFrom({ groups: '0::/other', mounts: '', root })).toEqual([])
})
