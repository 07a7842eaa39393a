import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { controlGroups, ownGroupFolder } from './control-groups.js'
import { type FreeMemory, machineMemory, tightest } from './memory-limits.js'

/** Our own control group, as a place for the child of a process of another group. */
export interface OwnGroup {
  readonly folder: string
  /** Memory that is still free there. */
  readonly memory: FreeMemory
}

/**
 * Our own control group, into which a fork of a process can be moved so that its further allocations are not charged to
 * the process's group. `undefined` when that would change nothing (the same group, or no limit of its own), or is not
 * permitted. Permitted to root; to others in version 2 when both groups are in one that is delegated to them, and in
 * version 1 when ours is.
 */
export function ownGroupFor(pid: number): OwnGroup | undefined {
  const theirs = controlGroups(pid)
  const version = theirs[0]?.version
  const folder = version === undefined ? undefined : ownGroupFolder(version)
  if (version === undefined || folder === undefined) return undefined

  const ours = controlGroups(process.pid)
  const left = theirs.filter(group => group.limit !== undefined && !ours.some(({ folder }) => folder === group.folder))
  if (left.length === 0) return undefined
  // Version 2 also requires write permission in the common ancestor of both groups.
  const asked = version === 1 ? [folder] : [folder, commonFolder(folder, theirs[0]!.folder)]
  const memory = tightest(ours, machineMemory())
  return memory !== undefined && asked.every(mayPutInto) ? { folder, memory } : undefined
}

/**
 * Moves a fork of a process into a control group: its further allocations are charged there. Pages that it shares with
 * the process stay charged where they were. Throws if the fork is not in the same groups as the process. Errors: those
 * of the file system.
 */
export function moveToGroup({ folder }: OwnGroup, copy: number, original: number): void {
  // Pids are reused: only a process in the same groups can be the child.
  const [copied, groups] = [copy, original].map(pid => readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
  if (copied !== groups) throw new Error(`process ${copy} is not in the control groups of process ${original}`)
  writeFileSync(join(folder, PROCESSES), String(copy))
}

const PROCESSES = 'cgroup.procs'

function mayPutInto(folder: string): boolean {
  try {
    accessSync(join(folder, PROCESSES), constants.W_OK)
    return true
  } catch {
    return false
  }
}

function commonFolder(one: string, other: string): string {
  const [words, others] = [one.split('/'), other.split('/')]
  const parted = words.findIndex((word, place) => word !== others[place])
  return (parted === -1 ? words : words.slice(0, parted)).join('/')
}
