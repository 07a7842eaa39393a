import type { HeldSnapshot } from '../acquire/held-snapshot.js'
import { openHeap, openHeapNodes } from '../acquire/open-heap.js'
import { LeakscopeError } from '../errors.js'
import type { HeapNodes } from '../graph/heap-graph.js'
import { redacted } from '../graph/redacted.js'
import type { Heap, HeapSeries } from '../heap/heap.js'
import type { Target } from '../live/attach/attach.js'
import { objectIdOf } from '../live/protocol/evaluate.js'
import type { Analysis, HeapAnalysis, SeriesAnalysis } from '../questions/ask/analysis.js'
import { precompute } from '../questions/ask/precompute.js'
import type { Envelope } from '../render/format.js'
import type { Explorable } from '../report/explorable.js'
import type { Report } from '../report/report.js'
import type { Task } from '../task.js'
import { explorableOf } from './explore.js'

/** An analysis with the values of its options and its argument. */
export interface AskedAnalysis<Asked extends Analysis = Analysis> {
  readonly analysis: Asked
  /** Option values by key: those of the analysis and the common ones. */
  readonly values: Readonly<Record<string, unknown>>
  /** The argument before the heaps, if the analysis takes one. */
  readonly argument?: string | undefined
}

/** The answer of an analysis, with the heaps it used. */
export interface Answered {
  readonly report: Report
  readonly heaps: readonly Record<string, unknown>[]
  /** Extracts the part of the heap around the objects in the report. */
  readonly explore?: () => Explorable | undefined
}

/**
 * Runs an analysis on files; those of a series are read one after the other. Errors: those of reading, and the
 * analysis' own.
 */
export async function askFiles(
  { analysis, values, argument }: AskedAnalysis,
  files: readonly string[],
  task: Task,
  stdin?: AsyncIterable<Uint8Array>,
): Promise<Answered> {
  if (analysis.heaps === 1) {
    const fromNodes = analysis.fromNodes?.(values as never, argument)
    if (fromNodes !== undefined) {
      const nodes = await openHeapNodes(files[0]!, task, stdin, analysis.fromCutOff ? 'read' : 'refused')
      task.progress(analysis.name)
      const report = fromNodes(nodes)
      const notes = nodes.cutOff === undefined ? report.notes : [nodes.cutOff, ...report.notes]
      return { report: { ...report, notes }, heaps: [heapFacts(nodes)] }
    }
    return askHeap({ analysis, values, argument }, await openHeap(files[0]!, task, stdin), task)
  }
  return askSeries({ analysis, values }, files, task, stdin)
}

/** A heap of a series: a file, a captured heap that is yet to be read, or one that has been read. */
export type HeapOfSeries = string | HeldSnapshot | Heap

/** Runs an analysis on several heaps. Errors: those of reading, and the analysis' own. */
export const askHeaps = (
  question: AskedAnalysis<SeriesAnalysis>,
  heaps: readonly HeapOfSeries[],
  task: Task,
): Promise<Answered> => askSeries(question, heaps, task)

/** Runs an analysis on one heap that has been read. Ctrl-C takes effect between the facts that are computed for it. */
export async function askHeap(
  { analysis, values, argument }: AskedAnalysis<HeapAnalysis>,
  whole: Heap,
  task: Task,
): Promise<Answered> {
  const heap = asShown(whole, values)
  await precompute(heap.graph, analysis, values as never, argument, task)
  const report = analysis.run(heap, values as never, argument)
  return { report, heaps: [heapFacts(heap)], explore: () => explorableOf(heap, report) }
}

/** With `--redact`, the heap without its string contents. */
const asShown = (heap: Heap, { redact }: Readonly<Record<string, unknown>>): Heap =>
  redact === true ? { ...heap, graph: redacted(heap.graph) } : heap

/**
 * Evaluates the expressions of `--expr` in the target and returns the object ids, which are valid in the heap captured
 * just before. Runs after the capture, since a handle on an object would appear as a retainer. Errors: NOT_FOUND,
 * USAGE.
 */
export async function idsOfExpressions(target: Target, expressions: readonly string[]): Promise<number[]> {
  const ids: number[] = []
  for (const expression of expressions) {
    const id = await objectIdOf(target, expression)
    if (id === undefined) {
      throw new LeakscopeError(
        'NOT_FOUND',
        `${expression} evaluates to a value that is not an object in the captured heap`,
        {
          hint: 'Use an object that the program keeps, such as globalThis.cache. Numbers, strings and new objects are not in the heap.',
        },
      )
    }
    ids.push(id)
  }
  return ids
}

/** The facts of a heap in JSON output. */
export function heapFacts({ graph, origin, bytes }: Heap<HeapNodes>): Record<string, unknown> {
  const { path, pid, worker, nodeVersion, capturedAt } = origin
  const thread = worker === undefined ? {} : { worker }
  return { path, pid, ...thread, nodeVersion, capturedAt, nodes: graph.nodeCount, edges: graph.edgeCount, bytes }
}

/** The facts of a target in JSON output. */
export function targetFacts(target: Target): NonNullable<Envelope['target']> {
  const { pid, worker, nodeVersion, title, url, openedInspector } = target
  return { pid, ...(worker === undefined ? {} : { worker }), nodeVersion, title, url, openedInspector }
}

async function askSeries(
  { analysis, values }: AskedAnalysis<SeriesAnalysis>,
  files: readonly HeapOfSeries[],
  task: Task,
  stdin?: AsyncIterable<Uint8Array>,
): Promise<Answered> {
  const twice = files.find((file, at) => files.indexOf(file) < at)
  if (twice !== undefined) {
    throw new LeakscopeError('USAGE', `${typeof twice === 'string' ? twice : 'a heap'} is named twice`, {
      hint: 'Name heaps of one process, captured one after the other.',
    })
  }
  const read = async (file: HeapOfSeries): Promise<Heap> => {
    if (typeof file === 'string') return openHeap(file, task, stdin)
    return 'graph' in file ? file : file.open(task)
  }
  const facts: Record<string, unknown>[] = []
  const threads = new Set<number>()
  // Not a generator: it would keep the last heap alive while it reads the next, so that two are in memory.
  const next = async (): Promise<IteratorResult<Heap, undefined>> => {
    const file = files[facts.length]
    if (file === undefined) return { done: true, value: undefined }
    const heap = await read(file)
    facts.push(heapFacts(heap))
    threads.add(heap.origin.worker?.id ?? 0)
    return { done: false, value: asShown(heap, values) }
  }
  const heaps: HeapSeries = { length: files.length, [Symbol.asyncIterator]: () => ({ next }) }
  const report = await analysis.run(heaps, values as never)
  const notes = threads.size > 1 ? ['The heaps are of different threads: a difference need not be growth.'] : []
  return { report: { ...report, notes: [...notes, ...report.notes] }, heaps: facts }
}
