import { Command } from 'commander'
import { LeakscopeError } from '../../errors.js'
import { startSampling, usualInterval } from '../../live/protocol/sampling.js'
import { allocationReport } from '../allocation-report.js'
import { stopAllocations } from '../allocation-run.js'
import { type AnswerOptions, withAnswerOptions } from '../answer.js'
import { targetFacts } from '../answering.js'
import { writeAllocations } from '../commands/allocations.js'
import type { Io } from '../io.js'
import type { ShownTask } from '../progress.js'
import type { SessionState } from './state.js'

/** `allocations start` and `allocations stop`: who allocated what is alive, while the program was made to work. */
export const allocationsVerb = (state: SessionState, task: ShownTask, io: Io): Command =>
  withAnswerOptions(
    new Command('allocations')
      .description('Sample allocations from `start` to `stop`; then who allocated what is still alive, by function.')
      .argument('<start|stop>', 'stop collects garbage first: the target pauses for about a second a gigabyte'),
  ).action(async (what: string, options: AnswerOptions) => {
    const { target } = state
    if (what === 'start') {
      await startSampling(target)
      state.samplingSince = Date.now()
      io.stderr.write('allocations are sampled; `allocations stop` shows what is still alive of them\n')
      return
    }
    const { samplingSince: startedAt } = state
    if (what !== 'stop' || startedAt === undefined) {
      throw new LeakscopeError(
        'USAGE',
        what === 'stop' ? 'allocations are not being sampled' : `allocations takes start or stop, not ${what}`,
        { hint: 'Say `allocations start`, let the program work, and then `allocations stop`.' },
      )
    }
    task.progress('collecting what is alive')
    state.samplingSince = undefined
    const allocations = await stopAllocations(target)
    const seconds = (Date.now() - startedAt) / 1000
    const recorded = { allocations, startedAt, seconds, interval: usualInterval, growth: undefined, notes: [] }
    task.clear()
    const envelope = { command: 'allocations', target: targetFacts(target), heaps: [] }
    await writeAllocations(allocationReport(recorded, 20), envelope, { options, io })
  })
