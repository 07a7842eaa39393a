import { join, posix } from 'node:path'
import { read } from './read.js'

/** A control group that accounts for and limits memory: of a container, a service, or an enclosing group. Bytes. */
export interface ControlGroup {
  /** Its folder as we see it. */
  readonly folder: string
  readonly version: 1 | 2
  /** Exceeding it makes the kernel end a process; `undefined` when the group has no limit. */
  readonly limit: number | undefined
  /** Memory that the group uses, without the file cache, which is dropped when memory is needed. */
  readonly used: number
  /** How much it may still swap out. */
  readonly swap: number
  /** Whether the kernel ends every process of the group when memory runs out, not only the largest (`memory.oom.group`). */
  readonly endsAll: boolean
  /** Whether it ends none, and all hang (`oom_kill_disable` of version 1). */
  readonly hangsAll: boolean
}

/** The kernel's data about a process's groups; read by `controlGroups`, made up by tests. */
export interface GroupFiles {
  /** `/proc/<pid>/cgroup` */
  readonly groups: string
  /** `/proc/<pid>/mountinfo` of the process whose mounts are used. */
  readonly mounts: string
  /** Path prefix of those mounts: empty for our own, `/proc/<pid>/root` for another process's. */
  readonly root: string
}

/**
 * The control groups of a process that account for memory, innermost first, of version 2 or 1. Groups outside our
 * container are invisible; those of the target's container are looked up through its own root. Empty when there are
 * none.
 */
export function controlGroups(pid: number): ControlGroup[] {
  const groups = read(`/proc/${pid}/cgroup`) ?? ''
  const ours = groupsFrom({ groups, mounts: read('/proc/self/mountinfo') ?? '', root: '' })
  if (ours.length > 0) return ours
  return groupsFrom({ groups, mounts: read(`/proc/${pid}/mountinfo`) ?? '', root: `/proc/${pid}/root` })
}

/** The groups from this data, innermost first. */
export function groupsFrom(files: GroupFiles): ControlGroup[] {
  for (const { version, folders } of places(files)) {
    const groupIn = version === 2 ? groupOfVersion2 : groupOfVersion1
    const found = folders.map(groupIn).filter(group => group !== undefined)
    if (found.length > 0) return found
  }
  return []
}

/**
 * The folder of our own control group in the memory hierarchy of that version, whether or not memory is accounted at
 * this level. `undefined` when it cannot be seen.
 */
export function ownGroupFolder(version: 1 | 2): string | undefined {
  const files = { groups: read('/proc/self/cgroup') ?? '', mounts: read('/proc/self/mountinfo') ?? '', root: '' }
  return places(files).find(place => place.version === version)?.folders[0]
}

/**
 * Folders of a process's group and of the enclosing groups in the hierarchy of a controller (`pids`), innermost first,
 * as far as we can see them. In version 2 all controllers share one hierarchy.
 */
export function groupFolders(pid: number, controller: string): readonly string[] {
  const files = {
    groups: read(`/proc/${pid}/cgroup`) ?? '',
    mounts: read('/proc/self/mountinfo') ?? '',
    root: '',
  }
  return places(files, controller).flatMap(({ folders }) => folders)
}

/** A process's groups in one hierarchy. */
interface Place {
  readonly version: 1 | 2
  /** Of its group and the enclosing groups, as far as they are mounted, innermost first. */
  readonly folders: readonly string[]
}

function places({ groups, mounts, root }: GroupFiles, controller = 'memory'): Place[] {
  return groups.split('\n').flatMap((line): Place[] => {
    // `0::/system.slice/api.service` is the group of version 2, `9:memory:/docker/ab12` the memory group of version 1.
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
  /** The group at the mount point; inside a container it is not the root group. */
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

// The limits of enclosing groups apply too.
function upwards({ top, at }: Hierarchy, path: string, root: string): string[] {
  if (top !== '/' && path !== top && !path.startsWith(`${top}/`)) return []
  // Groups outside our namespace's root are not mounted.
  if (top === '/' && path.startsWith('/..')) return []
  const folders: string[] = []
  for (let group = top === '/' ? path : path.slice(top.length) || '/'; ; group = posix.dirname(group)) {
    folders.push(join(root, at, group))
    if (group === '/') return folders
  }
}

function groupOfVersion2(folder: string): ControlGroup | undefined {
  const used = number(folder, 'memory.current')
  if (used === undefined) return undefined // the root group and groups without the memory controller have no such file
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
  // The tightest limit of the enclosing groups, including invisible ones.
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

// "No limit" reads as `max`, in version 1 as the largest possible number of pages.
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
