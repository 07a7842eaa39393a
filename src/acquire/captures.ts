import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LeakscopeError } from '../errors.js'
import type { Heap } from '../heap/heap.js'
import type { Target } from '../live/attach/attach.js'
import type { Canary } from '../live/canary.js'
import { capture, whyNotFork } from '../live/capture/capture.js'
import { type CaptureMethod, inChild } from '../live/capture/estimate.js'
import type { LiveMemory } from '../live/capture/fork/child.js'
import { NoMemory } from '../live/capture/fork/out-of-memory.js'
import type { SnapshotSink } from '../live/capture/sink.js'
import { nobodyReads, snapshotStream } from '../live/capture/snapshot-stream.js'
import { collectGarbage } from '../live/protocol/collect.js'
import { scripts } from '../live/protocol/scripts.js'
import { openMemoryDump } from '../memory/open.js'
import type { AllocatorMemory } from '../outside-heap.js'
import type { HeldFolder } from '../private-folder.js'
import { openSnapshotFile } from '../snapshot/open.js'
import type { Script } from '../sources/scripts.js'
import type { Task } from '../task.js'
import { type Cost, type FromMemory, fromMemory } from './from-memory.js'
import { fromRecords, type HeldSnapshot, heldSnapshot } from './held-snapshot.js'
import { ownFolder, putBeside, sizeOf, writeGraph } from './kept-snapshot.js'
import { heapOf } from './open-heap.js'
import type { OriginFile } from './origin.js'
import { createRecordFile, type RecordFile } from './record-file.js'
import { type About, whereAndWhen } from './where-and-when.js'

const triesMemory = (way: CaptureMethod | 'auto'): boolean => way === 'memory' || way === 'auto'

/** Captures of one target, one after the other, in one inspector session as long as it lasts. */
export interface Captures {
  /**
   * Writes a snapshot to `path`, or under a new name in the folder, and returns its path. By fork and with sampled
   * allocations, also returns live memory; from memory, also the heap, which was read before it was written. Errors:
   * CAPTURE, TARGET_GONE, TIMEOUT.
   */
  take(
    task: Task,
    options?: TakeOptions,
  ): Promise<{ path: string; cost: Cost; living?: LiveMemory; allocator?: AllocatorMemory; heap?: Heap }>
  /**
   * Captures a heap and reads it meanwhile: nothing of it is written to a disk. Errors: those of `take`, BAD_SNAPSHOT.
   */
  read(task: Task, options?: Omit<TakeOptions, 'path'>): Promise<{ heap: Heap; cost: Cost; living?: LiveMemory }>
  /**
   * Captures a heap whose snapshot is written only on request, as writing takes longer than all the rest. From memory,
   * the records are kept until then, a fifth as large, in an unnamed file; or the graph itself if the answer comes
   * first (`until: 'answered'`). By another method, the snapshot is written at once. Errors: those of `take`.
   */
  hold(
    task: Task,
    options?: Omit<TakeOptions, 'path' | 'matching'> & { readonly until?: 'asked' | 'answered' },
  ): Promise<HeldCapture>
  /** Whether `take` will fork, as far as is known without trying. Errors: TARGET_GONE, TIMEOUT. */
  forks(options?: Pick<TakeOptions, 'force'>): Promise<boolean>
  /**
   * Whether the object ids of the last heap still name live objects: not after a reset, and never if a child wrote it.
   */
  idsHold(): Promise<boolean>
}

/** A capture whose snapshot may still be written. */
export interface HeldCapture {
  /** Only from memory: the heap, already read. */
  readonly heap?: Heap
  readonly cost: Cost
  readonly living?: LiveMemory
  readonly allocator?: AllocatorMemory
  readonly snapshot: HeldSnapshot
}

