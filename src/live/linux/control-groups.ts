import { join, posix } from 'node:path'
import { read } from './read.js'

/** A control group that counts and bounds memory: a container, a service, or one around them. Bytes. */
export interface ControlGroup {
  /** Its folder, as far as we can see it. */
  readonly folder: string
  readonly version: 1 | 2
  /** What ends a process when it is passed; `undefined` where the group sets no limit. */
  readonly limit: number | undefined
  /** What the group uses, without files that are cached for it and dropped when memory is wanted. */
  readonly used: number
  /** What it may still swap out. */
  readonly swap: number
  /** Whether the kernel ends every process of the group when memory runs out, not only the largest (`memory.oom.group`). */
  readonly endsAll: boolean
  /** Whether it ends none, and all stand still for ever (`oom_kill_disable` of version 1). */
  readonly hangsAll: boolean
}

/** What the kernel tells of where a process stands; read by `controlGroups`, drawn by tests. */
export interface Standing {
  /** `/proc/<pid>/cgroup` */
  readonly groups: string
  /** `/proc/<pid>/mountinfo` of whoever looks. */
  readonly mounts: string
  /** Where the file system of those mounts begins: empty for our own, `/proc/<pid>/root` for another's. */
  readonly root: string
}

/**
 * The control groups a process lives in that count memory, innermost first, of version 2 or 1. Groups outside our container cannot
 * be seen; those of the target's container are looked up through its own root. Empty where there are none.
 */
export function controlGroups(pid: number): ControlGroup[] {
  const groups = read(`/proc/${pid}/cgroup`) ?? ''
  const ours = groupsFrom({ groups, mounts: read('/proc/self/mountinfo') ?? '', root: '' })
  if (ours.length > 0) return ours
  return groupsFrom({ groups, mounts: read(`/proc/${pid}/mountinfo`) ?? '', root: `/proc/${pid}/root` })
}

/** The groups of a standing, innermost first. */
export function groupsFrom(standing: Standing): ControlGroup[] {
  for (const { version, folders } of places(standing)) {
    const groupIn = version === 2 ? groupOfVersion2 : groupOfVersion1
    const found = folders.map(groupIn).filter(group => group !== undefined)
    if (found.length > 0) return found
  }
  return []
}

/**
 * The folder of the control group that we ourselves live in, in the hierarchy of that version that counts memory, whether it counts
 * ours there or only around it. `undefined` where it cannot be seen.
 */
export function ownGroupFolder(version: 1 | 2): string | undefined {
  const standing = { groups: read('/proc/self/cgroup') ?? '', mounts: read('/proc/self/mountinfo') ?? '', root: '' }
  return places(standing).find(place => place.version === version)?.folders[0]
}

/**
 * Folders of the group a process lives in and of those around it in the hierarchy of a controller (`pids`), innermost first, as far as
 * they can be seen from here. In version 2 all controllers share one.
 */
export function groupFolders(pid: number, controller: string): readonly string[] {
  const standing = {
    groups: read(`/proc/${pid}/cgroup`) ?? '',
    mounts: read('/proc/self/mountinfo') ?? '',
    root: '',
  }
  return places(standing, controller).flatMap(({ folders }) => folders)
}

/** Where a process stands in one hierarchy of groups. */
interface Place {
  readonly version: 1 | 2
  /** Of its group and those around it as far as they are mounted, innermost first. */
  readonly folders: readonly string[]
}

function places({ groups, mounts, root }: Standing, controller = 'memory'): Place[] {
  return groups.split('\n').flatMap((line): Place[] => {
    // `0::/system.slice/api.service` is the one group of version 2, `9:memory:/docker/ab12` the memory group of version 1.
    const [, number, controllers, path] = /^(\d+):([^:]*):(.+)$/.exec(line) ?? []
    if (number === undefined || path === undefined) return []
    const version = number === '0' && controllers === '' ? 2 : 1
    if (version === 1 && !controllers!.split(',').includes(controller)) return []
    return hierarchies(mounts, version, controller)
      .map(mount => ({ version, folders: upwards(mount, path, root) }) as const)
      .filter(({ folders }) => folders.length > 0)
  })
}

