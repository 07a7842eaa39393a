import type { Place } from '../place.js'
import type { OriginalNames } from './original-names.js'

/**
 * Converts V8's script numbers and positions, counted from 0, to source locations. `undefined` if the script is
 * unknown.
 */
export interface Places {
  at(scriptId: number, line: number, column: number): Place | undefined
  /** The file of a script as in places: relative to the program's folder if below it. */
  fileOf?(url: string): string
  /** Whether the script has a readable source map. */
  isMapped?(scriptId: number): boolean
  /** The original names of the script, if a source map has them. */
  namesOf?(scriptId: number): OriginalNames | undefined
}
