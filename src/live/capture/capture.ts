import { performance } from 'node:perf_hooks'
import { LeakscopeError } from '../../errors.js'
import type { HeldFolder } from '../../private-folder.js'
import type { Task } from '../../task.js'
import { processFacts } from '../linux/facts.js'
import { residentBytes } from '../linux/resident.js'
import { v8Memory } from '../memory.js'
import type { Target } from '../target.js'
import type { Begun, CaptureOutcome } from './capture-outcome.js'
import { type CaptureMethod, inChild, longestSnapshot, longestStandstill } from './estimate.js'
import { captureByFile } from './file.js'
import type { ChildReport } from './fork/child.js'
import { type ChildRoom, captureByFork } from './fork/fork.js'
import { NotPossible } from './fork/not-possible.js'
import { forkObstacle } from './fork/obstacle.js'
import { guard, type Prospect, prospects } from './guard.js'
import { captureByInspector } from './inspector.js'
import { methodObstacle } from './method-obstacle.js'
import type { SnapshotSink } from './sink.js'
import { createSnapshotFile } from './snapshot-file.js'

export interface CaptureOptions {
  /** The path of the snapshot. */
  readonly path: string
  readonly task: Task
  /** Capture even if the guard refuses. */
  readonly force?: boolean
  /** The method; `auto` uses the gentlest one that is possible and safe. Default: `inspector`. */
  readonly way?: CaptureMethod | 'auto'
  /** Why `auto` must not fork, since a forked child's heap is not enough for the question. */
  readonly notByFork?: string | undefined
  /** Called before the capture with its method: to collect garbage in the target, or leave it to the child. */
  readonly before?: (way: CaptureMethod) => Promise<unknown>
  /** The folder of `path`, if already open: files without a name from the user go into our own folder. */
  readonly folder?: HeldFolder | undefined
  /**
   * Receives the snapshot instead of a file, or memory records (`memory`), which only a sink can take; `path` then only
   * selects the disk that must have space. It stays open for the next method if one was not possible; the caller
   * discards it if the capture fails.
   */
  readonly sink?: SnapshotSink
  /**
   * Whether a child that reads memory also reports live memory, if allocations are sampled: V8 collects garbage in it
   * for that.
   */
  readonly living?: boolean
}

export interface Captured {
  readonly path: string
  readonly way: CaptureMethod
  /** Why no gentler method was used; `undefined` if there is none. */
  readonly because: string | undefined
  readonly bytes: number
  /** From the request to the last byte. */
  readonly seconds: number
  /** Seconds in which the program stood still. */
  readonly standstill: number
  /** The longest delay of the target's event loop while a forked child wrote, in seconds; only by fork. */
  readonly longestDelay?: number
  /** What the child knew; only by fork. */
  readonly known?: ChildReport
  readonly rssBefore: number
  /** 0 if the process ended right after. */
  readonly rssAfter: number
  /** Warnings of the guard, and about what had to be done to the target. */
  readonly warnings: readonly string[]
}

/**
 * Captures the heap of a target. With `memory` and `fork` a forked child writes, and the process itself is paused for
 * milliseconds. With `inspector` and `file` it is paused until the snapshot is written, and uses its own memory. See
 * `captureCost` for the cost. After a failure or cancellation, nothing is left of the snapshot.
 *
 * Object ids of a capture in a child are valid only within that snapshot. One capture at a time per target. Errors:
 * CAPTURE, OUTPUT, TARGET_GONE, TIMEOUT, the signal's reason.
 */
export async function capture(target: Target, options: CaptureOptions): Promise<Captured> {
  const { way = 'inspector' } = options
  if (underWay.has(target)) {
    throw new LeakscopeError('CAPTURE', `a snapshot of ${target.name} is being taken already`, {
      hint: 'Wait for it to finish.',
    })
  }
  underWay.set(target, Promise.resolve())
  try {
    if (way !== 'auto') {
      return await captureBy(way, target, options).catch(error => {
        throw error instanceof NotPossible ? notBy(way, target, error) : error
      })
    }
    const because = await whyNotFork(target, options)
    if (because !== undefined) return { ...(await captureBy('inspector', target, options)), because }
    try {
      return await captureBy('fork', target, options)
    } catch (error) {
      if (!(error instanceof NotPossible)) throw error
      return { ...(await captureBy('inspector', target, options)), because: error.message }
    }
  } finally {
    // V8 still sends the parts of a cancelled snapshot; only the reply in between separates them from the next one's.
    const over = (): boolean => underWay.delete(target)
    underWay.get(target)?.then(over, over)
  }
}

