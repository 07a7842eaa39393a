import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { type Captures, capturesOf } from '../acquire/captures.js'
import type { Cost } from '../acquire/from-memory.js'
import type { HeldSnapshot } from '../acquire/held-snapshot.js'
import type { Heap } from '../heap/heap.js'
import type { Target } from '../live/attach/attach.js'
import { canary } from '../live/canary.js'
import type { TargetSpec } from '../live/spec.js'
import type { Analysis } from '../questions/ask/analysis.js'
import { idsOfExpressions, targetFacts } from './answering.js'
import { canSave } from './can-save.js'
import { type CaptureFacts, captureFacts } from './capture-facts.js'
import type { CaptureChoice } from './capture-option.js'
import type { Context, ContextWith } from './context.js'
import { type CaptureDone, costNotes, seriesCostNotes } from './cost-notes.js'
import { snapshotFolder } from './heap-source.js'
import { withTarget } from './targets.js'

/** The options of a question about a live target. */
export interface LiveOptions {
  readonly force?: boolean
  readonly capture?: CaptureChoice
  readonly every?: number
  readonly heaps?: number
  readonly worker?: number
  /** False: nothing is written to disk. */
  readonly save?: boolean
  readonly format?: string
  readonly json?: boolean
  readonly output?: readonly string[]
}

/** What was captured from a live target before it was released. */
export interface Captured {
  readonly target: ReturnType<typeof targetFacts>
  readonly files: readonly string[]
  /** The only heap, if it was read during the capture; it may have no file. */
  readonly heap?: Heap
  /** The snapshot that may have to be written after the answer. */
  readonly held?: HeldSnapshot
  /** The heaps of a series, to be read from their records instead of their files. Call `letGo` on each. */
  readonly series?: readonly HeldSnapshot[]
  /** The object ids of the expressions' values. */
  readonly ids: readonly number[]
  /** The cost of the captures to the target, in words; `captures` has it as numbers. */
  readonly notes: readonly string[]
  readonly captures: readonly CaptureFacts[]
}

/**
 * Captures the heap of a live target, once or (for a question about a series) several times, and releases the target.
 * Errors: ATTACH, CAPTURE.
 */
export function captured(
  spec: TargetSpec,
  { name, heaps }: Pick<Analysis, 'name' | 'heaps'>,
  expressions: readonly string[],
  context: ContextWith<LiveOptions>,
): Promise<Captured> {
  const { options } = context
  return withTarget(
    spec,
    context,
    async target => ({
      target: targetFacts(target),
      ...(await take(
        heaps === 'series' ? (options.heaps ?? 2) : 1,
        target,
        { idsFor: idsFor(name, expressions), matching: name === 'new-ids' && expressions.length === 0 },
        context,
      )),
      ids: await idsOfExpressions(target, expressions),
    }),
    options.worker,
  )
}

async function take(
  count: number,
  target: Target,
  { idsFor, matching }: { readonly idsFor: string | undefined; readonly matching: boolean },
  { options, task, io }: ContextWith<LiveOptions>,
): Promise<Pick<Captured, 'files' | 'heap' | 'held' | 'series' | 'notes' | 'captures'>> {
  const { force = false, every, capture } = options
  // Several heaps are compared as files, so a folder that is not writable is an error.
  const { save, note } = count === 1 ? canSave(options, io) : { save: true, note: [] }
  const captures: Captures = capturesOf(target, await canary(target), snapshotFolder(io), capture)
  if (!save) {
    const { heap, cost } = await captures.read(task, { force, idsFor })
    const notes = [...note, ...costNotes(null, cost, io, target)]
    return { files: [], heap, notes, captures: [captureFacts(null, cost, target)] }
  }
  // People get the answer before the file is written; a program must find the file that the answer names. Not if ids
  // are still to be read.
  if (count === 1 && idsFor === undefined && isForPeople(options)) {
    const { heap, cost, snapshot } = await captures.hold(task, { force, until: 'answered' })
    const { path } = snapshot
    const notes = [...note, ...costNotes(path, cost, io, target)]
    const read = heap === undefined ? {} : { heap }
    return { files: [path], ...read, held: snapshot, notes, captures: [captureFacts(path, cost, target)] }
  }
  const series: HeldSnapshot[] = []
  /** The heap captured last, as far as it is still needed. */
  let last: Heap | undefined
  // Ids are compared in files. Otherwise records are better: they have the numbers and addresses that a file lacks.
  const next = async (): Promise<{ path: string; cost: Cost; heap?: Heap }> => {
    if (count === 1 || idsFor !== undefined)
      return captures.take(task, { force, idsFor, ...(matching && { matching: { before: last } }) })
    const { cost, snapshot, heap } = await captures.hold(task, { force })
    series.push(snapshot)
    return { path: snapshot.path, cost, ...(heap && { heap }) }
  }
  const write = async (): Promise<void> => {
    if (series.length === 0) return
    await series.at(-1)!.write(task, { keepRecords: true, graph: last?.graph })
    last = undefined
  }
  const files: string[] = []
  const done: CaptureDone[] = []
  const facts: CaptureFacts[] = []
  try {
    for (let taken = 0; taken < count; taken++) {
      // A file is written while there is time, not while the target is captured.
      if (taken > 0) await pauseDuring(write(), every, { task, io })
      const { path, cost, heap } = await next()
      last = heap
      done.push({ path, cost })
      facts.push(captureFacts(path, cost, target))
      files.push(path)
    }
    if (!isForPeople(options)) await write()
  } catch (error) {
    for (const snapshot of series) snapshot.letGo()
    throw error
  }
  const notes = seriesCostNotes(done, io, target)
  return {
    files,
    ...(count === 1 && last !== undefined ? { heap: last } : {}),
    ...(series.length === 0 ? {} : { series, held: series.at(-1)! }),
    notes,
    captures: facts,
  }
}

const isForPeople = ({ format, json = false, output = [] }: LiveOptions): boolean =>
  (format === undefined || format === 'text') && !json && output.length === 0

// Object ids of a forked child are unknown to the process and to the next child.
function idsFor(question: string, expressions: readonly string[]): string | undefined {
  if (expressions.length > 0) return 'the object of --expr has to be found in the heap'
  return question === 'new-ids' ? 'new-ids compares the ids of objects' : undefined
}

/** Pauses while some work is done. If either fails, the other is not left running. */
async function pauseDuring(work: Promise<void>, every: number | undefined, { task, io }: Context): Promise<void> {
  const failed = new AbortController()
  work.catch(error => failed.abort(error))
  const signal = AbortSignal.any([task.signal, failed.signal])
  const both = await Promise.allSettled([work, pause(every, { task: { ...task, signal }, io })])
  for (const one of both) if (one.status === 'rejected') throw one.reason
}

// Between two captures: the time given, otherwise until Enter on a terminal and ten seconds elsewhere.
async function pause(every: number | undefined, { task, io }: Context): Promise<void> {
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
