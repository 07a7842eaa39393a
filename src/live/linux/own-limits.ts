import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CAP_SYS_ADMIN, CAP_SYS_RESOURCE, isCapable } from './capabilities.js'
import { groupFolders } from './control-groups.js'
import type { ProcessFacts } from './facts.js'
import { everyProcess } from './process-tree.js'
import { read } from './read.js'

/** A process's own resource limits (`ulimit`, `prlimit`); Infinity means unlimited. */
export interface OwnLimits {
  readonly descriptors: Limit
  /** Threads of its user, over all processes. */
  readonly threads: Limit
  /** Bytes. */
  readonly addressSpace: Limit
  /** Bytes of private writable memory: the heap and all buffers. */
  readonly dataSize: Limit
}

export interface Limit {
  /** The limit in force. */
  readonly now: number
  /** How far the process, or another one of its user, may raise it. */
  readonly most: number
}

/** The limits of a process; `undefined` when they may not be read. */
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

/**
 * How many descriptors a process can still open; Infinity when that may not be read. 1 ms for some thousands of open
 * ones.
 */
export function freeDescriptors(pid: number, { descriptors }: OwnLimits): number {
  try {
    // The limit applies to descriptor numbers: higher ones, opened before it was lowered, stay open.
    const open = readdirSync(`/proc/${pid}/fd`).filter(name => Number(name) < descriptors.now).length
    return descriptors.now - open
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** How many threads a process can still start, and what limits it. */
export interface ThreadRoom {
  /** Threads it can still start. */
  readonly free: number
  /** Folder of the limiting control group; `undefined` when it is the user's limit (`ulimit -u`). */
  readonly group: string | undefined
}

/** How many threads a process can still start by its user's limit and its control groups. */
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

/** Bytes that a process can still map by its own limits; Infinity when it has none. */
export function freeOwnMemory(pid: number): number {
  const limits = ownLimits(pid)
  const status = read(`/proc/${pid}/status`)
  if (limits === undefined || status === undefined) return Number.POSITIVE_INFINITY
  const used = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024
  const left = [limits.addressSpace.now - used('VmSize'), limits.dataSize.now - used('VmData')]
  return Math.max(0, Math.min(...left))
}

// The per-user limit does not apply to root and to processes with these capabilities.
const isExempt = ({ pid, uid }: ProcessFacts): boolean => uid === 0 || isCapable(pid, CAP_SYS_ADMIN, CAP_SYS_RESOURCE)

// The count of the whole machine if that is far enough below the limit: one user's threads can only be counted process
// by process.
function threadsOf(uid: number, limit: number): number {
  const all = Number(/^\S+ \S+ \S+ \d+\/(\d+)/.exec(read('/proc/loadavg') ?? '')?.[1] ?? Number.POSITIVE_INFINITY)
  if (all < limit / 2) return all
  return everyProcess().reduce((sum, facts) => sum + (facts.uid === uid ? facts.threads : 0), 0)
}

const number = (text: string | undefined): number =>
  text === undefined || !/^\d+$/.test(text) ? Number.POSITIVE_INFINITY : Number(text)
