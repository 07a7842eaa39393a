import type { Target } from '../live/attach/attach.js'
import { clusterWorkersOf } from '../live/attach/cluster.js'

/** The processes of a program that a check did not cover, so that "not leaking" is not read as covering them. */
export function otherHeaps(target: Target): string[] {
  // A worker thread does not see the others.
  if (target.worker !== undefined || target.pid === null || process.platform !== 'linux') return []
  const workers = clusterWorkersOf(target.pid)
  if (workers.length === 0) return []
  return [
    `Not looked at: the workers of its cluster, process ${workers.map(({ pid }) => pid).join(', ')}; leakscope check ${target.pid} watches them.`,
  ]
}
