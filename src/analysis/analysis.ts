import type { Report } from '../report/report.js'
import type { Heap } from './heap.js'

/**
 * One question people ask of a heap, described once: it becomes a command, a verb of the session, a function of the library and a
 * row of the command reference. `run` gets the heaps that were asked for and the option values, parsed.
 */
export interface Analysis<O extends Options = Options> {
  readonly name: string
  readonly aliases?: readonly string[]
  /** One line for the help, no full stop. */
  readonly summary: string
  /** How many heaps: 1, 2 (before and after), or a series of two or more. */
  readonly heaps: 1 | 2 | 'series'
  /** A word that stands before the heaps: `count <type> [heap]`. */
  readonly argument?: { readonly name: string; readonly summary: string }
  readonly options: O
  run(heaps: readonly Heap[], values: Values<O>, argument?: string): Report
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
