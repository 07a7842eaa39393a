import { Command } from 'commander'
import { LeakscopeError } from '../../errors.js'
import type { Task } from '../../task.js'
import { allocationReport } from '../allocation-report.js'
import { recordAllocations } from '../allocation-run.js'
import { type AnswerOptions, withAnswerOptions } from '../answer.js'
import { targetFacts } from '../answering.js'
import { writeAllocations } from '../commands/allocations.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io } from '../io.js'
import type { ShownTask } from '../progress.js'
import type { SessionState } from './state.js'

/**
 * `allocations start` and `allocations stop`: which functions allocated the memory that is alive, and what retains it.
 */
export const allocationsVerb = (state: SessionState, task: ShownTask, io: Io): Command =>
  withAnswerOptions(
    new Command('allocations')
      .description(
        'Sample allocations from `start` to `stop`; then list live memory by allocating function, and what retains it.',
      )
      .argument(
        '<start|stop>',
        'both capture a heap in a fork; without fork, stop pauses the target to collect garbage, a second per gigabyte',
      ),
  ).action(async (what: string, options: AnswerOptions) => {
    const { target, stopRecording } = state
    if (what === 'start') {
      if (stopRecording !== undefined) throw misused('allocations are being sampled already')
      state.stopRecording = await startRecording(state, task, io)
      task.clear()
      io.stderr.write('sampling allocations; `allocations stop` shows those still alive\n')
      return
    }
    if (what !== 'stop') throw misused(`allocations takes start or stop, not ${what}`)
    if (stopRecording === undefined) throw misused('allocations are not being sampled')
    state.stopRecording = undefined
    const recorded = await stopRecording(task)
    task.clear()
    const envelope = { command: 'allocations', target: targetFacts(target), heaps: [] }
    await writeAllocations(allocationReport({ ...recorded, notes: [] }, 20), envelope, { options, io })
  })

const misused = (what: string): LeakscopeError =>
  new LeakscopeError('USAGE', what, {
    hint: 'Run `allocations start`, let the program work, then run `allocations stop`.',
  })

/** Resolves when sampling has started, with the function that stops it. */
async function startRecording(
  { target, way }: SessionState,
  task: ShownTask,
  io: Io,
): Promise<NonNullable<SessionState['stopRecording']>> {
  let working: Task = task
  // The task of the running verb: first `start`, later `stop`.
  const current: Task = {
    get signal() {
      return working.signal
    },
    progress: (...said) => working.progress(...said),
  }
  const { promise: stopped, settle: stop } = settled()
  const { promise: sampling, settle: begun } = settled()
  const recorded = recordAllocations(
    target,
    () => {
      begun()
      return stopped
    },
    { folder: snapshotFolder(io), capture: way },
    current,
  )
  // A failure in between is reported by `stop`.
  recorded.catch(() => {})
  await Promise.race([sampling, recorded])
  return task => {
    working = task
    stop()
    return recorded
  }
}

function settled(): { readonly promise: Promise<void>; settle(): void } {
  let settle = (): void => {}
  const promise = new Promise<void>(resolve => {
    settle = resolve
  })
  return { promise, settle: () => settle() }
}
