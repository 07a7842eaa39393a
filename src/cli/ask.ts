import { LeakscopeError } from '../errors.js'
import type { Report } from '../report/report.js'
import type { Invocation } from './analysis-command.js'
import { type AnswerOptions, answer } from './answer.js'
import { askFiles, askHeap } from './answering.js'
import type { Captured, LiveOptions } from './captured.js'
import { heapSeries, oneHeap } from './heap-source.js'
import type { Io } from './io.js'
import { memorySection } from './overview.js'
import { shownTask } from './progress.js'
import { withOlderHeap } from './since.js'

/**
 * Answers an analysis asked on the command line: of files, or of a live target, which is captured first (a series several times) and
 * let go before anything is computed. `reached` is given the verdict, of the analyses that reach one, before the answer is written.
 */
export async function ask(
  invocation: Invocation,
  command: readonly string[] | undefined,
  io: Io,
  reached: (verdict: unknown) => void = () => {},
): Promise<void> {
  const { analysis, argument } = invocation
  const options = invocation.values as unknown as AnswerOptions & LiveOptions
  const task = shownTask(io, options.quiet)
  const source = await (analysis.heaps === 1
    ? oneHeap(invocation.args[0], command, io)
    : heapSeries(invocation.args, command, io))
  const expressions = (invocation.values.expr ?? []) as readonly string[]
  try {
    let values = invocation.values
    let files: readonly string[]
    let target: Captured['target'] | null = null
    let heap: Captured['heap']
    const notes: string[] = []
    let findings: Report['findings']
    if ('target' in source) {
      // Only now: a question about a file has its answer before the live side would have been loaded.
      const { captured } = await import('./captured.js')
      const taken = await captured(source.target, analysis, expressions, { options, task, io })
      ;({ target, files, heap } = taken)
      notes.push(...taken.notes)
      findings = { captures: taken.captures }
      values = { ...values, id: [...((values.id ?? []) as number[]), ...taken.ids] }
    } else if (expressions.length > 0) {
      throw new LeakscopeError('USAGE', '--expr needs a live process, and this heap is a file', {
        hint: 'Give a pid instead of a file, or choose objects by --type or --id.',
      })
    } else if (invocation.values.worker !== undefined) {
      throw new LeakscopeError('USAGE', '--worker needs a live process, and this heap is a file', {
        hint: 'Give a pid, or leave out --worker.',
      })
    } else {
      files = source.files
      if (source.note !== undefined) notes.push(source.note)
    }
    values = await withOlderHeap(values, task)
    const { report, heaps, explore } =
      heap !== undefined && analysis.heaps === 1
        ? await askHeap(analysis, heap, values, argument, task)
        : await askFiles(analysis, files, values, argument, task, io.stdin)
    const memory = target === null ? [] : await memorySection(analysis, target.pid)
    task.clear()
    reached(report.findings?.verdict)
    await answer(
      {
        ...report,
        sections: [...memory, ...report.sections],
        notes: [...notes, ...report.notes],
        findings: { ...report.findings, ...findings },
      },
      { command: analysis.name, target, heaps, ...(explore === undefined ? {} : { explore }) },
      options,
      io,
    )
  } finally {
    task.clear()
  }
}
