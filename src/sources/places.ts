import type { Place } from '../place.js'
import type { OriginalNames } from './original-names.js'

/** Turns V8's script numbers into places. `undefined` where the script is not known. Lines and columns go in counted from 0. */
export interface Places {
  at(scriptId: number, line: number, column: number): Place | undefined
  /** The file of a script as places have it: below the folder in which the program runs relative to that. */
  fileOf?(url: string): string
  /** Whether the script has a source map that can be read. */
  isMapped?(scriptId: number): boolean
  /** What names of the script were in the source, where a source map tells. */
  namesOf?(scriptId: number): OriginalNames | undefined
}
