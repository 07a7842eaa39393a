import type { HeapNodes } from '../graph/heap-graph.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { retainedByType, typeTotals } from '../graph/type-sizes.js'
import { isV8Type, types } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import type { Match } from '../heap/text-match.js'
import { qualifiedTypes } from '../heap/type-names.js'
import { withEdges } from '../heap/with-edges.js'
import { standard } from '../report/columns.js'
import type { Report } from '../report/report.js'
import { flag, type HeapAnalysis, heapAnalysis, type Values } from './ask/analysis.js'
import { choice, cutNote, limit, pattern } from './ask/options.js'

/** The objects of one type in a heap. Sizes in bytes. */
export interface TypeStats {
  readonly type: string
  readonly count: number
  readonly shallow: number
  /** Bytes that would be freed with all objects of the type; `null` if not requested. */
  readonly retained: number | null
}

/** Options that need only the nodes. */
export interface TypeStatsOptions {
  /** Only types whose name matches. */
  readonly filter?: Match | undefined
  /** Rank V8's types and C++ classes, such as `(string)`, with the program's own, instead of last. */
  readonly all?: boolean
}

/** Options that need the whole heap. */
export interface WholeTypeStatsOptions extends TypeStatsOptions {
  /** Distinguish classes of the same name by their file: `store.js:Session`. */
  readonly qualified?: boolean
  /**
   * Compute what each type retains; the shallow size of an object then includes what V8 keeps on its behalf, as in
   * DevTools.
   */
  readonly retained?: boolean
  /** Keep shallow sizes as V8 wrote them, even with `retained`. */
  readonly raw?: boolean
}

/** The object count and sizes of every type of a heap, by name. */
export function statsByType(heap: Heap<HeapNodes>, options?: TypeStatsOptions): Map<string, TypeStats>
export function statsByType(heap: Heap, options?: WholeTypeStatsOptions): Map<string, TypeStats>
export function statsByType(heap: Heap<HeapNodes>, options: WholeTypeStatsOptions = {}): Map<string, TypeStats> {
  const { filter, qualified = false, retained = false, raw = false } = options
  const { of, names } = qualified ? qualifiedTypes(withEdges(heap)) : types(heap.graph)
  const sizes = retained && !raw ? shallowSizes(withEdges(heap).graph) : heap.graph.selfSize
  const { count, shallow } = typeTotals(sizes, of, names.length)
  const kept = retained ? retainedByType(withEdges(heap).graph, { of, names }) : undefined
  const stats = new Map<string, TypeStats>()
  for (const [at, type] of names.entries()) {
    if (count[at] === 0 || filter?.(type) === false) continue
    stats.set(type, { type, count: count[at]!, shallow: shallow[at]!, retained: kept === undefined ? null : kept[at]! })
  }
  return stats
}

const orders = ['count', 'shallow', 'retained'] as const
export type TypeOrder = (typeof orders)[number]

/**
 * The types with the most objects (or bytes), largest first: constructor names before V8's types and C++ classes,
 * unless `all`. `sort: 'retained'` also computes what they retain.
 */
export function rankedTypes(
  heap: Heap<HeapNodes>,
  options?: TypeStatsOptions & { limit?: number; sort?: 'count' | 'shallow' },
): TypeStats[]
export function rankedTypes(
  heap: Heap,
  options?: WholeTypeStatsOptions & { limit?: number; sort?: TypeOrder },
): TypeStats[]
export function rankedTypes(
  heap: Heap<HeapNodes>,
  { limit = 10, sort = 'count', ...options }: WholeTypeStatsOptions & { limit?: number; sort?: TypeOrder } = {},
): TypeStats[] {
  return sorted(statsFor(heap, sort, options), sort, options.all).slice(0, limit)
}

const statsFor = (heap: Heap<HeapNodes>, sort: TypeOrder, options: WholeTypeStatsOptions): Map<string, TypeStats> =>
  // `statsByType` uses the whole heap only if an option needs it.
  statsByType(heap as Heap, { ...options, retained: options.retained || sort === 'retained' })

function sorted(stats: ReadonlyMap<string, TypeStats>, order: TypeOrder, all = false): TypeStats[] {
  const isLast = ({ type }: TypeStats): number => (!all && isV8Type(type) ? 1 : 0)
  const lead = (a: TypeStats, b: TypeStats, key: TypeOrder): number => (b[key] ?? 0) - (a[key] ?? 0)
  return [...stats.values()].sort(
    (a, b) =>
      isLast(a) - isLast(b) ||
      lead(a, b, order) ||
      lead(a, b, 'retained') ||
      lead(a, b, 'shallow') ||
      (a.type < b.type ? -1 : 1),
  )
}

const options = {
  sort: choice('--sort', 'the order; retained also shows what types retain', orders, 'count'),
  limit: limit('how many types', 10),
  filter: pattern('--filter', 'only types whose name matches'),
  qualified: flag('--qualified', 'distinguish classes of the same name by their file: store.js:Session'),
  all: flag('--all', "rank V8's own types, such as (string), with the others, instead of last"),
  raw: flag('--raw', 'with --sort retained: sizes as V8 wrote them, without what it keeps on behalf of an object'),
}

/** `leakscope types`: the most common types. */
export const typesAnalysis: HeapAnalysis = heapAnalysis({
  name: 'types',
  summary: 'The most common types: object counts and sizes',
  heaps: 1,
  options,
  run: report,
  fromCutOff: true,
  fromNodes: values => (values.qualified || values.sort === 'retained' ? undefined : heap => report(heap, values)),
})

const ownSizes =
  "Shallow is V8's own size of each object; --sort retained adds what V8 keeps for it, and what types retain."

function report(
  heap: Heap<HeapNodes>,
  { sort, limit, filter, qualified, raw, all: mixed }: Values<typeof options>,
): Report {
  const all = sorted(statsFor(heap, sort, { filter, qualified, raw }), sort, mixed)
  const rows = all.slice(0, limit)
  const withRetained = sort === 'retained'
  return {
    title: 'Types',
    sections: [
      {
        shape: 'table',
        title: 'Most common types',
        columns: [standard.type, standard.count, standard.shallow, ...(withRetained ? [standard.retained] : [])],
        rows: rows.map(row => ({ ...row })),
        ...(!mixed && { dimmed: rows.map(({ type }) => isV8Type(type)) }),
        ...(!withRetained && { absentKeys: ['retained'] }),
      },
    ],
    notes: [...cutNote(rows.length, all.length), ...(withRetained ? [] : [ownSizes])],
  }
}