/** Targets with a capture in progress, and a promise that settles when the target has finished it. */
const underWay = new WeakMap<Target, Promise<unknown>>()

// With `auto` a reason follows what was done; alone, the message must say what failed.
function notBy(way: CaptureMethod, { name }: Target, { message, hint }: NotPossible): LeakscopeError {
  return new LeakscopeError('CAPTURE', `${name} cannot be captured by ${way}: ${message}`, { hint })
}

/**
 * Why `auto` would not fork, as far as known without trying; `undefined` if it would. Errors: TARGET_GONE, TIMEOUT.
 */
export async function whyNotFork(
  target: Target,
  { path, sink, force, notByFork }: Pick<CaptureOptions, 'path' | 'sink' | 'force' | 'notByFork'>,
  way: 'memory' | 'fork' = 'fork',
): Promise<string | undefined> {
  const obstacle = notByFork ?? whyForkCannot(target, path)
  if (obstacle !== undefined) return obstacle
  const [prospect] = await prospects(target, sink === undefined ? path : undefined, [way])
  const refusal = prospect!.assessment.reasons.find(({ verdict }) => verdict === 'refused')
  return force ? undefined : refusal?.message
}

// Checks what is known without touching the target; the rest shows in the attempt.
function whyForkCannot(target: Target, path: string): string | undefined {
  const obstacle = forkObstacle(target)
  const facts = obstacle === undefined ? processFacts(target.pid!) : undefined
  return facts === undefined ? obstacle : methodObstacle('fork', facts, path)
}

async function captureBy(way: CaptureMethod, target: Target, options: CaptureOptions): Promise<Captured> {
  const { path, task, force = false } = options
  const obstacle = inChild(way) ? whyForkCannot(target, path) : undefined
  if (obstacle !== undefined) throw new NotPossible(obstacle)
  await options.before?.(way)
  const [prospect] = await prospects(target, options.sink === undefined || way === 'file' ? path : undefined, [way])
  const warnings = guard(prospect!, force)
  const rssBefore = await rssOf(target)
  const start = performance.now()
  const sink = options.sink ?? createSnapshotFile(path, options.folder)
  try {
    const begun: Begun = over => underWay.set(target, over)
    const bounds = { longest: longestSnapshot(prospect!.cost), seconds: longestStandstill(prospect!.cost) }
    const ways: Record<CaptureMethod, () => Promise<CaptureOutcome>> = {
      memory: () =>
        captureByFork(target, sink, task, {
          ...childRoom(prospect!, force),
          writes: 'records',
          living: options.living ?? false,
        }),
      fork: () => captureByFork(target, sink, task, { ...childRoom(prospect!, force), writes: 'snapshot' }),
      inspector: () => captureByInspector(target, sink, task, { begun, ...bounds }),
      file: () => captureByFile(target, sink, task, path, { begun, ...bounds }),
    }
    // Console arguments that V8 keeps only for us must not be in the heap.
    target.send('Runtime.discardConsoleEntries').catch(() => {})
    const taken = await ways[way]()
    const seconds = (performance.now() - start) / 1000
    sink.finish()
    const { warnings: given, ...found } = taken
    return {
      path,
      way,
      because: undefined,
      bytes: sink.bytes,
      seconds,
      ...found,
      rssBefore,
      rssAfter: await rssOf(target).catch(unknownIfGone),
      warnings: [...warnings, ...given],
    }
  } catch (error) {
    if (sink !== options.sink) sink.discard()
    throw error
  }
}

function childRoom(
  { cost, room: { memory, ownGroup }, assessment }: Prospect,
  force: boolean,
): Omit<ChildRoom, 'writes'> {
  const group = assessment.copyMoves ? ownGroup : undefined
  return { group, bytes: force ? undefined : (group?.memory ?? memory)?.bytes, longest: longestSnapshot(cost) }
}

// The snapshot is complete, even if the process has ended.
function unknownIfGone(error: unknown): number {
  if (error instanceof LeakscopeError && error.code === 'TARGET_GONE') return 0
  throw error
}

// From outside if possible: this does not disturb the process, which may have ended meanwhile.
async function rssOf(target: Target): Promise<number> {
  if (target.pid !== null && process.platform === 'linux') return residentBytes(target.pid)
  return (await v8Memory(target)).rss
}
