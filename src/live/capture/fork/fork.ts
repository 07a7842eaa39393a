import { LeakscopeError } from '../../../errors.js'
import type { Task } from '../../../task.js'
import { sized } from '../../../units.js'
import { hasEnded, processFacts } from '../../linux/facts.js'
import { moveToGroup, type OwnGroup } from '../../linux/own-group.js'
import { ownPidOf } from '../../linux/pid-namespaces.js'
import type { Target } from '../../target.js'
import type { CaptureOutcome } from '../capture-outcome.js'
import type { SnapshotSink } from '../sink.js'
import { tooSlow } from '../too-much.js'
import { addonFor } from './addon.js'
import { type ChildWatch, type End, receive } from './child.js'
import { acceptChild, type ForkedChild, isSame, now } from './forked-child.js'
import { type Forked, type ForkInTarget, forkInTarget } from './in-target.js'
import { NotPossible } from './not-possible.js'
import { NoMemory, outOfMemoryKills } from './out-of-memory.js'
import { watchRoom } from './room-watch.js'

/** Limits and options of a child. */
export interface ChildRoom {
  /** The maximum bytes of the snapshot. */
  readonly longest: number
  /** The maximum memory it may use; unlimited if not given. */
  readonly bytes: number | undefined
  /** What it writes: V8's snapshot, or records that it reads from memory. */
  readonly writes: 'snapshot' | 'records'
  /** Whether it reports live memory after the records; with a snapshot it always does. */
  readonly living?: boolean
  /** The control group in which its memory counts; by default the target's. */
  readonly group: OwnGroup | undefined
}

/**
 * Captures in a child: the target forks, which pauses it for milliseconds, and continues, while the child, a separate
 * process with the same heap, writes the snapshot into a pipe and exits. A child that got stuck or died before its
 * first byte is replaced, up to five times (three for a child that reads memory, which waits for nothing). The child
 * ends when we do, and, if it counts in another control group, when the target's group is nearly full.
 *
 * If the target ends meanwhile, its heap is captured nevertheless. Errors: NotPossible (CAPTURE) if nothing of a
 * snapshot was written, CAPTURE, OUTPUT, the signal's reason.
 */
export async function captureByFork(
  target: Target,
  sink: SnapshotSink,
  task: Task,
  { bytes, group, longest: most, writes, living = false }: ChildRoom,
): Promise<CaptureOutcome> {
  task.signal.throwIfAborted()
  const pid = target.pid!
  const fork = await forkIn(target)
  const memory = bytes === undefined ? 0 : Math.floor(bytes * SHARE_OF_FREE)
  // With --force, the child is not ended when memory gets short.
  using room = group === undefined || bytes === undefined ? undefined : watchRoom(pid, target.name)
  // The child ends by itself after MOST_SECONDS.
  using late = lateAfter(target, MOST_SECONDS + 60)
  const watched: Task = {
    ...task,
    signal: AbortSignal.any([task.signal, late.signal, ...(room === undefined ? [] : [room.short])]),
  }
  const kills = outOfMemoryKills()
  let standstill = 0
  let longestDelay: number | undefined = 0
  const failed: End['how'][] = []
  for (let attempt = 1; ; attempt++) {
    task.progress('forking')
    const since = now()
    const forked = await (writes === 'records'
      ? fork.walk(MOST_SECONDS, memory, living)
      : fork.fork(MOST_SECONDS, memory))
    standstill = Math.max(standstill, forked.stood)
    const child = childOf(forked, pid, since)
    const { end, answers, longest } = await writtenBy(
      forked,
      child,
      target,
      fork,
      sink,
      watched,
      { most, writes },
      group,
    )
    // A target that has ended cannot report it.
    longestDelay = longest === undefined || longestDelay === undefined ? undefined : Math.max(longestDelay, longest)
    if (end.how === 'wrote') {
      const again =
        attempt === 1 ? [] : [`it was forked ${attempt} times: ${failed.map(how => WHY[how]).join(', then ')}`]
      const ended = answers ? [] : [silent(target)]
      const late = longestDelay === undefined ? {} : { longestDelay }
      return { standstill, ...late, known: end.known, warnings: [...again, ...ended] }
    }
    failed.push(end.how)
    if (end.how === 'no memory' || outOfMemoryKills() > kills) throw noMemory(target, end)
    if (attempt === MOST_ATTEMPTS[writes] || end.how === 'refused' || !answers) throw failure(end, target, attempt)
  }
}

