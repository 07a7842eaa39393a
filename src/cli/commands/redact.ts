import { resolve } from 'node:path'
import { Command } from 'commander'
import { openHeap } from '../../acquire/open-heap.js'
import { LeakscopeError } from '../../errors.js'
import { redacted } from '../../graph/redacted.js'
import { createSnapshotFile } from '../../live/capture/snapshot-file.js'
import { writeSnapshot } from '../../snapshot/write.js'
import type { Io } from '../io.js'
import { shownTask } from '../progress.js'

interface Options {
  readonly names?: boolean
  readonly quiet?: boolean
}

/** `leakscope redact`: copies a snapshot without its string contents, to send to someone. */
export function redactCommand(io: Io): Command {
  return new Command('redact')
    .description(
      'A copy of a snapshot without the contents of its strings, numbers and source texts, to send to someone.',
    )
    .argument('<in>', 'a .heapsnapshot file (also .gz, - for stdin)')
    .argument('<out>', 'the file to write, readable by leakscope and DevTools')
    .option('--names', 'replace the names of properties, variables, functions and classes, too')
    .option('-q, --quiet', 'no progress and no notes')
    .action(async (from: string, to: string, { names = false, quiet }: Options) => {
      const path = resolve(io.cwd, to)
      if (from !== '-' && resolve(io.cwd, from) === path) {
        throw new LeakscopeError('USAGE', `${to} is the snapshot that is read`, { hint: 'Name another file to write.' })
      }
      const task = shownTask(io, quiet)
      try {
        const { graph } = await openHeap(from === '-' ? from : resolve(io.cwd, from), task, io.stdin)
        task.progress('writing')
        const file = createSnapshotFile(path)
        try {
          for (const part of writeSnapshot(redacted(graph, { names }))) {
            task.signal.throwIfAborted()
            await file.write(part)
          }
          file.finish()
        } catch (error) {
          file.discard()
          throw error
        }
      } finally {
        task.clear()
      }
      if (!quiet) io.stderr.write(`Written to ${to}\n`)
    })
}
