import { setTimeout as sleep } from 'node:timers/promises'
import { environment, hasEnded, type ProcessFacts } from '../linux/facts.js'
import { everyProcess } from '../linux/process-tree.js'
import { signalThreadSleeps } from '../linux/signal-thread.js'
import { forgetOpening, noteGivenUp } from './openings.js'

/** Whether a process was started by a cluster's primary. */
export function isClusterWorker({ pid }: ProcessFacts): boolean {
  return environment(pid, 'NODE_UNIQUE_ID') !== undefined
}

/** The workers of a cluster whose primary a process is. */
export const clusterWorkersOf = (pid: number): ProcessFacts[] =>
  everyProcess().filter(other => other.parent === pid && isClusterWorker(other))

/**
 * To be called before a process is signalled: the primary of a cluster passes the signal on to its workers, which then want the same
 * port (`NODE_DEBUG_ENABLED` in lib/internal/cluster/primary.js). As long as the primary holds it they open nothing; only once all of
 * them have found it taken may it be freed. What is given tells whether they have: at once where there are none. A worker of which
 * that is not seen within a second is noted, as its inspector may open yet.
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

/** From the signal to the attempt, on a busy machine. */
const OPENS_WITHIN_MS = 150
