import type { Target } from '../live/attach/attach.js'
import { clusterWorkersOf } from '../live/attach/cluster.js'

/** Which processes of a program are neither the target nor watched beside it, for who is told that nothing leaks there. */
export function otherHeaps(target: Target): string[] {
  // A worker thread knows of no others.
  if (target.worker !== undefined || target.pid === null || process.platform !== 'linux') return []
  const workers = clusterWorkersOf(target.pid)
  if (workers.length === 0) return []
  return [
    `Not looked at: the workers of its cluster, process ${workers.map(({ pid }) => pid).join(', ')}; leakscope check ${target.pid} watches them.`,
  ]
}
