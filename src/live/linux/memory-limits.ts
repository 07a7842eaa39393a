import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Memory a process can still get before something is ended for the lack of it, in bytes. */
export interface FreeMemory {
  readonly bytes: number
  /** What sets that bound: the machine or a control group (a container's limit, a service's). */
  readonly bound: 'machine' | 'cgroup'
}

/** Reads the tightest bound on a process: its control group, those around it, and the machine. `undefined` where none can be read. */
export function freeMemory(pid: number): FreeMemory | undefined {
  const machine = /^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo') ?? '')?.[1]
  const bounds: FreeMemory[] = controlGroups(pid).map(bytes => ({ bytes, bound: 'cgroup' }))
  if (machine !== undefined) bounds.push({ bytes: Number(machine) * 1024, bound: 'machine' })
  return bounds.sort((a, b) => a.bytes - b.bytes)[0]
}

// `0::/system.slice/api.service` is the one group of version 2, `9:memory:/docker/ab12` the memory group of version 1.
function controlGroups(pid: number): number[] {
  return (read(`/proc/${pid}/cgroup`) ?? '').split('\n').flatMap(line => {
    const [number, controllers, path] = line.split(':')
    if (path === undefined) return []
    if (number === '0' && controllers === '') return upwards('/sys/fs/cgroup', path, VERSION_2)
    return controllers?.split(',').includes('memory') ? upwards('/sys/fs/cgroup/memory', path, VERSION_1) : []
  })
}

interface Files {
  readonly limit: string
  readonly current: string
  readonly reclaimable: RegExp
}

const VERSION_2: Files = { limit: 'memory.max', current: 'memory.current', reclaimable: /^inactive_file (\d+)$/m }
const VERSION_1: Files = {
  limit: 'memory.limit_in_bytes',
  current: 'memory.usage_in_bytes',
  reclaimable: /^total_inactive_file (\d+)$/m,
}

// The limits of the groups around a group hold for it, too. (Inside a container its own group is the root of what is seen.)
function upwards(root: string, path: string, files: Files): number[] {
  const found: number[] = []
  for (let group = path; ; group = dirname(group)) {
    const free = freeIn(join(root, group), files)
    if (free !== undefined) found.push(free)
    if (group === '/' || group === '.') return found
  }
}

function freeIn(folder: string, { limit, current, reclaimable }: Files): number | undefined {
  const most = Number(read(join(folder, limit)))
  const used = Number(read(join(folder, current)))
  // No limit reads as `max`, or in version 1 as the largest number of pages there is.
  if (!Number.isFinite(most) || most === 0 || most > 2 ** 60 || Number.isNaN(used)) return undefined
  // Files cached for the group are counted as used, and dropped when memory is wanted.
  const cache = Number(reclaimable.exec(read(join(folder, 'memory.stat')) ?? '')?.[1] ?? 0)
  return Math.max(0, most - used + cache)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
