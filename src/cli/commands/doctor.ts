import { join } from 'node:path'
import { Command } from 'commander'
import { LeakscopeError } from '../../errors.js'
import { type Diagnosis, diagnose, diagnoseTarget } from '../../live/doctor/diagnose.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import { diagnosisReport } from '../diagnosis-report.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io, Outcome } from '../io.js'
import { shownTask } from '../progress.js'
import { chooseTarget, withTarget } from '../targets.js'

interface Options extends AnswerOptions {
  readonly attach?: boolean
}

/** `leakscope doctor`: what a capture would cost, whether it is safe, and what prevents it. */
export function doctorCommand(io: Io, started: readonly string[] | undefined, outcome: Outcome): Command {
  const command = new Command('doctor')
    .description(
      'What a capture would cost and whether it is safe, seen from outside. Changes nothing in the process. Exit code 2: refused.',
    )
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('--attach', 'read the used heap and the workers from the process, whose inspector is opened for a moment')
  return withAnswerOptions(command).action(async (arg: string | undefined, options: Options) => {
    const task = shownTask(io, options.quiet)
    try {
      const spec = await chooseTarget(arg, started, io)
      const path = join(snapshotFolder(io), 'x.heapsnapshot')
      const outside = spec.kind === 'pid' && process.platform === 'linux' ? await seen(spec.pid, path) : undefined
      // An obstacle to attaching is reported without trying; without /proc, attaching is the only option.
      const ask = outside === undefined || (options.attach === true && outside.obstacle === undefined)
      const diagnosis = ask ? await withTarget(spec, { task, io }, target => diagnoseTarget(target, path)) : outside
      task.clear()
      const { pid, nodeVersion } = diagnosis
      const report = diagnosisReport({ ...diagnosis, checks: outside?.checks ?? diagnosis.checks })
      await answer(report, { command: 'doctor', target: { pid, nodeVersion }, heaps: [] }, { options, io })
      if (diagnosis.verdict === 'refused') outcome.exitCode = 2
    } finally {
      task.clear()
    }
  })
}

async function seen(pid: number, path: string): Promise<Diagnosis> {
  const diagnosis = await diagnose(pid, path)
  if (diagnosis !== undefined) return diagnosis
  throw new LeakscopeError('NO_TARGET', `there is no process ${pid}`, {
    hint: 'List the Node.js processes here with `leakscope ps`.',
  })
}
