import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CAP_SYS_ADMIN, CAP_SYS_RESOURCE, isCapable } from './capabilities.js'
import { groupFolders } from './control-groups.js'
import type { ProcessFacts } from './facts.js'
import { everyProcess } from './process-tree.js'
import { read } from './read.js'

/** What a process may have at most, by its own limits (`ulimit`, `prlimit`); Infinity where it has none. */
export interface OwnLimits {
  readonly descriptors: Limit
  /** Threads of its user, all processes together. */
  readonly threads: Limit
  /** Bytes. */
  readonly addressSpace: Limit
  /** Bytes it may write to that are nobody else's: the heap and all buffers. */
  readonly dataSize: Limit
}

export interface Limit {
  /** What holds. */
  readonly now: number
  /** How far the process, or another of its user, may raise it. */
  readonly most: number
}

/** The limits of a process; `undefined` where they may not be read. */
export function ownLimits(pid: number): OwnLimits | undefined {
  const text = read(`/proc/${pid}/limits`)
  if (text === undefined) return undefined
  const limit = (name: string): Limit => {
    const [, now, most] = new RegExp(`^${name} +(\\S+) +(\\S+)`, 'm').exec(text) ?? []
    return { now: number(now), most: number(most) }
  }
  return {
    descriptors: limit('Max open files'),
    threads: limit('Max processes'),
    addressSpace: limit('Max address space'),
    dataSize: limit('Max data size'),
  }
}

/** How many descriptors a process could still open; Infinity where that may not be seen. 1 ms for some thousands that are open. */
export function freeDescriptors(pid: number, { descriptors }: OwnLimits): number {
  try {
    // The limit is one of their numbers: what was opened before it was lowered stays.
    const open = readdirSync(`/proc/${pid}/fd`).filter(name => Number(name) < descriptors.now).length
    return descriptors.now - open
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** What keeps a process from starting threads. */
export interface ThreadRoom {
  /** How many it could still start. */
  readonly free: number
  /** Folder of the control group whose limit that is; `undefined` where it is that of the user (`ulimit -u`). */
  readonly group: string | undefined
}

/** How many threads a process could still start, by its user's limit and by the control groups around it. */
export function threadRoom(facts: ProcessFacts, { threads }: OwnLimits): ThreadRoom {
  const rooms: ThreadRoom[] = groupFolders(facts.pid, 'pids').map(folder => ({
    free: number(read(join(folder, 'pids.max'))?.trim()) - Number(read(join(folder, 'pids.current')) ?? 0),
    group: folder,
  }))
  rooms.push({
    free: isExempt(facts) ? Number.POSITIVE_INFINITY : threads.now - threadsOf(facts.uid, threads.now),
    group: undefined,
  })
  return rooms.reduce((least, room) => (room.free < least.free ? room : least))
}

/** Bytes a process could still map, by its own limits; Infinity where it has none. */
export function freeOwnMemory(pid: number): number {
  const limits = ownLimits(pid)
  const status = read(`/proc/${pid}/status`)
  if (limits === undefined || status === undefined) return Number.POSITIVE_INFINITY
  const used = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024
  const left = [limits.addressSpace.now - used('VmSize'), limits.dataSize.now - used('VmData')]
  return Math.max(0, Math.min(...left))
}

// The limit of a user does not hold for root and those who have such rights.
const isExempt = ({ pid, uid }: ProcessFacts): boolean => uid === 0 || isCapable(pid, CAP_SYS_ADMIN, CAP_SYS_RESOURCE)

// All there are on the machine, where that is far enough below: of one user they can only be counted process by process.
function threadsOf(uid: number, limit: number): number {
  const all = Number(/^\S+ \S+ \S+ \d+\/(\d+)/.exec(read('/proc/loadavg') ?? '')?.[1] ?? Number.POSITIVE_INFINITY)
  if (all < limit / 2) return all
  return everyProcess().reduce((sum, facts) => sum + (facts.uid === uid ? facts.threads : 0), 0)
}

const number = (text: string | undefined): number =>
  text === undefined || !/^\d+$/.test(text) ? Number.POSITIVE_INFINITY : Number(text)
