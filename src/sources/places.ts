import type { Place } from '../place.js'

/** Turns V8's script numbers into places. `undefined` where the script is not known. Lines and columns go in counted from 0. */
export interface Places {
  at(scriptId: number, line: number, column: number): Place | undefined
}
