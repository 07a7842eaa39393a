import { Command } from 'commander'
import { type NodeProcess, processes } from '../../live/processes.js'
import type { Report } from '../../report/report.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import type { Io } from '../io.js'

/** `leakscope ps`: the Node.js processes here, and which of them can be attached to. */
export function psCommand(io: Io): Command {
  const command = new Command('ps').description(
    'Node.js processes here: version, script, memory, inspector, and whether they can be attached to.',
  )
  return withAnswerOptions(command).action(async (options: AnswerOptions) => {
    const found = (await processes()).filter(({ pid }) => pid !== process.pid)
    await answer(listing(found), { command: 'ps', target: null, heaps: [] }, options, io)
  })
}

function listing(found: readonly NodeProcess[]): Report {
  return {
    title: 'Node.js processes',
    sections: [
      {
        shape: 'table',
        title: 'Node.js processes',
        columns: [
          { key: 'pid', title: 'PID', unit: 'count' },
          { key: 'user', title: 'User', unit: 'text' },
          { key: 'nodeVersion', title: 'Node.js', unit: 'text' },
          { key: 'rss', title: 'RSS', unit: 'bytes' },
          { key: 'workers', title: 'Workers', unit: 'count' },
          { key: 'inspector', title: 'Inspector', unit: 'text' },
          { key: 'script', title: 'Script', unit: 'text' },
          { key: 'attach', title: 'Attach', unit: 'text' },
        ],
        rows: found.map(({ pid, user, nodeVersion, rss, workers, inspector, script, attachable }) => ({
          pid,
          user,
          nodeVersion,
          rss,
          workers,
          inspector: inspector === null ? 'closed' : `port ${inspector}`,
          script,
          attach: attachable === true ? 'yes' : `no: ${attachable}`,
        })),
      },
    ],
    notes: found.length === 0 ? ['No Node.js process of yours runs here.'] : [],
  }
}
