import { extname, resolve } from 'node:path'
import { Command } from 'commander'
import { capturesOf } from '../../captures.js'
import { LeakscopeError } from '../../errors.js'
import type { Target } from '../../live/attach.js'
import { canary } from '../../live/canary.js'
import { attachWorkers } from '../../live/workers.js'
import { tellNotes } from '../answer.js'
import { type CaptureWay, captureOption } from '../capture-option.js'
import { costNotes } from '../cost-notes.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io } from '../io.js'
import { type ShownTask, shownTask } from '../progress.js'
import { chooseTarget, withTarget } from '../targets.js'
import { workerOrAllOption } from '../worker-option.js'

interface Options {
  readonly output?: string
  readonly capture: CaptureWay
  readonly force?: boolean
  readonly quiet?: boolean
  readonly worker?: number | 'all'
}

/** `leakscope snapshot`: captures a heap into a file that DevTools can open, and prints its path. */
export function snapshotCommand(io: Io, started: readonly string[] | undefined): Command {
  return new Command('snapshot')
    .description('Capture the heap of a live process into a .heapsnapshot file, which DevTools can open too.')
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('-o, --output <file>', 'where to write it (default: .leakscope/, named by time and pid)')
    .addOption(captureOption())
    .addOption(workerOrAllOption())
    .option('--force', 'also where the pre-flight check warns of the memory it takes')
    .option('-q, --quiet', 'no progress and no notes')
    .action(async (word: string | undefined, options: Options) => {
      const task = shownTask(io, options.quiet)
      try {
        const spec = await chooseTarget(word, started, io)
        const thread = options.worker === 'all' ? undefined : options.worker
        const notes = await withTarget(
          spec,
          task,
          io,
          async target => {
            if (options.worker !== 'all') return take(target, options, task, io)
            return [...(await take(target, options, task, io)), ...(await takeWorkers(target, options, task, io))]
          },
          thread,
        )
        if (!options.quiet) tellNotes(notes, io)
      } finally {
        task.clear()
      }
    })
}

/** Captures one heap, prints its path as soon as it is whole, and gives what people should know of it. */
async function take(target: Target, options: Options, task: ShownTask, io: Io): Promise<string[]> {
  const captures = capturesOf(target, await canary(target), snapshotFolder(io), options.capture)
  const { path, cost } = await captures.take(task, {
    force: options.force === true,
    path: pathFor(target, options, io),
  })
  task.clear()
  io.stdout.write(`${path}\n`)
  return costNotes(path, cost, io, target)
}

// One after the other: the memory that a capture takes is the process's, whichever thread it is about.
async function takeWorkers(target: Target, options: Options, task: ShownTask, io: Io): Promise<string[]> {
  await using workers = await attachWorkers(target)
  const notes: string[] = []
  for (const worker of workers.targets) {
    try {
      notes.push(...(await take(worker, options, task, io)))
    } catch (error) {
      // Workers come and go; that one has gone is no reason to leave out the others.
      if (!(error instanceof LeakscopeError) || error.code !== 'TARGET_GONE' || (await gone(target))) throw error
      notes.push(`${error.message}, and its heap with it`)
    }
  }
  return notes
}

const gone = (target: Target): Promise<boolean> =>
  Promise.race([target.closed.then(() => true), new Promise<false>(resolve => setImmediate(resolve, false))])

// `-o heap.heapsnapshot` becomes `heap-worker3.heapsnapshot` for a worker, where all are taken.
function pathFor({ worker }: Target, { output, worker: wanted }: Options, io: Io): string | undefined {
  if (output === undefined) return undefined
  const path = resolve(io.cwd, output)
  if (wanted !== 'all' || worker === undefined) return path
  const ending = extname(path)
  return `${path.slice(0, path.length - ending.length)}-worker${worker.id}${ending}`
}
