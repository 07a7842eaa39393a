import { Command } from 'commander'
import { heapLimitArm } from '../../live/arm/heap-limit.js'
import { endWatch } from '../../live/arm/watchers.js'
import { type AnswerOptions, answer, withAnswerOptions, writeNotes } from '../answer.js'
import { targetFacts } from '../answering.js'
import { disarmReport, watchHeadline } from '../arm-report.js'
import type { Io } from '../io.js'
import { shownTask } from '../progress.js'
import { chooseRunning, withTarget } from '../targets.js'

/** `leakscope disarm`: ends a watch, and says what cannot be undone. */
export function disarmCommand(io: Io, started: readonly string[] | undefined): Command {
  const command = new Command('disarm')
    .description('End the watch of `arm --watch`, and report what `arm` left set.')
    .argument('[target]', 'a pid, host:port or ws://…')
  return withAnswerOptions(command).action(async (arg: string | undefined, options: AnswerOptions) => {
    const task = shownTask(io, options.quiet)
    try {
      const spec = await chooseRunning(arg, started, io)
      // Before attaching, since a watched process may no longer accept it.
      const watched = spec.kind === 'pid' ? spec.pid : undefined
      const before = watched === undefined ? 'none' : await endWatch(watched)
      const { arm, watch, name, facts } = await withTarget(spec, { task, io }, async target => ({
        arm: await heapLimitArm(target),
        watch: before === 'none' && target.pid !== null ? await endWatch(target.pid) : before,
        name: target.name,
        facts: targetFacts(target),
      })).catch(error => {
        task.clear()
        if (before !== 'none' && !options.quiet) writeNotes([watchHeadline(before, `process ${watched}`)], io)
        throw error
      })
      task.clear()
      await answer(disarmReport(arm, name, watch), { command: 'disarm', target: facts, heaps: [] }, { options, io })
    } finally {
      task.clear()
    }
  })
}
