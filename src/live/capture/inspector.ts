import { performance } from 'node:perf_hooks'
import type { Task } from '../../task.js'
import { watchSilence } from '../silence.js'
import type { Target } from '../target.js'
import { pauseJavaScript } from './pause.js'
import type { SnapshotSink } from './sink.js'
import type { Begun, WayTaken } from './way-taken.js'

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
  begun: Begun,
): Promise<WayTaken> {
  task.signal.throwIfAborted()
  const start = performance.now()
  const running = await receive(target, sink, task, begun)
  const standstill = (performance.now() - start) / 1000
  return { standstill, warnings: running === undefined ? [] : [`${target.name} was paused for it in ${running}`] }
}

// Node.js 22 and later begin a snapshot between two turns of the loop. This long without a sign means that the turn does not end.
const PAUSE_AFTER_MS = 2000

const LOOK_AFTER_MS = 15_000

/** Gives the function that the target was paused in, if it had to be. */
async function receive(target: Target, sink: SnapshotSink, task: Task, begun: Begun): Promise<string | undefined> {
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
      { timeoutMs: Number.POSITIVE_INFINITY },
    )
    begun(reply)
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
