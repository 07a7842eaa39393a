import { extname } from 'node:path'
import { Command } from 'commander'
import { capturesOf } from '../../acquire/captures.js'
import { LeakscopeError } from '../../errors.js'
import type { Target } from '../../live/attach/attach.js'
import { canary } from '../../live/canary.js'
import { attachWorkers } from '../../live/workers.js'
import { type AnswerOptions, answer, withFormatOptions, writeNotes } from '../answer.js'
import { targetFacts } from '../answering.js'
import { type CaptureFacts, captureFacts } from '../capture-facts.js'
import { type CaptureChoice, captureOption } from '../capture-option.js'
import type { ContextWith } from '../context.js'
import { costNotes } from '../cost-notes.js'
import { snapshotFolder, snapshotPath } from '../heap-source.js'
import type { Io } from '../io.js'
import { type ShownTask, shownTask } from '../progress.js'
import { capturedHeapFacts, snapshotReport } from '../snapshot-report.js'
import { withStorageOptions } from '../storage.js'
import { chooseTarget, withTarget } from '../targets.js'
import { workerOrAllOption } from '../worker-option.js'

interface Options extends Omit<AnswerOptions, 'output'> {
  readonly output?: string
  readonly capture: CaptureChoice
  readonly force?: boolean
  readonly worker?: number | 'all'
}

/**
 * `leakscope snapshot`: captures a heap into a file that DevTools can open, and prints its path; `-o` names that file,
 * not the report's.
 */
export function snapshotCommand(io: Io, started: readonly string[] | undefined): Command {
  const command = new Command('snapshot')
    .description('Capture the heap of a live process into a .heapsnapshot file, which DevTools can open too.')
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('-o, --output <file>', 'where to write it (default: .leakscope/, named by time and pid)')
    .addOption(captureOption())
    .addOption(workerOrAllOption())
    .option('--force', 'capture even if the pre-flight check refuses it')
  return withFormatOptions(withStorageOptions(command), 'table').action(
    async (arg: string | undefined, given: Options) => {
      const { output } = given
      const options = output === undefined ? given : { ...given, output: snapshotPath(output, io) }
      const task = shownTask(io, options.quiet)
      const context = { options, task, io }
      const thread = options.worker === 'all' ? undefined : options.worker
      const taken: Taken = { heaps: [], captures: [], notes: [] }
      try {
        const spec = await chooseTarget(arg, started, io)
        const work = async (target: Target): Promise<ReturnType<typeof targetFacts>> => {
          await take(target, taken, context)
          if (options.worker === 'all') await takeWorkers(target, taken, context)
          return targetFacts(target)
        }
        const target = await withTarget(spec, context, work, thread)
        task.clear()
        const { captures, heaps, notes } = taken
        // `-o` names the snapshot: the report goes to stdout.
        const { output: _, ...look } = options
        if (inText(options)) {
          if (!options.quiet) writeNotes(notes, io)
        } else
          await answer(snapshotReport(captures, notes), { command: 'snapshot', target, heaps }, { options: look, io })
      } finally {
        task.clear()
      }
    },
  )
}

/** The heaps captured so far, and notes about them. */
interface Taken {
  readonly heaps: Record<string, unknown>[]
  readonly captures: CaptureFacts[]
  readonly notes: string[]
}

const inText = ({ json, format = 'text' }: Options): boolean => !json && format === 'text'

/** Captures one heap, and for text output prints its path as soon as it is complete. */
async function take(
  target: Target,
  taken: Taken,
  { options, task, io }: ContextWith<Options, ShownTask>,
): Promise<void> {
  const captures = capturesOf(target, await canary(target), snapshotFolder(io), options.capture)
  const { path, cost } = await captures.take(task, {
    force: options.force === true,
    path: pathFor(target, options),
  })
  task.clear()
  if (inText(options)) io.stdout.write(`${path}\n`)
  const facts = captureFacts(path, cost, target)
  taken.captures.push(facts)
  taken.heaps.push(capturedHeapFacts(path, facts, target))
  taken.notes.push(...costNotes(path, cost, io, target))
}

// One after the other: each capture takes memory of the process, whichever thread it captures.
async function takeWorkers(target: Target, taken: Taken, context: ContextWith<Options, ShownTask>): Promise<void> {
  await using workers = await attachWorkers(target)
  for (const worker of workers.targets) {
    try {
      await take(worker, taken, context)
    } catch (error) {
      // A worker may end meanwhile; capture the others nevertheless.
      if (!(error instanceof LeakscopeError) || error.code !== 'TARGET_GONE' || (await gone(target))) throw error
      taken.notes.push(`${error.message}, and its heap with it`)
    }
  }
}

const gone = (target: Target): Promise<boolean> =>
  Promise.race([target.closed.then(() => true), new Promise<false>(resolve => setImmediate(resolve, false))])

// With `--worker all`, `-o heap.heapsnapshot` becomes `heap-worker3.heapsnapshot` for a worker.
function pathFor({ worker }: Target, { output: path, worker: wanted }: Options): string | undefined {
  if (path === undefined || wanted !== 'all' || worker === undefined) return path
  const ending = extname(path)
  return `${path.slice(0, path.length - ending.length)}-worker${worker.id}${ending}`
}
