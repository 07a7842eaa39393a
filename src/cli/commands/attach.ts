import { Command } from 'commander'
import { type CaptureChoice, captureOption } from '../capture-option.js'
import type { Io, Outcome } from '../io.js'
import { shownTask } from '../progress.js'
import { chooseTarget, withTarget } from '../targets.js'
import { workerOption } from '../worker-option.js'

interface Options {
  readonly execute?: string
  readonly capture: CaptureChoice
  readonly worker?: number
}

/** `leakscope attach`: a session with a live process. */
export function attachCommand(io: Io, started: readonly string[] | undefined, outcome: Outcome): Command {
  return new Command('attach')
    .description(
      'A session with a live process: a prompt with a verb for every question. On exit, the target is left as it was found.',
    )
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('-e, --execute <verbs>', 'run these verbs, separated by semicolons, then leave (all after $ is JavaScript)')
    .addOption(captureOption())
    .addOption(workerOption())
    .action(async (arg: string | undefined, options: Options) => {
      const task = shownTask(io)
      const { session } = await import('../session/session.js')
      const spec = await chooseTarget(arg, started, io)
      try {
        outcome.exitCode = await withTarget(
          spec,
          { task, io },
          target => {
            task.clear()
            return session(target, options.execute, options.capture, io)
          },
          options.worker,
        )
      } finally {
        task.clear()
      }
    })
}
