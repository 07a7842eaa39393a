import { resolve } from 'node:path'
import { Command } from 'commander'
import { writeOutput } from '../../output-file.js'
import { plain } from '../../render/plain-text.js'
import type { AllocationProfile } from '../../report/profile.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import { type CaptureChoice, captureOption } from '../capture-option.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io } from '../io.js'
import { shownTask } from '../progress.js'
import { parseCount, parseDuration, parseSize } from '../quantities.js'
import { chooseTarget, withTarget } from '../targets.js'
import { workerOption } from '../worker-option.js'

interface Options extends AnswerOptions {
  readonly for: number
  readonly interval: number
  readonly limit: number
  readonly retainers?: boolean
  readonly capture: CaptureChoice
  readonly force?: boolean
  readonly worker?: number
}

/** `leakscope allocations`: what allocates the memory that stays alive, by stack, and what retains it. */
export function allocationsCommand(io: Io, started: readonly string[] | undefined): Command {
  const command = new Command('allocations')
    .description(
      'What allocates the memory that stays alive: samples allocations for a while, by stack in the original source, with what retains them.',
    )
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('--for <duration>', 'how long; Ctrl-C ends it early', parseDuration, 30_000)
    .option('--limit <n>', 'how many functions', parseCount(1), 20)
    .option('--interval <size>', 'bytes between two samples, on average', parseSize, USUAL_INTERVAL)
    .option('--retainers', 'capture a heap before and after, even if that pauses the process')
    .option('--no-retainers', 'capture no heap: do not show what retains the memory')
    .addOption(captureOption())
    .addOption(workerOption())
    .option('--force', 'capture heaps even if the pre-flight check refuses it')
    .addHelpText(
      'after',
      `
-o also writes .heapprofile (Chrome DevTools, VS Code), .pb.gz (pprof),
.speedscope.json and .svg (a flame graph); .html has the flame graph, too.

Examples:
  leakscope allocations 4121 --for 1m
  leakscope allocations 4121 -o live.heapprofile -o flame.svg -o page.html`,
    )
  return withAnswerOptions(command).action(async (arg: string | undefined, options: Options) => {
    const task = shownTask(io, options.quiet, io.signal, 10_000)
    try {
      // Loaded lazily: listing the commands does not need it.
      const [{ lasting, recordAllocations }, { allocationReport }, { targetFacts }] = await Promise.all([
        import('../allocation-run.js'),
        import('../allocation-report.js'),
        import('../answering.js'),
      ])
      const spec = await chooseTarget(arg, started, io)
      const { recorded, target } = await withTarget(
        spec,
        { task, io },
        async target => ({
          recorded: await recordAllocations(
            target,
            lasting(options.for, io),
            { ...options, folder: snapshotFolder(io) },
            task,
          ),
          target: targetFacts(target),
        }),
        options.worker,
      )
      task.clear()
      const report = allocationReport(recorded, options.limit)
      await writeAllocations(report, { command: 'allocations', target, heaps: [] }, { options, io })
    } finally {
      task.clear()
    }
  })
}

// The default of live/protocol/sampling.ts, repeated here so that that file is loaded only when needed.
const USUAL_INTERVAL = 32_768

type Written = Parameters<typeof answer>

/** Writes the answer; files with the ending of a profile format get the profile. */
export async function writeAllocations(report: Written[0], envelope: Written[1], context: Written[2]): Promise<void> {
  const { options, io } = context
  const { profile } = report
  const files = options.output ?? []
  const others = files.filter(file => profile === undefined || writerFor(file) === undefined)
  for (const file of files) {
    const writer = profile === undefined ? undefined : writerFor(file)
    if (writer === undefined) continue
    await writeOutput(resolve(io.cwd, file), await writer(profile!, envelope.target), io.signal)
    if (options.quiet !== true) io.stderr.write(`Written to ${file}\n`)
  }
  const { output: _, ...rest } = options
  const elsewhere = files.length > 0 && !others.includes('-')
  if (others.length > 0) await answer(report, envelope, { options: { ...rest, output: others }, io })
  else if (files.length === 0 || options.format !== undefined || options.json === true) {
    return answer(report, envelope, { options: rest, io })
  }
  // The headline is always printed on the terminal.
  if (elsewhere) io.stdout.write(`${plain(report.headline ?? report.title)}\n`)
}

type Writer = (profile: AllocationProfile, target: Written[1]['target']) => Promise<string | Uint8Array>

function writerFor(file: string): Writer | undefined {
  if (/\.heapprofile$/i.test(file))
    return async profile => (await import('../../render/heapprofile.js')).heapProfile(profile)
  if (/\.(pb\.gz|pprof)$/i.test(file)) return async profile => (await import('../../render/pprof.js')).pprof(profile)
  if (/\.speedscope\.json$/i.test(file)) {
    return async (profile, target) =>
      (await import('../../render/speedscope.js')).speedscope(
        profile,
        `live allocations of ${target?.pid ?? 'the process'}`,
      )
  }
  if (/\.svg$/i.test(file)) return async profile => (await import('../../render/flame.js')).flameGraph(profile)
  return undefined
}
