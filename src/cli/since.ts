import { openHeap } from '../acquire/open-heap.js'
import { type KnownIds, knownIds } from '../heap/known-ids.js'
import type { Task } from '../task.js'

/**
 * Reads the older heap that `--since` names, and puts what it knew in place of its path; the heap itself is let go. Errors: those of
 * reading, UNSUPPORTED where nothing is known of its session.
 */
export async function withOlderHeap(
  values: Readonly<Record<string, unknown>>,
  task: Task,
): Promise<Readonly<Record<string, unknown>>> {
  return typeof values.since === 'string' ? { ...values, since: await idsIn(values.since, task) } : values
}

const idsIn = async (path: string, task: Task): Promise<KnownIds> => knownIds(await openHeap(path, task))
