import { Command } from 'commander'
import { processes } from '../../live/processes.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import type { Io } from '../io.js'
import { processListing } from '../process-listing.js'

/** `leakscope ps`: the Node.js processes here, and which of them can be attached to. */
export function psCommand(io: Io): Command {
  const command = new Command('ps').description(
    'Node.js processes here: version, script, memory, inspector, and whether they can be attached to.',
  )
  return withAnswerOptions(command).action(async (options: AnswerOptions) => {
    await answer(processListing(await processes()), { command: 'ps', target: null, heaps: [] }, { options, io })
  })
}
