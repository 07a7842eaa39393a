import { basename } from 'node:path'
import type { Target } from '../live/attach/attach.js'
import { isClusterWorker } from '../live/attach/cluster.js'
import { family } from '../live/linux/process-tree.js'
import { nodeVersionOf } from '../live/linux/program.js'
import { v8Memory } from '../live/memory.js'
import { collectGarbage } from '../live/protocol/collect.js'
import { attachWorkers } from '../live/workers.js'
import type { Task } from '../task.js'
import type { Context } from './context.js'
import { withTarget } from './targets.js'

/** A process or worker thread of a program, other than the one that was named. */
export interface Member {
  readonly pid: number
  readonly worker?: number
  /** `process 4711 (cluster worker)`, `worker thread 2 (resize)`. */
  readonly label: string
}

/** The bytes by which a member's heap grew during the rounds, with garbage collected before each reading. */
export interface Watched {
  readonly member: Member
  readonly gained: number
}

/** The maximum number of processes watched: each is attached to twice. */
const maxWatched = 16
/** The growth that attaching itself and normal fluctuation can cause. */
const minGained = 128 * 1024

/** The members whose heaps grew enough to be checked, largest growth first. */
export const grown = (watched: readonly Watched[]): Watched[] =>
  watched.filter(({ gained }) => gained >= minGained).sort((a, b) => b.gained - a.gained)

type Readings = ReadonlyMap<string, { readonly member: Member; readonly heapUsed: number }>

/** The growth between two readings of the members that are in both. */
export const between = (before: Readings, after: Readings): Watched[] =>
  [...after].flatMap(([key, { member, heapUsed }]) => {
    const first = before.get(key)
    return first === undefined ? [] : [{ member, gained: heapUsed - first.heapUsed }]
  })

/**
 * Reads the heaps of the Node.js processes that came from one: a cluster's workers, and what `npm start`, `tsx` or
 * `node --watch` started. leakscope attaches to one after the other and leaves each as it was found; one that cannot be
 * attached to is skipped. About a second each.
 */
export async function processHeaps(pid: number, context: Context): Promise<Readings> {
  const { task } = context
  const readings = new Map<string, { member: Member; heapUsed: number }>()
  if (process.platform !== 'linux') return readings
  const others = family(pid)
    .slice(1)
    .filter(other => nodeVersionOf(other.pid) !== undefined && other.pid !== process.pid)
  for (const facts of others.slice(0, maxWatched)) {
    task.signal.throwIfAborted()
    const member = { pid: facts.pid, label: `process ${facts.pid}${isClusterWorker(facts) ? ' (cluster worker)' : ''}` }
    const heapUsed = await withTarget({ kind: 'pid', pid: facts.pid }, context, target =>
      livingBytes(target, task),
    ).catch(() => undefined)
    task.signal.throwIfAborted()
    if (heapUsed !== undefined) readings.set(`${facts.pid}`, { member, heapUsed })
  }
  return readings
}

/** Reads the heaps of a target's worker threads. */
export async function threadHeaps(target: Target, task: Task): Promise<Readings> {
  const readings = new Map<string, { member: Member; heapUsed: number }>()
  // A worker thread does not see the others.
  if (target.worker !== undefined || target.pid === null) return readings
  await using workers = await attachWorkers(target)
  for (const worker of workers.targets) {
    const { id, name, script } = worker.worker!
    const heapUsed = await livingBytes(worker, task).catch(() => undefined)
    task.signal.throwIfAborted()
    const member = { pid: target.pid, worker: id, label: `worker thread ${id} (${name ?? basename(script)})` }
    if (heapUsed !== undefined) readings.set(`worker ${id}`, { member, heapUsed })
  }
  return readings
}

async function livingBytes(target: Target, task: Task): Promise<number> {
  await collectGarbage(target, task)
  return (await v8Memory(target)).heapUsed
}
