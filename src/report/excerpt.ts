import type { Place } from '../place.js'

/** A few lines of a source file around a location in an answer. */
export interface Excerpt {
  readonly place: Place
  /** The file's path on this machine, for links that open an editor. */
  readonly path: string
  /** The line number of the first entry of `lines`, from 1. */
  readonly from: number
  readonly lines: readonly string[]
}
