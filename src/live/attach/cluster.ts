import { setTimeout as sleep } from 'node:timers/promises'
import { environment, hasEnded, type ProcessFacts } from '../linux/facts.js'
import { everyProcess } from '../linux/process-tree.js'
import { signalThreadSleeps } from '../linux/signal-thread.js'
import { forgetOpening, noteGivenUp } from './openings.js'

/** Whether a process was started by a cluster's primary. */
export function isClusterWorker({ pid }: ProcessFacts): boolean {
  return environment(pid, 'NODE_UNIQUE_ID') !== undefined
}

/** The workers of the cluster of which a process is the primary. */
export const clusterWorkersOf = (pid: number): ProcessFacts[] =>
  everyProcess().filter(other => other.parent === pid && isClusterWorker(other))

/**
 * Call it before signalling a process: the primary of a cluster passes the signal on to its workers, which then try to
 * open the same port (`NODE_DEBUG_ENABLED` in lib/internal/cluster/primary.js). While the primary holds the port, they
 * open nothing; the port may be freed only after all of them have found it taken. The returned function waits for that,
 * and returns at once without workers. A worker that has not tried within a second is noted, since its inspector may
 * still open.
 */
export function watchWorkers({ pid }: ProcessFacts): () => Promise<boolean> {
  const workers = clusterWorkersOf(pid).map(facts => ({ facts, sleeps: signalThreadSleeps(facts.pid) ?? 0 }))
  for (const { facts } of workers) noteGivenUp(facts)
  return async () => {
    if (workers.length === 0) return true
    const deadline = Date.now() + 1000
    const gotIt = ({ facts, sleeps }: (typeof workers)[number]): boolean =>
      hasEnded(facts.pid) || (signalThreadSleeps(facts.pid) ?? 0) > sleeps
    while (!workers.every(gotIt) && Date.now() < deadline) await sleep(10)
    await sleep(OPENS_WITHIN_MS)
    const done = workers.filter(gotIt)
    for (const { facts } of done) forgetOpening(facts)
    return done.length === workers.length
  }
}

/** The time from the signal to the attempt, on a busy machine. */
const OPENS_WITHIN_MS = 150
