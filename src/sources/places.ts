import type { Place } from '../place.js'
import type { OriginalNames } from './original-names.js'

/** Turns V8's script numbers into places. `undefined` where the script is not known. Lines and columns go in counted from 0. */
export interface Places {
  at(scriptId: number, line: number, column: number): Place | undefined
  /** What names of the script were in the source, where a source map tells. */
  namesOf?(scriptId: number): OriginalNames | undefined
}
