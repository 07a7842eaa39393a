import { resolve } from 'node:path'
import { Command } from 'commander'
import { inCaptureOrder } from '../../acquire/capture-order.js'
import { LeakscopeError } from '../../errors.js'
import { type Analysis, defaultsOf } from '../../questions/ask/analysis.js'
import { everythingAnalysis } from '../../questions/everything.js'
import { growthAnalysis } from '../../questions/growth.js'
import { leaksAnalysis } from '../../questions/leaks.js'
import type { Envelope } from '../../render/format.js'
import type { Report, Section } from '../../report/report.js'
import type { Task } from '../../task.js'
import { type AnswerOptions, answer, wantsPage, withAnswerOptions } from '../answer.js'
import { type Answered, askFiles } from '../answering.js'
import { ask } from '../ask.js'
import { exploreAgain, newestOf } from '../explore.js'
import { newestFirst } from '../heap-source.js'
import type { Io } from '../io.js'
import { shownTask } from '../progress.js'
import { readAnswer } from '../read-answer.js'

interface Options extends AnswerOptions {
  readonly redact?: boolean
}

const USUAL = 'leakscope-report.html'

/** `leakscope report`: one self-contained page about a heap, a series of heaps, a live process, or a check's JSON. */
export function reportCommand(io: Io, started: readonly string[] | undefined): Command {
  const command = new Command('report')
    .description(
      'One page about heaps or a check, to open, share and attach to an issue; it loads no external resources.',
    )
    .argument('[heaps...]', 'a heap, two or more of one program (oldest first), a live target, or check.json')
    .option('--redact', 'leave out string contents; names and sizes stay')
  return withAnswerOptions(command).action(async (args: string[], given: Options) => {
    const output = given.output ?? (given.format === undefined && !given.json ? [USUAL] : undefined)
    const options: Options = output === undefined ? given : { ...given, output }
    const [first] = args
    if (args.length === 1 && /\.json$/i.test(first!)) {
      const { report, envelope } = readAnswer(resolve(io.cwd, first!))
      const open = !options.redact && wantsPage(options) ? newestOf(envelope.heaps) : undefined
      const explore = open && (await exploreAgain(open, report))
      await answer(report, explore === undefined ? envelope : { ...envelope, explore }, {
        options: { ...options, brief: true },
        io,
      })
    } else if (args.length < 2) {
      const values = { ...options }
      await ask({ analysis: everythingAnalysis, argument: undefined, args, values }, started, io)
    } else if (started !== undefined) {
      throw new LeakscopeError('USAGE', 'a page is about heaps or about a program to start, not both', {
        hint: 'Leave out the heaps, or the program after --.',
      })
    } else await series(args, options, io)
  })
}

async function series(files: readonly string[], options: Options, io: Io): Promise<void> {
  const task = shownTask(io, options.quiet)
  try {
    const { report, envelope } = await reportOfFiles(files, options.redact === true, task)
    task.clear()
    await answer(report, envelope, { options: { ...options, brief: true }, io })
  } finally {
    task.clear()
  }
}

/**
 * A page about one heap, or about the growth over several (oldest first) and the last heap in full. Errors: those of
 * reading.
 */
export async function reportOfFiles(
  files: readonly string[],
  redact: boolean,
  task: Task,
): Promise<{ report: Report; envelope: Envelope }> {
  if (files.length === 0) {
    throw new LeakscopeError('USAGE', 'a page needs at least one heap, and none was named', {
      hint: 'Give the path of a .heapsnapshot file.',
    })
  }
  const part = (
    analysis: Analysis,
    these: readonly string[],
    values: Record<string, unknown> = {},
  ): Promise<Answered> => askFiles({ analysis, values: { ...defaultsOf(analysis), ...values, redact } }, these, task)
  const envelopeOf = ({ heaps }: Answered, { explore }: Answered): Envelope => ({
    command: 'report',
    target: null,
    heaps,
    ...(explore === undefined ? {} : { explore }),
  })
  if (files.length === 1) {
    const only = await part(everythingAnalysis, files)
    return { report: only.report, envelope: envelopeOf(only, only) }
  }
  const { files: ordered, moved, isDoubtful } = inCaptureOrder(files)
  const leaks = await part(leaksAnalysis, ordered)
  const growth = await part(growthAnalysis, ordered, { limit: 1000 })
  const last = await part(everythingAnalysis, ordered.slice(-1))
  const sections: Section[] = [...leaks.report.sections, ...growth.report.sections, ...last.report.sections]
  return {
    report: {
      ...leaks.report,
      sections,
      notes: [
        ...(moved ? ['The heaps were put in the order of capture, oldest first.'] : []),
        ...(isDoubtful ? [newestFirst] : []),
        ...leaks.report.notes,
      ],
    },
    envelope: envelopeOf(leaks, last),
  }
}
