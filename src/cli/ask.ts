import type { HeldSnapshot } from '../acquire/held-snapshot.js'
import { LeakscopeError } from '../errors.js'
import type { Heap } from '../heap/heap.js'
import type { TargetSpec } from '../live/spec.js'
import type { Report } from '../report/report.js'
import type { Invocation } from './analysis-command.js'
import { type AnswerOptions, answer, writeNotes } from './answer.js'
import { askFiles, askHeap } from './answering.js'
import type { Captured, LiveOptions } from './captured.js'
import type { ContextWith } from './context.js'
import { type HeapFiles, heapSeries, oneHeap } from './heap-source.js'
import { type Io, interruption } from './io.js'
import { memorySection } from './overview.js'
import { type ShownTask, shownTask } from './progress.js'
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
  const { analysis, args } = invocation
  const options = invocation.values as unknown as AnswerOptions & LiveOptions
  const task = shownTask(io, options.quiet)
  const source = await (analysis.heaps === 1 ? oneHeap(args[0], command, io) : heapSeries(args, command, io))
  try {
    const given =
      'target' in source
        ? await heapsOfTarget(source.target, invocation, { options, task, io })
        : heapsOfFiles(source, invocation)
    // Whoever asked wrongly asks again: of the heap that is there.
    await using _ = { [Symbol.asyncDispose]: () => writeHeld(given, { options, task, io }) }
    const asked = { ...invocation, values: await withOlderHeap(given.values, task) }
    const { report, heaps, explore } =
      given.heap !== undefined && asked.analysis.heaps === 1
        ? await askHeap({ ...asked, analysis: asked.analysis }, given.heap, task)
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

/** Also where nobody reads the answer to its end; a disk without room is worth a note, as the answer is there. */
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

/** What an analysis is asked of, wherever it came from. */
interface GivenHeaps {
  readonly target: Captured['target'] | null
  readonly files: readonly string[]
  /** The one heap, where it was read while it was captured. */
  readonly heap?: Heap | undefined
  /** Its snapshot, to be written once it is answered. */
  readonly held?: HeldSnapshot | undefined
  /** Option values, with the ids of what `--expr` gave. */
  readonly values: Invocation['values']
  readonly notes: readonly string[]
  readonly findings?: Report['findings']
}

async function heapsOfTarget(
  spec: TargetSpec,
  { analysis, values }: Invocation,
  context: ContextWith<LiveOptions>,
): Promise<GivenHeaps> {
  // Only now: a question about a file has its answer before the live side would have been loaded.
  const { captured } = await import('./captured.js')
  const { target, files, heap, held, ids, notes, captures } = await captured(
    spec,
    analysis,
    expressionsIn(values),
    context,
  )
  const withIds = { ...values, id: [...((values.id ?? []) as readonly number[]), ...ids] }
  return { target, files, heap, held, values: withIds, notes, findings: { captures } }
}

/** Errors: USAGE. */
function heapsOfFiles({ files, note }: HeapFiles, { values }: Invocation): GivenHeaps {
  if (expressionsIn(values).length > 0) {
    throw new LeakscopeError('USAGE', '--expr needs a live process, and this heap is a file', {
      hint: 'Give a pid instead of a file, or choose objects by --type or --id.',
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
