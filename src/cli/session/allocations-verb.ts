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

/** `allocations start` and `allocations stop`: who allocated what is alive and what retains it, while the program was made to work. */
export const allocationsVerb = (state: SessionState, task: ShownTask, io: Io): Command =>
  withAnswerOptions(
    new Command('allocations')
      .description(
        'Sample allocations from `start` to `stop`; then who allocated what is still alive, by function, and what retains it.',
      )
      .argument(
        '<start|stop>',
        'both capture a heap in a fork; where that cannot be, stop pauses the target to collect garbage, a second a gigabyte',
      ),
  ).action(async (what: string, options: AnswerOptions) => {
    const { target, stopRecording } = state
    if (what === 'start') {
      if (stopRecording !== undefined) throw misused('allocations are being sampled already')
      state.stopRecording = await startRecording(state, task, io)
      task.clear()
      io.stderr.write('allocations are sampled; `allocations stop` shows what is still alive of them\n')
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
    hint: 'Say `allocations start`, let the program work, and then `allocations stop`.',
  })

/** Resolves once samples are taken, with what ends that. */
async function startRecording(
  { target, way }: SessionState,
  task: ShownTask,
  io: Io,
): Promise<NonNullable<SessionState['stopRecording']>> {
  let working: Task = task
  // The task of the verb that is at work: `start` at first, and in the end `stop`.
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
  // Where it fails while nobody waits, `stop` says so.
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
