import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { pastChecks } from '../../check/history.js'
import { historyReport } from '../../check/history-report.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io } from '../io.js'
import { parseCount } from '../quantities.js'

interface Options extends AnswerOptions {
  readonly history?: string
  readonly dir?: string
  readonly limit: number
}

/** `leakscope history`: the results of a watch's checks over time. */
export function historyCommand(io: Io): Command {
  const command = new Command('history')
    .description('What the checks of a watch found: memory over time, and which leaks are new, continue, or are gone.')
    .option('--history <file>', 'the file (default: history.jsonl in the folder of heaps)')
    .option('--dir <folder>', 'the folder of heaps (default: .leakscope)')
    .option('--limit <n>', 'how many checks are listed', parseCount(1), 20)
  return withAnswerOptions(command).action(async ({ history, limit, ...options }: Options) => {
    const path = history === undefined ? join(snapshotFolder(io), 'history.jsonl') : resolve(io.cwd, history)
    const report = historyReport(pastChecks(path), limit)
    await answer(report, { command: 'history', target: null, heaps: [] }, { options, io })
  })
}
