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
 * Captures through the target's inspector: V8 stops the program, builds a graph of the heap in the target's memory and sends it; here
 * it needs a few MB, whatever its size, as long as the sink takes the parts as they come. V8 cannot be called off: when `task` is, the
 * target comes back when V8 is done, and `begun` is told by what that can be seen.
 *
 * A target that runs JavaScript without a pause is paused by the debugger for it and resumed after.
 * Errors: CAPTURE, OUTPUT, TARGET_GONE, TIMEOUT, the signal's reason.
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

// Node.js 22 and later begin a snapshot between two turns of the loop. This long without a sign means that the turn does not end.
const PAUSE_AFTER_MS = 2000

const LOOK_AFTER_MS = 15_000

const progress = object({ done: integer(0), total: integer(0) })
// V8 sends 100 KB at a time, 1 MB from Node.js 24 on.
const part = object({ chunk: text(16 * 2 ** 20) })

/** Gives the function that the target was paused in, if it had to be. */
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
      // Who says the same again and again gets nowhere.
      if (done > furthest) sign()
      furthest = Math.max(furthest, done)
      task.progress('building the snapshot', total > 0 ? Math.min(1, done / total) : undefined)
    }),
    target.on('HeapProfiler.addHeapSnapshotChunk', part, ({ chunk }) => {
      sign()
      bytes += chunk.length
      if (bytes > longest) return fail(tooLong(target.name, bytes))
      task.progress('writing the snapshot')
      // Parts are ASCII. They are not to wait: what is not taken from the socket at once stays in the target's memory.
      try {
        Promise.resolve(sink.write(Buffer.from(chunk, 'latin1'))).catch(fail)
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
      // Not called off: V8 goes on, and what it sends must not be taken for the next snapshot.
      { timeoutMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
    )
    begun(reply)
    // All parts arrive before the reply does.
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
