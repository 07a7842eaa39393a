import { performance } from 'node:perf_hooks'
import { LeakscopeError } from '../../errors.js'
import type { Task } from '../../task.js'
import { v8Memory } from '../memory.js'
import { watchSilence } from '../silence.js'
import { nameOf, type Target } from '../target.js'
import { estimate, guard } from './guard.js'
import { pauseJavaScript } from './pause.js'
import { createSnapshotFile, type SnapshotFile } from './snapshot-file.js'

export interface CaptureOptions {
  readonly path: string
  readonly task: Task
  /** Captures in spite of the guard's refusal. */
  readonly force?: boolean
}

export interface Captured {
  readonly path: string
  readonly bytes: number
  /** From the request to the last byte; the program stood still for nearly all of it. */
  readonly seconds: number
  readonly rssBefore: number
  readonly rssAfter: number
  /** What people should know: of the guard, and of a target that had to be paused. */
  readonly warnings: readonly string[]
}

/**
 * Writes a heap snapshot of the target to a file, by its inspector. V8 stops the program, builds a graph of the heap in the target's
 * memory (see `estimate`) and sends it; here it needs a few MB, whatever its size, as every part is on the disk before the next one is
 * read from the socket. On any failure, and when `task` is called off, the partial file is removed; V8 cannot be called off, so the
 * target then comes back when it is done.
 *
 * A target that runs JavaScript without a pause is paused by the debugger for it and resumed after. One capture at a time per target.
 * Errors: CAPTURE, OUTPUT, TARGET_GONE, TIMEOUT, the signal's reason.
 */
export async function capture(target: Target, { path, task, force = false }: CaptureOptions): Promise<Captured> {
  const name = nameOf(target.pid, target.url)
  if (underWay.has(target)) {
    throw new LeakscopeError('CAPTURE', `a snapshot of ${name} is being taken already`, {
      hint: 'Wait for it to finish.',
    })
  }
  underWay.add(target)
  try {
    const warnings = guard(await estimate(target, path), force)
    const { rss: rssBefore } = await v8Memory(target)
    const start = performance.now()
    const file = createSnapshotFile(path)
    try {
      const running = await receive(target, file, task)
      if (running !== undefined) warnings.push(`${name} was paused for it in ${running}`)
      const seconds = (performance.now() - start) / 1000
      file.finish()
      const { rss: rssAfter } = await v8Memory(target)
      return { path, bytes: file.bytes, seconds, rssBefore, rssAfter, warnings }
    } catch (error) {
      file.discard()
      throw error
    }
  } finally {
    underWay.delete(target)
  }
}

const underWay = new WeakSet<Target>()

// Node.js 22 and later begin a snapshot between two turns of the loop. This long without a sign means that the turn does not end.
const PAUSE_AFTER_MS = 2000

const LOOK_AFTER_MS = 15_000

async function receive(target: Target, file: SnapshotFile, task: Task): Promise<string | undefined> {
  const failed = new AbortController()
  const signal = AbortSignal.any([task.signal, failed.signal])
  const watched = { pid: target.pid, name: nameOf(target.pid, target.url), everyMs: LOOK_AFTER_MS }
  const silence = watchSilence(watched, error => failed.abort(error))
  let begun = false
  const sign = (): void => {
    begun = true
    silence.broken()
  }
  const offs = [
    target.on<{ done: number; total: number }>('HeapProfiler.reportHeapSnapshotProgress', ({ done, total }) => {
      sign()
      task.progress('building the snapshot', total > 0 ? Math.min(1, done / total) : undefined)
    }),
    target.on<{ chunk: string }>('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
      sign()
      if (signal.aborted) return
      try {
        file.write(chunk)
        task.progress('writing the snapshot')
      } catch (error) {
        failed.abort(error)
      }
    }),
  ]
  const pause = pauseJavaScript(target)
  const stuck = setTimeout(() => {
    if (!begun) pause.begin()
  }, PAUSE_AFTER_MS)
  try {
    task.progress('building the snapshot', 0)
    // All parts arrive before the reply does.
    await target.send(
      'HeapProfiler.takeHeapSnapshot',
      { reportProgress: true },
      { timeoutMs: Number.POSITIVE_INFINITY, signal },
    )
    return pause.where()
  } finally {
    clearTimeout(stuck)
    silence.stop()
    await pause.end()
    for (const off of offs) off()
  }
}
