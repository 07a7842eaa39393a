import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LeakscopeError } from '../errors.js'
import type { Heap } from '../heap/heap.js'
import type { Target } from '../live/attach/attach.js'
import type { Canary } from '../live/canary.js'
import { type Captured, capture, whyNotFork } from '../live/capture/capture.js'
import type { CaptureMethod } from '../live/capture/estimate.js'
import type { LiveMemory } from '../live/capture/fork/child.js'
import type { SnapshotSink } from '../live/capture/sink.js'
import { nobodyReads, snapshotStream } from '../live/capture/snapshot-stream.js'
import { collectGarbage } from '../live/protocol/collect.js'
import { builtin, evaluate } from '../live/protocol/evaluate.js'
import { either, nothing, number, object, type Schema, text } from '../live/protocol/schema.js'
import { scripts } from '../live/protocol/scripts.js'
import { writePrivately } from '../private-file.js'
import { openSnapshot } from '../snapshot/open.js'
import type { Script } from '../sources/scripts.js'
import type { Task } from '../task.js'
import { heapOf } from './open-heap.js'
import { type OriginFile, writeOrigin } from './origin.js'

/** What a capture did to the target, for people. */
export type Cost = Omit<Captured, 'path' | 'known'>

/** Captures of one target, one after the other, in one unbroken inspector session as long as it stays unbroken. */
export interface Captures {
  /**
   * Writes a snapshot to `path`, or under a new name in the folder; gives its path; by fork and where allocations
   * are sampled, also what lived. Errors: CAPTURE, TARGET_GONE, TIMEOUT. */
  take(task: Task, options?: TakeOptions): Promise<{ path: string; cost: Cost; living?: LiveMemory }>
  /**
   * Captures a heap and reads it meanwhile: nothing of it ever lies on a disk, and it is gone with us. Errors: those of `take`,
   * BAD_SNAPSHOT.
   */
  read(task: Task, options?: Omit<TakeOptions, 'path'>): Promise<{ heap: Heap; cost: Cost; living?: LiveMemory }>
  /** Whether `take` will fork, as far as can be told without trying. Errors: TARGET_GONE, TIMEOUT. */
  forks(options?: Pick<TakeOptions, 'force'>): Promise<boolean>
  /** Whether object ids of the last heap taken still name the live objects: not after a reset, and never if a child wrote it. */
  idsHold(): Promise<boolean>
}

export interface TakeOptions {
  readonly path?: string | undefined
  readonly force?: boolean
  /** Another way than the usual one. */
  readonly way?: CaptureMethod | 'auto' | undefined
  /** Why object ids are to name the live objects, or to be comparable between heaps: for that, `auto` does not fork. */
  readonly idsFor?: string | undefined
}

/**
 * Garbage is collected first (by a child in the child), the target is let go before anything is computed, and each snapshot is named by
 * the session whose object ids it carries. When the canary says that ids were handed out anew (another inspector session of the
 * target closed), the next snapshot gets a new session name, so that its ids are never compared with older ones; so does each that a
 * copy wrote, as what it numbered the target knows nothing of.
 */
