import { openHeap } from '../acquire/open-heap.js'
import { type KnownIds, knownIds } from '../heap/known-ids.js'
import type { Task } from '../task.js'

/**
 * Reads the older heap of `--since`, and replaces its path by its known ids; the heap itself is released. Errors: those
 * of reading, UNSUPPORTED if its session is unknown.
 */
export async function withOlderHeap(
  values: Readonly<Record<string, unknown>>,
  task: Task,
): Promise<Readonly<Record<string, unknown>>> {
  return typeof values.since === 'string' ? { ...values, since: await idsIn(values.since, task) } : values
}

const idsIn = async (path: string, task: Task): Promise<KnownIds> => knownIds(await openHeap(path, task))
