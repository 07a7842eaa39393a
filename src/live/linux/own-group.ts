import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { controlGroups, ownGroupFolder } from './control-groups.js'
import { type FreeMemory, machineMemory, tightest } from './memory-limits.js'

/** The control group we live in, as a place for the child of a process that lives in another. */
export interface OwnGroup {
  readonly folder: string
  /** What may still be used there. */
  readonly memory: FreeMemory
}

/**
 * Our own control group, where a copy of a process can be put so that what it needs from then on is not counted where the process is.
 * `undefined` where that would change nothing (the same group, or no limit of its own), and where we may not put it there. Allowed to
 * root; to others in version 2, where both groups lie in one that was given to them, and in version 1 where ours was.
 */
export function ownGroupFor(pid: number): OwnGroup | undefined {
  const theirs = controlGroups(pid)
  const version = theirs[0]?.version
  const folder = version === undefined ? undefined : ownGroupFolder(version)
  if (version === undefined || folder === undefined) return undefined

  const ours = controlGroups(process.pid)
  const left = theirs.filter(group => group.limit !== undefined && !ours.some(({ folder }) => folder === group.folder))
  if (left.length === 0) return undefined
  // Version 2 asks for the right to move processes in the group around both, too.
  const asked = version === 1 ? [folder] : [folder, commonFolder(folder, theirs[0]!.folder)]
  const memory = tightest(ours, machineMemory())
  return memory !== undefined && asked.every(mayPutInto) ? { folder, memory } : undefined
}

/**
 * Puts a copy of a process into a control group: what it needs from now on is counted there. What it shares with the process stays
 * counted where it was. A process that is not in the same groups as the one it should be a copy of is left where it is.
 * Errors: those of the file system.
 */
export function putInto({ folder }: OwnGroup, copy: number, original: number): void {
  // Numbers are used again: only what stands where the process does can be its child.
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
