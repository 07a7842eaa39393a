import { resolve } from 'node:path'
import { Command } from 'commander'
import { capturesOf } from '../../captures.js'
import { canary } from '../../live/canary.js'
import { tellNotes } from '../answer.js'
import { type CaptureWay, captureOption } from '../capture-option.js'
import { costNotes } from '../cost-notes.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io } from '../io.js'
import { shownTask } from '../progress.js'
import { chooseTarget, withTarget } from '../targets.js'

interface Options {
  readonly output?: string
  readonly capture: CaptureWay
  readonly force?: boolean
  readonly quiet?: boolean
}

/** `leakscope snapshot`: captures a heap into a file that DevTools can open, and prints its path. */
export function snapshotCommand(io: Io, started: readonly string[] | undefined): Command {
  return new Command('snapshot')
    .description('Capture the heap of a live process into a .heapsnapshot file, which DevTools can open too.')
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('-o, --output <file>', 'where to write it (default: .leakscope/, named by time and pid)')
    .addOption(captureOption())
    .option('--force', 'also where the pre-flight check warns of the memory it takes')
    .option('-q, --quiet', 'no progress and no notes')
    .action(async (word: string | undefined, options: Options) => {
      const task = shownTask(io, options.quiet)
      try {
        const spec = await chooseTarget(word, started, io)
        const taken = await withTarget(spec, task, async target => {
          const captures = capturesOf(target, await canary(target), snapshotFolder(io), options.capture)
          const path = options.output === undefined ? undefined : resolve(io.cwd, options.output)
          return captures.take(task, { force: options.force === true, path })
        })
        task.clear()
        io.stdout.write(`${taken.path}\n`)
        if (!options.quiet) tellNotes(costNotes(taken.path, taken.cost, io), io)
      } finally {
        task.clear()
      }
    })
}
