import type { Allocation, CheckTarget } from '../check/index.js'
import { LeakscopeError } from '../errors.js'
import type { Heap } from '../heap/heap.js'
import type { Target } from '../live/attach/attach.js'
import { canary } from '../live/canary.js'
import { type CaptureMethod, inChild as isInChild } from '../live/capture/estimate.js'
import { memoryParts } from '../live/linux/memory-map.js'
import { processMemory, v8Memory } from '../live/memory.js'
import { collectGarbage } from '../live/protocol/collect.js'
import {
  dropSampling,
  type LiveAllocation,
  liveAllocations,
  startSampling,
  stopSampling,
} from '../live/protocol/sampling.js'
import type { AllocatorMemory, MemoryParts } from '../outside-heap.js'
import { isNodejsFile } from '../place.js'
import type { Task } from '../task.js'
import { capturesOf, type HeldCapture } from './captures.js'
import type { Cost } from './from-memory.js'
import type { HeldSnapshot } from './held-snapshot.js'
import { openHeap } from './open-heap.js'

export interface CheckTargetOptions {
  /** Where the heaps are written. */
  readonly folder: string
  /** Captures even if the pre-flight check warns. */
  readonly force?: boolean
  /** The capture method; by `fork` objects are compared by how they are retained, through the `inspector` by id. */
  readonly way?: CaptureMethod | 'auto'
  /** Bytes between two samples of allocations, on average. */
  readonly interval?: number
  /**
   * False: each heap is read while it is captured, and never written to a disk. `held`: it is written when `write` of
   * the snapshot passed to `captured` is called.
   */
  readonly save?: boolean | 'held'
  /** Called before each capture. */
  capturing?(): void
  /** Called with each snapshot as soon as it is captured; `path` is `null` if it was read meanwhile. */
  captured?(path: string | null, cost: Cost, held?: HeldSnapshot): void | Promise<void>
  /** Called with each heap once it is read. */
  read?(heap: Heap): void
}

/** The live side of a leak check, to be released when the check is over. */
export type LiveCheckTarget = CheckTarget &
  Required<Pick<CheckTarget, 'capturesInChild' | 'startSampling'>> & { release(): Promise<void> }

/**
 * The live side of a leak check, for an attached target: `await check(await checkTargetOf(target, { folder }, task),
 * {}, task)`. Allocations are sampled meanwhile; call `release` when the check is over, however it ended.
 */
export async function checkTargetOf(
  target: Target,
  { folder, force = false, way, save = true, interval, capturing, captured, read }: CheckTargetOptions,
  task: Task,
): Promise<LiveCheckTarget> {
  const captures = capturesOf(target, await canary(target), folder, way)
  const parts: MemoryParts[] = []
  const allocator: AllocatorMemory[] = []
  let inChild: boolean | undefined
  const capturesInChild = async (): Promise<boolean> => {
    inChild ??= await captures.forks({ force })
    return inChild
  }
  const taken = async (task: Task): Promise<Taken> => {
    const options = { force, living: true }
    if (save === false) return { path: null, ...(await captures.read(task, options)) }
    if (save === true) return captures.take(task, options)
    const held = await captures.hold(task, options)
    return { path: held.snapshot.path, ...held }
  }
  return {
    collectGarbage: async () => void (await collectGarbage(target, task)),
    async memory() {
      const { heapUsed, heapTotal, external, arrayBuffers, rss } = await v8Memory(target)
      // A worker thread's memory outside its heap cannot be separated from the process'.
      const alone = target.pid !== null && target.worker === undefined
      const split = alone && process.platform === 'linux' ? memoryParts(target.pid!) : undefined
      if (split !== undefined) parts.push(split)
      const outside = alone ? await processMemory(target.pid!) : undefined
      return {
        heapUsed,
        heapTotal,
        external,
        arrayBuffers,
        rss: outside?.rss ?? rss,
        uss: outside?.uss ?? null,
        ...(outside?.privateDirty == null ? {} : { privateDirty: outside.privateDirty }),
      }
    },
    async capture(signal) {
      const given = signal === undefined ? task : { ...task, signal: AbortSignal.any([task.signal, signal]) }
      // V8's handles to its samples would be in the heap, so sampling is stopped first; a child stops its own.
      const before = (await capturesInChild()) ? [] : await stopSampling(target).catch(ignoreNotFound)
      capturing?.()
      const { path, cost, living, allocator: kept, heap: known, snapshot } = await taken(given)
      if (kept !== undefined) allocator.push(kept)
      inChild = isInChild(cost.way) && inChild !== false
      await captured?.(path, cost, snapshot)
      const heap = known ?? (await openHeap(path!, given))
      read?.(heap)
      const sampled = living === undefined ? before : liveAllocations(living.profile)
      return { heap, allocations: allocationsIn(heap, sampled), ...(living === undefined ? {} : { living }) }
    },
    capturesInChild,
    outside: () => ({ parts, allocator }),
    startSampling: () => startSampling(target, interval),
    // If the target is gone, there is nothing to stop.
    release: () => dropSampling(target).catch(() => {}),
  }
}

type Taken = Partial<HeldCapture> & Pick<HeldCapture, 'cost'> & { readonly path: string | null }

/** Allocations with functions and locations of the original source. */
export function allocationsIn({ places }: Pick<Heap, 'places'>, sampled: readonly LiveAllocation[]): Allocation[] {
  return sampled.map(({ bytes, stack }) => ({
    bytes,
    stack: stack.map(({ functionName, url, scriptId, line, column }) => ({
      function: places.namesOf?.(scriptId)?.own(functionName, line, column) ?? functionName,
      location: url === '' || isNodejsFile(url) ? null : (places.at(scriptId, line, column) ?? null),
    })),
  }))
}

// Another debugger of the process may have stopped the sampling: a check does not depend on it.
function ignoreNotFound(error: unknown): never[] {
  if (error instanceof LeakscopeError && error.code === 'NOT_FOUND') return []
  throw error
}
