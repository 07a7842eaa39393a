import { setTimeout as wait } from 'node:timers/promises'
import { allocationsIn, checkTargetOf } from '../acquire/check-target.js'
import { whereAndWhen } from '../acquire/where-and-when.js'
import type { Allocation } from '../check/target.js'
import { type Leaks, leaks } from '../growth/leaks.js'
import type { Heap, HeapSeries } from '../heap/heap.js'
import { defaultInterval, dropSampling, startSampling, stopSampling } from '../live/protocol/sampling.js'
import { scripts } from '../live/protocol/scripts.js'
import type { Target } from '../live/target.js'
import { placesOf } from '../sources/scripts.js'
import type { Task } from '../task.js'
import type { CaptureChoice } from './capture-option.js'
import type { Io } from './io.js'

/** Options of an allocation recording. */
export interface AllocationOptions {
  /** The folder for heaps that are kept. */
  readonly folder: string
  readonly capture?: CaptureChoice
  readonly force?: boolean
  /** Bytes between two samples, on average. */
  readonly interval?: number
  /**
   * Whether heaps are captured before and after, to find what retains the memory; by default, if a forked child can do
   * it.
   */
  readonly retainers?: boolean
}

/** Memory allocated during the recording and alive at its end. */
export interface Recorded {
  readonly allocations: readonly Allocation[]
  readonly startedAt: number
  readonly seconds: number
  readonly interval: number
  /** What grew meanwhile, and what retains it; `undefined` if no heap was captured. */
  readonly growth: Leaks | undefined
  readonly notes: readonly string[]
}

/**
 * Samples the allocations of a target until `ended` settles. A heap is captured before and after if that pauses the
 * target only for milliseconds; of the first, only counts are kept. Errors: those of capturing, the signal's reason.
 */
export async function recordAllocations(
  target: Target,
  ended: (task: Task) => Promise<void>,
  { folder, capture, force = false, interval = defaultInterval, retainers }: AllocationOptions,
  task: Task,
): Promise<Recorded> {
  const side = await checkTargetOf(
    target,
    { folder, force, save: false, interval, ...(capture === undefined ? {} : { way: capture }) },
    task,
  )
  try {
    const joins = retainers ?? (await side.capturesInChild())
    if (!joins) return await withoutHeaps(target, ended, interval, retainers, task)
    let startedAt = 0
    let seconds = 0
    let allocations: readonly Allocation[] = []
    const next = async (): Promise<IteratorResult<Heap, undefined>> => {
      if (startedAt === 0) {
        const { heap } = await side.capture()
        // Before the heap is analysed, so that meanwhile allocations are sampled.
        await side.startSampling()
        startedAt = Date.now()
        return { done: false, value: heap }
      }
      if (seconds > 0) return { done: true, value: undefined }
      await ended(task)
      seconds = (Date.now() - startedAt) / 1000
      const after = await side.capture()
      allocations = after.allocations
      return { done: false, value: after.heap }
    }
    const series: HeapSeries = { length: 2, [Symbol.asyncIterator]: () => ({ next }) }
    const growth = await leaks(series)
    return { allocations, startedAt, seconds, interval, growth, notes: [] }
  } finally {
    await side.release()
  }
}

async function withoutHeaps(
  target: Target,
  ended: (task: Task) => Promise<void>,
  interval: number,
  retainers: boolean | undefined,
  task: Task,
): Promise<Recorded> {
  await startSampling(target, interval)
  const startedAt = Date.now()
  await ended(task)
  const allocations = await stopAllocations(target)
  const why = 'What retains it is not shown: capturing this process would pause it; --retainers captures all the same.'
  return {
    allocations,
    startedAt,
    seconds: (Date.now() - startedAt) / 1000,
    interval,
    growth: undefined,
    notes: retainers === false ? [] : [why],
  }
}

/**
 * Ends the sampling of a target and returns the live allocations, with functions and locations of the original source.
 * Errors: NOT_FOUND if no sampling runs.
 */
export async function stopAllocations(target: Target): Promise<Allocation[]> {
  const sampled = await stopSampling(target)
  await dropSampling(target)
  const listed = await scripts(target)
  const { cwd } = await whereAndWhen(target)
  return allocationsIn({ places: placesOf(() => listed, cwd ?? undefined) }, sampled)
}

/** Waits for that time, or until the first Ctrl-C, which ends the recording but not the command. */
export const lasting =
  (milliseconds: number, io: Pick<Io, 'onNextInterrupt'>) =>
  async (task: Task): Promise<void> => {
    const early = new AbortController()
    const restore = io.onNextInterrupt?.(() => early.abort())
    const signal = AbortSignal.any([task.signal, early.signal])
    const end = performance.now() + milliseconds
    try {
      for (let left = milliseconds; left > 0 && !early.signal.aborted; left = end - performance.now()) {
        task.progress(`sampling allocations, ${Math.ceil(left / 1000)} s left`, 1 - left / milliseconds)
        await wait(Math.min(left, 500), undefined, { signal }).catch(() => task.signal.throwIfAborted())
      }
    } finally {
      restore?.()
    }
  }