export function capturesOf(
  target: Target,
  canary: Canary,
  folder: string,
  usualMethod: CaptureMethod | 'auto' = 'auto',
): Captures {
  let session = target.session
  let about: About | undefined
  let last: string | undefined
  const renameAfterReset = async (when?: 'numbered'): Promise<void> => {
    if (!(await canary.holds(when))) session = randomUUID()
  }

  const captured = async (
    path: string,
    { force = false, way = usualMethod, idsFor }: TakeOptions,
    task: Task,
    sink?: SnapshotSink,
  ): Promise<{ origin: OriginFile; cost: Cost; living?: LiveMemory }> => {
    about ??= await evaluate(target, ABOUT, { value: aboutSchema })
    let listed: readonly Script[] = []
    let before = session
    let busy: string | undefined
    const {
      path: _,
      known,
      ...taken
    } = await capture(target, {
      path,
      task,
      force,
      way,
      notByFork: idsFor,
      ...(sink === undefined ? {} : { sink }),
      async before(taken) {
        if (taken === 'fork') return
        listed = await scripts(target)
        // A program that never pauses is captured all the same: V8 collects what it can by itself then.
        busy = await collectGarbage(target, task).then(() => undefined, unlessBusy)
        await renameAfterReset()
        before = session
      },
    })
    let gone: string | undefined
    let named: string = randomUUID()
    if (taken.way !== 'fork') {
      // A program may end right after: its snapshot is whole, and none follows that could be compared with it.
      gone = await renameAfterReset('numbered').then(() => undefined, unlessGone)
      named = session
      // Reset while it was taken: whether its ids are of the old or the new numbering is not known, so it shares a name with none.
      if (named !== before) session = randomUUID()
    }
    last = named
    const warnings = [busy, ...taken.warnings, gone].filter(warning => warning !== undefined)
    const origin: OriginFile = {
      version: 1,
      pid: target.pid,
      ...(target.worker === undefined ? {} : { worker: target.worker }),
      nodeVersion: target.nodeVersion,
      capturedAt: new Date().toISOString(),
      session: named,
      startedAt: about.startedAt,
      cwd: about.cwd,
      scripts: known?.scripts ?? listed,
    }
    return { origin, cost: { ...taken, warnings }, ...(known?.living === undefined ? {} : { living: known.living }) }
  }

  return {
    async take(task, options = {}) {
      const { path = join(folder, snapshotName(target)) } = options
      const { origin, ...taken } = await captured(path, options, task).catch(error => {
        throw options.path === undefined ? withFolderHint(error) : error
      })
      writeOrigin(path, origin)
      keepOutOfGit(folder)
      return { path, ...taken }
    },

    async read(task, options = {}) {
      const stream = snapshotStream()
      // The progress told is the capture's. When it fails that is why, whatever the reader then says of half a snapshot.
      const [capturing, reading] = await Promise.allSettled([
        captured(join(tmpdir(), snapshotName(target)), options, task, stream).catch(error => {
          stream.discard()
          throw error
        }),
        openSnapshot('-', { ...task, progress() {} }, stream.parts),
      ])
      if (capturing.status === 'rejected' && capturing.reason !== nobodyReads) throw capturing.reason
      if (reading.status === 'rejected') throw reading.reason
      if (capturing.status === 'rejected') throw capturing.reason
      const { origin, ...taken } = capturing.value
      return { heap: heapOf(reading.value, origin, null), ...taken }
    },

    async forks({ force = false } = {}) {
      if (usualMethod !== 'auto') return usualMethod === 'fork'
      return (await whyNotFork(target, { path: join(folder, snapshotName(target)), force })) === undefined
    },

    async idsHold() {
      await renameAfterReset()
      return last === session
    },
  }
}

// Nobody named the file.
function withFolderHint(error: unknown): unknown {
  if (!(error instanceof LeakscopeError) || error.code !== 'OUTPUT') return error
  return new LeakscopeError('OUTPUT', error.message, {
    hint: 'Run leakscope in a folder that you may write to; questions about one heap need no file with --no-save.',
    cause: error,
  })
}

function unlessBusy(error: unknown): string {
  if (error instanceof LeakscopeError && error.code === 'TIMEOUT')
    return `garbage was not collected first: ${error.message}`
  throw error
}

function unlessGone(error: unknown): string {
  if (error instanceof LeakscopeError && error.code === 'TARGET_GONE')
    return `${error.message}, right after it was captured`
  throw error
}

type About = Pick<OriginFile, 'cwd' | 'startedAt'>

const aboutSchema: Schema<About> = object({
  cwd: either(text(10_000), nothing),
  // Milliseconds since 1970.
  startedAt: number(0, 8.64e15),
})

// The folder a program works in may have been removed.
const ABOUT = `(() => {
  let cwd = null
  try { cwd = process.cwd() } catch {}
  return { cwd, startedAt: ${builtin('perf_hooks')}.performance.timeOrigin }
})()`

// Names sort by time: `2026-11-22T17-31-05.123-pid4121.heapsnapshot`.
function snapshotName({ pid, worker }: Target): string {
  const time = new Date().toISOString().replaceAll(':', '-').replace('Z', '')
  const thread = worker === undefined ? '' : `-worker${worker.id}`
  return `${time}-${pid === null ? 'remote' : `pid${pid}`}${thread}.heapsnapshot`
}

// Snapshots are full of the program's strings: they are not to be committed by accident.
function keepOutOfGit(folder: string): void {
  const ignore = join(folder, '.gitignore')
  if (existsSync(folder) && !existsSync(ignore)) writePrivately(ignore, '*\n')
}
