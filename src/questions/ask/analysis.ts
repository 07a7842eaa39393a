import type { HeapNodes } from '../../graph/heap-graph.js'
import type { Heap, HeapSeries } from '../../heap/heap.js'
import type { Report } from '../../report/report.js'

/**
 * One question people ask of heaps, described once: it becomes a command, a verb of the session, a function of the library and a
 * row of the command reference.
 */
export type Analysis<O extends Options = Options> = HeapAnalysis<O> | SeriesAnalysis<O>

interface Question<O extends Options> {
  readonly name: string
  readonly aliases?: readonly string[]
  /** One line for the help, no full stop. */
  readonly summary: string
  /**
   * A word that stands before the heaps: `count <type> [heap]`, or after them where it is `last`: `query [heap] <expression>`. Of `many`
   * (`at <@id…> [heap]`) those that follow the first begin with `@`; `run` is given them with spaces between.
   */
  readonly argument?: {
    readonly name: string
    readonly summary: string
    readonly last?: boolean
    readonly many?: boolean
  }
  readonly options: O
}

/** A question about one heap. */
export interface HeapAnalysis<O extends Options = Options> extends Question<O> {
  readonly heaps: 1
  /** Neither retained sizes nor retainers go into any answer, so nobody works them out beforehand (see `groundwork`). */
  readonly unweighed?: true
  run(heap: Heap, values: Values<O>, argument?: string): Report
  /** What `fromNodes` gives is worth having also of a file that ends behind its nodes, where names may be missing. */
  readonly fromCutOff?: true
  /**
   * The same answer from the nodes alone, which are read in a fraction of the time; `undefined` where this asking needs more. What it
   * gives cannot touch an edge.
   */
  fromNodes?(values: Values<O>, argument?: string): ((heap: Heap<HeapNodes>) => Report) | undefined
}

/**
 * A question about two heaps or more, oldest first. They come one after the other, so that no two need lie in memory whole: keep a
 * summary of each and let the heap go.
 */
export interface SeriesAnalysis<O extends Options = Options> extends Question<O> {
  readonly heaps: 'series'
  run(heaps: HeapSeries, values: Values<O>): Promise<Report>
}

/**
 * An option as data, in the words of commander: `flags` is `--limit <n>`, or `--qualified` for a yes/no option. The key it has in
 * `options` is its long flag in camelCase. `parse` throws a LeakscopeError with code USAGE that carries an example of a right call;
 * a repeatable option (`--id @1 @2`) has `many` and parses each word.
 */
export interface Option<T> {
  readonly flags: string
  readonly summary: string
  readonly default: T
  readonly many?: boolean
  readonly parse?: (text: string) => unknown
}

export type Options = Readonly<Record<string, Option<unknown>>>
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never }

/** A yes/no option. */
export const flag = (flags: string, summary: string): Option<boolean> => ({ flags, summary, default: false })

/** Describes a question about one heap: what its `run` is given follows from its options. */
export const heapAnalysis = <O extends Options>(analysis: HeapAnalysis<O>): HeapAnalysis => analysis

/** The same for a question about a series of heaps. */
export const seriesAnalysis = <O extends Options>(analysis: SeriesAnalysis<O>): SeriesAnalysis => analysis

/** The option values of an analysis where nobody says. */
export const defaultsOf = ({ options }: Pick<Analysis, 'options'>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, option]) => [key, option.default]))
