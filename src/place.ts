/** A place in the source, counted from 1 as editors do. `file` is a path where one is known, else the script's URL. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}
