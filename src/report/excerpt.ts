import type { Place } from '../place.js'

/** A few lines of a source file around a place that an answer names. */
export interface Excerpt {
  readonly place: Place
  /** Where the file is on this machine, for links into an editor. */
  readonly path: string
  /** From 1: the number of the first of `lines`. */
  readonly from: number
  readonly lines: readonly string[]
}
