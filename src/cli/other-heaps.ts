import type { Target } from '../live/attach/attach.js'
import { clusterWorkersOf } from '../live/attach/cluster.js'
import { workerThreads } from '../live/workers.js'

/** Which heaps of a program are not the one of a target, for who is told that nothing leaks there. */
export async function otherHeaps(target: Target): Promise<string[]> {
  // A worker thread knows of no others.
  if (target.worker !== undefined) return []
  const notes: string[] = []
  // A note is not worth a failure.
  const threads = await workerThreads(target).catch(() => [])
  if (threads.length > 0) {
    const each = threads.map(({ id, name }) => (name === null ? `${id}` : `${id} (${name})`)).join(', ')
    notes.push(
      threads.length === 1
        ? `Not looked at: the heap of its worker thread ${each}. --worker ${threads[0]!.id} does.`
        : `Not looked at: the heaps of its worker threads ${each}. --worker <id> looks at one.`,
    )
  }
  const workers = target.pid === null || process.platform !== 'linux' ? [] : clusterWorkersOf(target.pid)
  if (workers.length > 0) {
    notes.push(`Not looked at: the workers of its cluster, process ${workers.map(({ pid }) => pid).join(', ')}.`)
  }
  return notes
}