const WHY = {
  wrote: '',
  refused: 'a child refused',
  disturbed: 'a child found the heap in the middle of a change',
  'no memory': 'a child ran out of memory',
  died: 'a child died before its first byte',
  stuck: 'a child got stuck in a job of V8',
} as const

const MOST_ATTEMPTS = { snapshot: 5, records: 3 } as const
// A heap of 10 GB takes ten minutes.
const MOST_SECONDS = 3600
// The rest is for pages that the target writes to meanwhile, which are copied.
const SHARE_OF_FREE = 0.8

function lateAfter({ name }: Target, seconds: number): Disposable & { readonly signal: AbortSignal } {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(tooSlow(name, seconds)), seconds * 1000)
  return { signal: late.signal, [Symbol.dispose]: () => clearTimeout(timer) }
}

const loaded = new WeakMap<Target, Promise<ForkInTarget>>()

function forkIn(target: Target): Promise<ForkInTarget> {
  let fork = loaded.get(target)
  if (fork === undefined) {
    fork = forkInTarget(target, addonFor(target.pid!))
    loaded.set(target, fork)
    fork.catch(() => loaded.delete(target))
  }
  return fork
}

const silent = ({ pid, name }: Target): string =>
  hasEnded(pid!)
    ? `${name} ended while its child was writing`
    : `${name} has not answered since it was forked; the snapshot of its child is whole`

/** How a child ended, whether the target still answers, and the longest delay of its event loop, if measured. */
async function writtenBy(
  forked: Forked,
  child: ForkedChild | undefined,
  { pid, name }: Target,
  fork: ForkInTarget,
  sink: SnapshotSink,
  task: Task,
  expected: Pick<ChildWatch, 'most' | 'writes'>,
  group: OwnGroup | undefined,
): Promise<{ end: End; answers: boolean; longest: number | undefined }> {
  // In any case, informs the target: it stops measuring, and reaps the child if that is its own.
  const over = (timeoutMs?: number): Promise<{ answers: boolean; longest: number | undefined }> =>
    fork.over(forked.pid, timeoutMs).then(longest => ({ answers: true, longest }), unlessSilent)
  try {
    task.progress(
      expected.writes === 'records' ? 'a forked child reads its heap' : 'a forked child builds the snapshot',
    )
    const end: End =
      child === undefined
        ? { how: 'died' }
        : await receive(child, forked.pipe, sink, {
            name,
            signal: task.signal,
            ...expected,
            begin: () => group && putIntoOther(group, child, pid!),
            progress: bytes => task.progress(`a forked child captures the heap: ${sized(bytes)}`),
          })
    return { end, ...(await over()) }
  } catch (error) {
    // The first error is the one to report.
    await over(1000).catch(() => {})
    throw error
  }
}

function childOf({ pid }: Forked, target: number, since: number): ForkedChild | undefined {
  const own = ownPidOf(pid, target)
  return own === undefined ? undefined : acceptChild(own, target, since)
}

function putIntoOther(group: OwnGroup, child: ForkedChild, pid: number): void {
  try {
    if (isSame(child)) moveToGroup(group, child.pid, pid)
  } catch (error) {
    // If it has already ended, its output has the reason.
    if (hasEnded(child.pid)) return
    throw new NotPossible(`its child cannot be put into another control group: ${(error as Error).message}`, error)
  }
}

// If the target is blocked or stopped meanwhile, the child's output is still valid.
function unlessSilent(error: unknown): { answers: false; longest: undefined } {
  if (error instanceof LeakscopeError && (error.code === 'TARGET_GONE' || error.code === 'TIMEOUT'))
    return { answers: false, longest: undefined }
  throw error
}

// No other method is tried then: each would need that memory in the process itself, which would be killed next.
function noMemory({ name }: Target, { how }: End): LeakscopeError {
  const end = how === 'no memory' ? 'needed more memory than it may have' : 'was ended by the kernel for lack of memory'
  return new NoMemory(
    `the forked child of ${name} ${end}`,
    'Give it more memory, or choose an instance with a smaller heap.',
  )
}

function failure(end: End, target: Target, attempts: number): LeakscopeError {
  if (end.how === 'refused' || end.how === 'disturbed') return new NotPossible(`its child wrote nothing: ${end.why}`)
  if (processFacts(target.pid!) === undefined) return new LeakscopeError('TARGET_GONE', `${target.name} has ended`)
  return new NotPossible(`it was forked ${attempts} times, at last: ${WHY[end.how]}`)
}
