import type { HeapNodes } from '../../graph/heap-graph.js'
import type { Heap, HeapSeries } from '../../heap/heap.js'
import type { Report } from '../../report/report.js'

/**
 * One question about heaps, described once: it becomes a command, a verb of the session, a function of the library and
 * a row of the command reference.
 */
export type Analysis<O extends Options = Options> = HeapAnalysis<O> | SeriesAnalysis<O>

interface Question<O extends Options> {
  readonly name: string
  readonly aliases?: readonly string[]
  /** One line for the help, without a full stop. */
  readonly summary: string
  /**
   * An argument before the heaps: `count <type> [heap]`, or after them with `last`: `query [heap] <expression>`. With
   * `many` (`at <@id…> [heap]`), arguments after the first must begin with `@`; `run` receives them joined by spaces.
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
  /** The answer uses neither retained sizes nor retainers, so they are not computed beforehand (see `precompute`). */
  readonly unweighed?: true
  run(heap: Heap, values: Values<O>, argument?: string): Report
  /**
   * `fromNodes` also gives a useful answer for a file that was cut off after its nodes, although names may be missing.
   */
  readonly fromCutOff?: true
  /**
   * The same answer from the nodes alone, which are read in a fraction of the time; `undefined` if these options need
   * more. The function that it returns cannot access edges.
   */
  fromNodes?(values: Values<O>, argument?: string): ((heap: Heap<HeapNodes>) => Report) | undefined
}

/**
 * A question about two or more heaps, oldest first. They arrive one after the other, so that two need not be in memory
 * at once: keep a summary of each and release the heap.
 */
export interface SeriesAnalysis<O extends Options = Options> extends Question<O> {
  readonly heaps: 'series'
  run(heaps: HeapSeries, values: Values<O>): Promise<Report>
}

/**
 * An option as data, in commander's syntax: `flags` is `--limit <n>`, or `--qualified` for a yes/no option. Its key in
 * `options` is the long flag in camelCase. `parse` throws a LeakscopeError with code USAGE and an example of a correct
 * call; a repeatable option (`--id @1 @2`) has `many` and parses each value.
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

/** Defines a question about one heap; the type of the values that `run` receives follows from `options`. */
export const heapAnalysis = <O extends Options>(analysis: HeapAnalysis<O>): HeapAnalysis => analysis

/** The same for a question about a series of heaps. */
export const seriesAnalysis = <O extends Options>(analysis: SeriesAnalysis<O>): SeriesAnalysis => analysis

/** The default option values of an analysis. */
export const defaultsOf = ({ options }: Pick<Analysis, 'options'>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, option]) => [key, option.default]))
