import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { type Captures, type Cost, capturesOf } from '../captures.js'
import { LeakscopeError } from '../errors.js'
import type { Target } from '../live/attach.js'
import { canary } from '../live/canary.js'
import type { Task } from '../task.js'
import { sized } from '../units.js'
import type { Asked } from './analysis-command.js'
import { type AnswerOptions, answer } from './answer.js'
import { askFiles, idsOfExpressions, targetFacts } from './answering.js'
import { heapSeries, oneHeap, snapshotFolder } from './heap-source.js'
import type { Io } from './io.js'
import { shownTask } from './progress.js'
import { withOlderHeap } from './since.js'
import { withTarget } from './targets.js'

/** The options of a question asked of a live target. */
export interface LiveOptions {
  readonly force?: boolean
  readonly every?: number
  readonly heaps?: number
}

/**
 * Answers an analysis asked on the command line: of files, or of a live target, which is captured first (a series several times) and
 * let go before anything is computed. Gives the verdict, for the analyses that reach one.
 */
export async function ask(asked: Asked, command: readonly string[] | undefined, io: Io): Promise<unknown> {
  const { analysis, argument } = asked
  const options = asked.values as unknown as AnswerOptions & LiveOptions
  const task = shownTask(io, options.quiet)
  const source = await (analysis.heaps === 1
    ? oneHeap(asked.words[0], command, io)
    : heapSeries(asked.words, command, io))
  const expressions = (asked.values.expr ?? []) as readonly string[]
  try {
    let values = asked.values
    let files: readonly string[]
    let target: ReturnType<typeof targetFacts> | null = null
    const notes: string[] = []
    if ('target' in source) {
      const captured = await withTarget(source.target, task, async target => ({
        facts: targetFacts(target),
        files: await takeSeries(target, analysis.heaps === 1 ? 1 : undefined, options, notes, task, io),
        ids: await idsOfExpressions(target, expressions),
      }))
      target = captured.facts
      files = captured.files
      values = { ...values, id: [...((values.id ?? []) as number[]), ...captured.ids] }
    } else if (expressions.length > 0) {
      throw new LeakscopeError('USAGE', '--expr is evaluated in a live process, and a snapshot file has none', {
        hint: 'Give a pid instead of a file, or choose objects by --type or --id.',
      })
    } else {
      files = source.files
      if (source.note !== undefined) notes.push(source.note)
    }
    values = await withOlderHeap(values, task)
    const { report, heaps } = await askFiles(analysis, files, values, argument, task, io.stdin)
    task.clear()
    await answer(
      { ...report, notes: [...notes, ...report.notes] },
      { command: analysis.name, target, heaps },
      options,
      io,
    )
    return report.findings?.verdict
  } finally {
    task.clear()
  }
}

async function takeSeries(
  target: Target,
  count: number | undefined,
  { force = false, every, heaps = 2 }: LiveOptions,
  notes: string[],
  task: Task,
  io: Io,
): Promise<string[]> {
  const captures: Captures = capturesOf(target, await canary(target), snapshotFolder(io))
  const files: string[] = []
  for (let taken = 0; taken < (count ?? heaps); taken++) {
    if (taken > 0) await pause(every, task, io)
    const { path, cost } = await captures.take(task, { force })
    notes.push(...costNotes(path, cost, io))
    files.push(path)
  }
  return files
}

/** What a capture did to the target. `path` is `null` for a snapshot that was not kept. */
export function costNotes(path: string | null, { seconds, rssBefore, rssAfter, warnings }: Cost, io: Io): string[] {
  const kept = path?.startsWith(`${io.cwd}/`) ? path.slice(io.cwd.length + 1) : path
  const stood = seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)
  const cost = `captured ${kept ?? 'a heap, not kept'}: the target stood still for ${stood} s, its RSS went from ${sized(rssBefore)} to ${sized(rssAfter)}`
  return [cost, ...warnings]
}

// Between two captures: as long as was said; without a word, until Enter on a terminal and ten seconds elsewhere.
async function pause(every: number | undefined, task: Task, io: Io): Promise<void> {
  if (every === undefined && io.stdin.isTTY && !io.stdin.readableEnded) {
    io.stderr.write('Press Enter to capture again …')
    const over = new AbortController()
    const signal = AbortSignal.any([task.signal, over.signal])
    try {
      await Promise.race([once(io.stdin, 'data', { signal }), once(io.stdin, 'end', { signal })])
    } finally {
      over.abort()
      io.stdin.pause()
    }
    return
  }
  task.progress(`waiting ${(every ?? 10_000) / 1000} s`)
  await wait(every ?? 10_000, undefined, { signal: task.signal })
}