interface Hierarchy {
  /** The group that is seen at the mount point: not the topmost inside a container. */
  readonly top: string
  readonly at: string
}

// `35 31 0:32 /docker/ab12 /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory`; spaces in paths are written \040.
function hierarchies(mounts: string, version: 1 | 2, controller: string): Hierarchy[] {
  return mounts.split('\n').flatMap(line => {
    const [mounted = '', system = ''] = line.split(' - ')
    const [type, , options = ''] = system.split(' ')
    if (version === 2 ? type !== 'cgroup2' : type !== 'cgroup' || !options.split(',').includes(controller)) return []
    const [top, at] = mounted.split(' ').slice(3, 5).map(unescaped)
    return top === undefined || at === undefined ? [] : { top, at }
  })
}

const unescaped = (path: string): string =>
  path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))

// The limits of the groups around a group hold for it, too.
function upwards({ top, at }: Hierarchy, path: string, root: string): string[] {
  if (top !== '/' && path !== top && !path.startsWith(`${top}/`)) return []
  // Beyond the root of our own namespace nothing is mounted for us.
  if (top === '/' && path.startsWith('/..')) return []
  const folders: string[] = []
  for (let group = top === '/' ? path : path.slice(top.length) || '/'; ; group = posix.dirname(group)) {
    folders.push(join(root, at, group))
    if (group === '/') return folders
  }
}

function groupOfVersion2(folder: string): ControlGroup | undefined {
  const used = number(folder, 'memory.current')
  if (used === undefined) return undefined // the topmost has no such file, nor has one without the memory controller
  const swapLimit = number(folder, 'memory.swap.max') ?? Number.POSITIVE_INFINITY
  return {
    folder,
    version: 2,
    limit: bounded(number(folder, 'memory.max')),
    used: Math.max(0, used - statistic(folder, 'inactive_file')),
    swap: Math.max(0, swapLimit - (number(folder, 'memory.swap.current') ?? 0)),
    endsAll: read(join(folder, 'memory.oom.group'))?.trim() === '1',
    hangsAll: false,
  }
}

function groupOfVersion1(folder: string): ControlGroup | undefined {
  const used = number(folder, 'memory.usage_in_bytes')
  if (used === undefined) return undefined
  const own = number(folder, 'memory.limit_in_bytes') ?? Number.POSITIVE_INFINITY
  // The tightest limit of the groups around it, also of those that we cannot see.
  const around = statistic(folder, 'hierarchical_memory_limit') || Number.POSITIVE_INFINITY
  const limit = bounded(Math.min(own, around))
  const both = bounded(number(folder, 'memory.memsw.limit_in_bytes'))
  const usedBoth = number(folder, 'memory.memsw.usage_in_bytes') ?? used
  return {
    folder,
    version: 1,
    limit,
    used: Math.max(0, used - statistic(folder, 'total_inactive_file')),
    swap:
      both === undefined || limit === undefined
        ? Number.POSITIVE_INFINITY
        : Math.max(0, both - usedBoth - Math.max(0, limit - used)),
    endsAll: false,
    hangsAll: /^oom_kill_disable 1$/m.test(read(join(folder, 'memory.oom_control')) ?? ''),
  }
}

// No limit reads as `max`, or in version 1 as the largest number of pages there is.
const bounded = (bytes: number | undefined): number | undefined =>
  bytes === undefined || bytes > 2 ** 60 ? undefined : bytes

function number(folder: string, file: string): number | undefined {
  const text = read(join(folder, file))?.trim()
  if (text === undefined || text === '') return undefined
  return text === 'max' ? Number.POSITIVE_INFINITY : Number(text)
}

function statistic(folder: string, name: string): number {
  const text = read(join(folder, 'memory.stat')) ?? ''
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}
