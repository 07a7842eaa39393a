import { performance } from 'node:perf_hooks'
import { LeakscopeError } from '../../errors.js'
import type { Task } from '../../task.js'
import { v8Memory } from '../memory.js'
import { watchSilence } from '../silence.js'
import { nameOf, type Target } from '../target.js'
import { guard, prospects } from './guard.js'
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
 * memory (see `captureCost`) and sends it; here it needs a few MB, whatever its size, as every part is on the disk before the next one is
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
  underWay.set(target, Promise.resolve())
  try {
    const [prospect] = await prospects(target, path, ['inspector'])
    const warnings = guard(prospect!, force)
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
    // Of a snapshot that was called off V8 still sends the parts, which nothing tells from those of the next but the reply between.
    const over = (): boolean => underWay.delete(target)
    underWay.get(target)?.then(over, over)
  }
}

/** Targets of which a snapshot is being taken, with the reply that ends it. */
const underWay = new WeakMap<Target, Promise<unknown>>()

// Node.js 22 and later begin a snapshot between two turns of the loop. This long without a sign means that the turn does not end.
const PAUSE_AFTER_MS = 2000

const LOOK_AFTER_MS = 15_000

/** Gives the function that the target was paused in, if it had to be. */
async function receive(target: Target, file: SnapshotFile, task: Task): Promise<string | undefined> {
  task.signal.throwIfAborted()
  let fail: (reason: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  const interrupt = (): void => fail(task.signal.reason)
  task.signal.addEventListener('abort', interrupt, { once: true })

  const watched = { pid: target.pid, name: nameOf(target.pid, target.url), everyMs: LOOK_AFTER_MS }
  const silence = watchSilence(watched, fail)
  const pause = pauseJavaScript(target)
  const stuck = setTimeout(pause.begin, PAUSE_AFTER_MS)
  const sign = (): void => {
    clearTimeout(stuck)
    silence.broken()
  }
  const offs = [
    target.on<{ done: number; total: number }>('HeapProfiler.reportHeapSnapshotProgress', ({ done, total }) => {
      sign()
      task.progress('building the snapshot', total > 0 ? Math.min(1, done / total) : undefined)
    }),
    target.on<{ chunk: string }>('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
      sign()
      try {
        file.write(chunk)
        task.progress('writing the snapshot')
      } catch (error) {
        fail(error)
      }
    }),
  ]
  try {
    task.progress('building the snapshot', 0)
    const reply = target.send(
      'HeapProfiler.takeHeapSnapshot',
      { reportProgress: true },
      { timeoutMs: Number.POSITIVE_INFINITY },
    )
    underWay.set(target, reply)
    // All parts arrive before the reply does.
    await Promise.race([reply, failed])
    return pause.where()
  } finally {
    task.signal.removeEventListener('abort', interrupt)
    for (const off of offs) off()
    clearTimeout(stuck)
    silence.stop()
    await pause.end()
  }
}