export interface TakeOptions {
  readonly path?: string | undefined
  readonly force?: boolean
  /** Whether to return live memory, too, if allocations are sampled; V8 collects garbage in the child for it. */
  readonly living?: boolean
  /** A capture method instead of the usual one. */
  readonly way?: CaptureMethod | 'auto' | undefined
  /** Why object ids have to name live objects, or to be comparable between heaps: then `auto` does not fork. */
  readonly idsFor?: string | undefined
  /**
   * If ids only have to be comparable between heaps: from memory, objects are matched with those of the heap `before`,
   * and get their ids; `undefined` for the first of these heaps. Without it, or if memory cannot be read, `idsFor`
   * applies.
   */
  readonly matching?: { readonly before: Heap | undefined }
}

/**
 * Garbage is collected first (by a forked child, in the child), the target is released before anything is computed, and
 * each snapshot has the name of the session that assigned its object ids. When the canary shows that ids were
 * reassigned (another inspector session of the target closed), the next snapshot gets a new session name, so that its
 * ids are never compared with older ones. So does each snapshot of a forked child, whose ids the target does not know.
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
    { force = false, way = usualMethod, idsFor, living = false }: TakeOptions,
    task: Task,
    into: { readonly folder?: HeldFolder; readonly sink?: SnapshotSink } = {},
  ): Promise<{ origin: OriginFile; cost: Cost; living?: LiveMemory; allocator?: AllocatorMemory }> => {
    about ??= await whereAndWhen(target)
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
      living,
      ...into,
      async before(taken) {
        if (inChild(taken)) return
        listed = await scripts(target)
        // A program that never pauses is captured anyway: V8 then collects what it can by itself.
        busy = await collectGarbage(target, task).then(() => undefined, unlessBusy)
        await renameAfterReset()
        before = session
      },
    })
    let gone: string | undefined
    let named: string = randomUUID()
    if (!inChild(taken.way)) {
      // The program may end right after the capture: its snapshot is whole, and no other will be compared with it.
      gone = await renameAfterReset('numbered').then(() => undefined, unlessGone)
      named = session
      // Ids were reset during the capture. Whether the snapshot has old or new ids is unknown, so its name is unique.
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
    return {
      origin,
      cost: { ...taken, warnings },
      ...(known?.living === undefined ? {} : { living: known.living }),
      ...(known?.allocator === undefined ? {} : { allocator: known.allocator }),
    }
  }

  // Progress is the capture's. If the capture fails, its error is reported, not the reader's about half a heap.
  const readWhile = async <Read>(
    options: TakeOptions,
    task: Task,
    content: 'snapshot' | 'records',
    open: (parts: AsyncIterable<Uint8Array>) => Promise<Read>,
  ): Promise<Awaited<ReturnType<typeof captured>> & { readonly read: Read }> => {
    const stream = snapshotStream(content)
    const [capturing, reading] = await Promise.allSettled([
      captured(join(tmpdir(), snapshotName(target)), options, task, { sink: stream }).catch(error => {
        stream.discard()
        throw error
      }),
      open(stream.parts),
    ])
    if (capturing.status === 'rejected' && capturing.reason !== nobodyReads) throw capturing.reason
    if (reading.status === 'rejected') throw reading.reason
    if (capturing.status === 'rejected') throw capturing.reason
    return { ...capturing.value, read: reading.value }
  }

  /** Reads the heap straight from memory; returns why not, if `auto` can use another method. */
  const readMemory = async (
    options: TakeOptions & { readonly records?: RecordFile },
    task: Task,
  ): Promise<FromMemory | { because: string }> => {
    const auto = (options.way ?? usualMethod) === 'auto'
    const { matching } = options
    const before = matching?.before
    const matches = matching !== undefined && (before === undefined || before.graph.address !== undefined)
    const obstacle = (matches ? undefined : options.idsFor) ?? (auto ? notFromMemory : undefined)
    if (obstacle !== undefined && auto) return { because: obstacle }
    if (auto) {
      const path = join(tmpdir(), snapshotName(target))
      const because = await whyNotFork(target, { path, force: options.force ?? false }, 'memory')
      if (because !== undefined) return { because }
    }
    try {
      const { read, ...taken } = await readWhile({ ...options, way: 'memory' }, task, 'records', parts =>
        openMemoryDump(options.records?.through(parts) ?? parts, { ...task, progress() {} }),
      )
      return fromMemory(read, taken, matches ? before : undefined, target.name)
    } catch (error) {
      const another = error instanceof LeakscopeError && (error.code === 'CAPTURE' || error.code === 'BAD_SNAPSHOT')
      // If memory is short for this, it is short for any other method.
      if (!auto || !another || error instanceof NoMemory || task.signal.aborted) throw error
      // The process' binary does not change: this is not tried again.
      notFromMemory = error.message
      return { because: error.message }
    }
  }
  let notFromMemory: string | undefined

  /** Reads from memory if requested and possible, otherwise uses another method and says why. */
  const readMemoryOr = async <Other>(
    options: TakeOptions & { readonly records?: RecordFile },
    task: Task,
    other: () => Promise<Other & { readonly cost: Cost }>,
  ): Promise<FromMemory | (Other & { readonly cost: Cost })> => {
    const memory = triesMemory(options.way ?? usualMethod) ? await readMemory(options, task) : undefined
    if (memory !== undefined && 'graph' in memory) return memory
    const taken = await other()
    // The reason for not forking at all is more useful than that for not reading memory.
    return { ...taken, cost: { ...taken.cost, because: taken.cost.because ?? memory?.because } }
  }

  return {
    async take(task, options = {}) {
      const path = options.path ?? join(folder, snapshotName(target))
      using own = options.path === undefined ? ownFolder(folder) : undefined
      const into = own === undefined ? {} : { folder: own }
      const taken = await readMemoryOr(options, task, () => captured(path, options, task, into))
      const { origin, cost, living, allocator } = taken
      if ('graph' in taken) await writeGraph(taken.graph, path, own, task)
      putBeside(path, origin, own)
      return {
        path,
        cost,
        ...(living === undefined ? {} : { living }),
        ...(allocator === undefined ? {} : { allocator }),
        ...('graph' in taken ? { heap: heapOf({ ...taken, bytes: sizeOf(path) }, origin, path) } : {}),
      }
    },

    async read(task, options = {}) {
      const taken = await readMemoryOr(options, task, () =>
        readWhile(options, task, 'snapshot', parts => openSnapshotFile('-', { ...task, progress() {} }, parts)),
      )
      const { living } = taken
      const heap = heapOf('graph' in taken ? taken : taken.read, taken.origin, null)
      return { heap, cost: taken.cost, ...(living === undefined ? {} : { living }) }
    },

    async hold(task, options = {}) {
      const path = join(folder, snapshotName(target))
      using own = ownFolder(folder)
      const { until = 'asked' } = options
      const isReread = until === 'asked' && triesMemory(options.way ?? usualMethod)
      const records = isReread ? createRecordFile(own, path) : undefined
      try {
        const taken = await readMemoryOr({ ...options, ...(records && { records }) }, task, () =>
          captured(path, options, task, { folder: own }),
        )
        const { origin, cost, living, allocator } = taken
        const known = { cost, ...(living && { living }), ...(allocator && { allocator }) }
        if (!('graph' in taken)) {
          records?.discard()
          putBeside(path, origin, own)
          return { ...known, snapshot: heldSnapshot(path, origin, undefined) }
        }
        const { graph } = taken
        const source = records === undefined ? { graph: async () => graph } : fromRecords(records)
        return { ...known, heap: heapOf(taken, origin, path), snapshot: heldSnapshot(path, origin, source) }
      } catch (error) {
        records?.discard()
        throw error
      }
    },

    async forks({ force = false } = {}) {
      if (usualMethod !== 'auto') return inChild(usualMethod)
      return (await whyNotFork(target, { path: join(folder, snapshotName(target)), force }, 'memory')) === undefined
    },

    async idsHold() {
      await renameAfterReset()
      return last === session
    },
  }
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

// Names sort by time: `2026-11-22T17-31-05.123-pid4121.heapsnapshot`.
function snapshotName({ pid, worker }: Target): string {
  const time = new Date().toISOString().replaceAll(':', '-').replace('Z', '')
  const thread = worker === undefined ? '' : `-worker${worker.id}`
  return `${time}-${pid === null ? 'remote' : `pid${pid}`}${thread}.heapsnapshot`
}
