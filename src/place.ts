/**
 * A source location; line and column count from 1, as in editors. `file` is a path if one is known, otherwise the
 * script's URL.
 */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Whether a file is Node.js' own rather than the program's or a package's: `node:internal/timers`. */
export const isNodejsFile = (file: string): boolean => file.startsWith('node:')

/** Whether a place is known and in Node.js' own code. */
export const isNodejsPlace = (place: Place | null | undefined): boolean => place != null && isNodejsFile(place.file)

/** Whether a place is known and in the program or its packages. */
export const isProgramPlace = (place: Place | null | undefined): place is Place =>
  place != null && !isNodejsFile(place.file)
