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
  /** Where the snapshot is to be written. */
  readonly path: string
  readonly task: Task
  /** Captures in spite of the guard's refusal. */
  readonly force?: boolean
  /** How; `auto` takes the way that is kindest to the target among those that are possible and safe. `inspector` if not given. */
  readonly way?: CaptureMethod | 'auto'
  /** Why `auto` is not to fork: what the heap is captured for wants more than a copy's. */
  readonly notByFork?: string | undefined
  /** What is to be done before the target is captured in this way: garbage is collected in the target itself, or left to the child. */
  readonly before?: (way: CaptureMethod) => Promise<unknown>
  /** The folder of `path`, where it is held already: a file that nobody named goes into one of ours. */
  readonly folder?: HeldFolder | undefined
  /**
   * Takes the snapshot instead of a file, and records of memory (`memory`), which are for a reader only; `path` then only says on which disk there must be room. It stays open where one way was not
   * possible, for the next; the caller forgets what it holds when the capture fails.
   */
  readonly sink?: SnapshotSink
  /** Whether a child that reads memory is to say what lived, too, where allocations are sampled: V8 collects garbage in it for that. */
  readonly living?: boolean
}

export interface Captured {
  readonly path: string
  readonly way: CaptureMethod
  /** Why a kinder way was not taken; `undefined` where there is none. */
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
  /** 0 where the process ended right after. */
  readonly rssAfter: number
  /** What people should know: of the guard, and of what had to be done to the target. */
  readonly warnings: readonly string[]
}

/**
 * Captures the heap of a target, by one of three ways. By `fork` a forked child writes the snapshot, and the process itself
 * stands still for milliseconds. Through the `inspector` and by `file` it stands still until it is written, and pays with its own
 * memory. See `captureCost` for what to expect. On any failure, and when `task` is called off, nothing is left of the snapshot.
 *
 * Object ids of a capture by fork are the child's: they hold within that snapshot only. One capture at a time per target.
 * Errors: CAPTURE, OUTPUT, TARGET_GONE, TIMEOUT, the signal's reason.
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
    // Of a snapshot that was called off V8 still sends the parts, which nothing tells from those of the next but the reply between.
    const over = (): boolean => underWay.delete(target)
    underWay.get(target)?.then(over, over)
  }
}

/** Targets of which a snapshot is being taken, with what settles when the target is done with it. */
const underWay = new WeakMap<Target, Promise<unknown>>()

// Behind `auto` a reason follows what was done; alone it has to say what it is the reason of.
function notBy(way: CaptureMethod, { name }: Target, { message, hint }: NotPossible): LeakscopeError {
  return new LeakscopeError('CAPTURE', `${name} cannot be captured by ${way}: ${message}`, { hint })
}

/** Why `auto` does not fork, as far as can be told without trying; `undefined` where it does. Errors: TARGET_GONE, TIMEOUT. */
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

// What can be told without touching the target; the rest comes out when it is tried.
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
    // What V8 keeps of the program's console only for us is not to be found in its heap.
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

// The snapshot is whole, whatever becomes of the process.
function unknownIfGone(error: unknown): number {
  if (error instanceof LeakscopeError && error.code === 'TARGET_GONE') return 0
  throw error
}

// From outside where that can be done: the process is not bothered, and may have ended meanwhile.
async function rssOf(target: Target): Promise<number> {
  if (target.pid !== null && process.platform === 'linux') return residentBytes(target.pid)
  return (await v8Memory(target)).rss
}
