import type { HeldSnapshot } from '../acquire/held-snapshot.js'
import { LeakscopeError } from '../errors.js'
import type { Heap } from '../heap/heap.js'
import type { TargetSpec } from '../live/spec.js'
import type { Report } from '../report/report.js'
import type { Invocation } from './analysis-command.js'
import { type AnswerOptions, answer, writeNotes } from './answer.js'
import { askFiles, askHeap, askHeaps } from './answering.js'
import type { Captured, LiveOptions } from './captured.js'
import type { ContextWith } from './context.js'
import { type HeapFiles, heapSeries, oneHeap } from './heap-source.js'
import { type Io, interruption } from './io.js'
import { memorySection } from './overview.js'
import { type ShownTask, shownTask } from './progress.js'
import { withOlderHeap } from './since.js'

/**
 * Runs an analysis from the command line: on files, or on a live target, which is captured first (for a series several
 * times) and released before anything is computed. `reached` is called with the verdict, if the analysis has one,
 * before the answer is written.
 */
export async function ask(
  invocation: Invocation,
  command: readonly string[] | undefined,
  io: Io,
  reached: (verdict: unknown) => void = () => {},
): Promise<void> {
  const { analysis, args } = invocation
  const options = invocation.values as unknown as AnswerOptions & LiveOptions
  const task = shownTask(io, options.quiet)
  const source = await (analysis.heaps === 1 ? oneHeap(args[0], command, io) : heapSeries(args, command, io))
  try {
    const given =
      'target' in source
        ? await heapsOfTarget(source.target, invocation, { options, task, io })
        : heapsOfFiles(source, invocation)
    // The heap is written even if the analysis fails: after a usage error, the next command can use it.
    await using _ = {
      async [Symbol.asyncDispose]() {
        await writeHeld(given, { options, task, io })
        for (const snapshot of given.series ?? []) snapshot.letGo()
      },
    }
    const asked = { ...invocation, values: await withOlderHeap(given.values, task) }
    const { report, heaps, explore } =
      given.heap !== undefined && asked.analysis.heaps === 1
        ? await askHeap({ ...asked, analysis: asked.analysis }, given.heap, task)
        : given.series !== undefined && asked.analysis.heaps === 'series'
          ? await askHeaps({ ...asked, analysis: asked.analysis }, given.series, task)
          : await askFiles(asked, given.files, task, io.stdin)
    const memory = given.target === null ? [] : await memorySection(analysis, given.target.pid)
    task.clear()
    reached(report.findings?.verdict)
    await answer(
      {
        ...report,
        sections: [...memory, ...report.sections],
        notes: [...given.notes, ...report.notes],
        findings: { ...report.findings, ...given.findings },
      },
      { command: analysis.name, target: given.target, heaps, ...(explore === undefined ? {} : { explore }) },
      { options, io },
    )
  } finally {
    task.clear()
  }
}

/**
 * Runs even if the reader of the answer has gone. A full disk gives only a note, since the answer has been printed.
 */
async function writeHeld(
  { held }: GivenHeaps,
  { options, task, io }: ContextWith<AnswerOptions> & { readonly task: ShownTask },
): Promise<void> {
  const signal = interruption(task.signal)
  if (held === undefined || signal.aborted) return
  task.progress('writing the heap')
  try {
    await held.write({ ...task, signal })
  } catch (error) {
    if (!(error instanceof LeakscopeError)) throw error
    task.clear()
    if (!options.quiet) writeNotes([`No heap is kept: ${error.message}.`], io)
  }
}

/** The heaps of an analysis, from files or a capture. */
interface GivenHeaps {
  readonly target: Captured['target'] | null
  readonly files: readonly string[]
  /** The only heap, if it was read during the capture. */
  readonly heap?: Heap | undefined
  /** Its snapshot, to be written after the answer. */
  readonly held?: HeldSnapshot | undefined
  /** The heaps of a series, if they can be read from their records. */
  readonly series?: readonly HeldSnapshot[] | undefined
  /** Option values, including the ids from `--expr`. */
  readonly values: Invocation['values']
  readonly notes: readonly string[]
  readonly findings?: Report['findings']
}

async function heapsOfTarget(
  spec: TargetSpec,
  { analysis, values }: Invocation,
  context: ContextWith<LiveOptions>,
): Promise<GivenHeaps> {
  // Loaded lazily: a question about a file is answered in less time than loading the live side takes.
  const { captured } = await import('./captured.js')
  const { target, files, heap, held, series, ids, notes, captures } = await captured(
    spec,
    analysis,
    expressionsIn(values),
    context,
  )
  const withIds = { ...values, id: [...((values.id ?? []) as readonly number[]), ...ids] }
  return { target, files, heap, held, series, values: withIds, notes, findings: { captures } }
}

/** Errors: USAGE. */
function heapsOfFiles({ files, note }: HeapFiles, { values }: Invocation): GivenHeaps {
  if (expressionsIn(values).length > 0) {
    throw new LeakscopeError('USAGE', '--expr needs a live process, and this heap is a file', {
      hint: 'Give a pid instead of a file, or select objects with --type or --id.',
    })
  }
  if (values.worker !== undefined) {
    throw new LeakscopeError('USAGE', '--worker needs a live process, and this heap is a file', {
      hint: 'Give a pid, or leave out --worker.',
    })
  }
  return { target: null, files, values, notes: note === undefined ? [] : [note] }
}

const expressionsIn = (values: Invocation['values']): readonly string[] => (values.expr ?? []) as readonly string[]
