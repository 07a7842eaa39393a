import { performance } from 'node:perf_hooks'
import type { Task } from '../../task.js'
import { integer, object, text } from '../protocol/schema.js'
import { watchSilence } from '../silence.js'
import type { Target } from '../target.js'
import type { CaptureBounds, CaptureOutcome } from './capture-outcome.js'
import { pauseJavaScript } from './pause.js'
import type { SnapshotSink } from './sink.js'
import { tooLong, tooSlow } from './too-much.js'

/**
 * Captures through the target's inspector: V8 pauses the program, builds a graph of the heap in the target's memory and
 * sends it. This side needs only a few MB, if the sink takes the parts as they come. V8 cannot be cancelled: if `task`
 * is, the target continues when V8 has finished, and `begun` gets a promise for that.
 *
 * A target that runs JavaScript without a pause is paused by the debugger and resumed afterwards. Errors: CAPTURE,
 * OUTPUT, TARGET_GONE, TIMEOUT, the signal's reason.
 */
export async function captureByInspector(
  target: Target,
  sink: SnapshotSink,
  task: Task,
  bounds: CaptureBounds,
): Promise<CaptureOutcome> {
  task.signal.throwIfAborted()
  const start = performance.now()
  const running = await receive(target, sink, task, bounds)
  const standstill = (performance.now() - start) / 1000
  return { standstill, warnings: running === undefined ? [] : [`${target.name} was paused for it in ${running}`] }
}

// Node.js 22 and later start a snapshot between two turns of the event loop. No data for this long means that the turn
// does not end.
const PAUSE_AFTER_MS = 2000

const LOOK_AFTER_MS = 15_000

const progress = object({ done: integer(0), total: integer(0) })
// V8 sends parts of 100 KB, from Node.js 24 on of 1 MB.
const part = object({ chunk: text(16 * 2 ** 20) })

/** Returns the function in which the target was paused, if it had to be. */
async function receive(
  target: Target,
  sink: SnapshotSink,
  task: Task,
  { begun, longest, seconds }: CaptureBounds,
): Promise<string | undefined> {
  let fail: (reason: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  const interrupt = (): void => fail(task.signal.reason)
  task.signal.addEventListener('abort', interrupt, { once: true })

  const watched = { pid: target.pid, name: target.name, everyMs: LOOK_AFTER_MS }
  const silence = watchSilence(watched, fail)
  const pause = pauseJavaScript(target)
  const stuck = setTimeout(pause.begin, PAUSE_AFTER_MS)
  const late = setTimeout(() => fail(tooSlow(target.name, seconds)), Math.min(seconds * 1000, 2 ** 31 - 1))
  let bytes = 0
  let furthest = -1
  const sign = (): void => {
    clearTimeout(stuck)
    silence.broken()
  }
  const offs = [
    target.on('HeapProfiler.reportHeapSnapshotProgress', progress, ({ done, total }) => {
      // Repeated equal progress does not count as a sign of life.
      if (done > furthest) sign()
      furthest = Math.max(furthest, done)
      task.progress('building the snapshot', total > 0 ? Math.min(1, done / total) : undefined)
    }),
    target.on('HeapProfiler.addHeapSnapshotChunk', part, ({ chunk }) => {
      sign()
      bytes += chunk.length
      if (bytes > longest) return fail(tooLong(target.name, bytes))
      task.progress('writing the snapshot')
      // Parts are ASCII. They are taken at once, since unread data stays in the target's memory.
      try {
        Promise.resolve(sink.write(Buffer.from(chunk, 'latin1'))).catch(fail)
      } catch (error) {
        fail(error)
      }
    }),
  ]
  try {
    task.progress('building the snapshot', 0)
    const drain = target.drainIfKilled()
    const reply = target.send(
      'HeapProfiler.takeHeapSnapshot',
      { reportProgress: true },
      // Not cancelled: V8 continues, and its parts must not be mistaken for the next snapshot's.
      { timeoutMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
    )
    const ended = (): void => drain[Symbol.dispose]()
    reply.then(ended, ended)
    begun(reply)
    // All parts arrive before the reply.
    await Promise.race([reply, failed])
    return pause.where()
  } finally {
    task.signal.removeEventListener('abort', interrupt)
    for (const off of offs) off()
    clearTimeout(stuck)
    clearTimeout(late)
    silence.stop()
    await pause.end()
  }
}
