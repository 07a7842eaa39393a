import { InvalidArgumentError, Option } from 'commander'
import type { Target } from '../live/attach/attach.js'

/** The worker thread of a command: its `threadId`, 0 for the main thread. */
export const workerOption = (): Option =>
  new Option(
    '--worker <id>',
    'use the heap of this worker thread (`doctor --attach` lists them), not of the main thread',
  ).argParser(parseThread)

/** The same, for commands that can capture all heaps of a process. */
export const workerOrAllOption = (): Option =>
  new Option(
    '--worker <id|all>',
    'use the heap of this worker thread, or of the main thread and all workers',
  ).argParser((text: string) => (text === 'all' ? 'all' : parseThread(text)))

function parseThread(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give the thread id of a worker, as in --worker 3.')
}

/**
 * Runs `work` with a worker thread of a target, and leaves it; with the target itself if no worker is selected. Errors:
 * NO_TARGET.
 */
export async function inWorker<T>(
  target: Target,
  id: number | undefined,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  if (id === undefined || id === 0) return work(target)
  const { attachWorker } = await import('../live/workers.js')
  await using workers = await attachWorker(target, id)
  return await work(workers.targets[0]!)
}
