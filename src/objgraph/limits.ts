import type { Writable } from 'node:stream'

/** The number of rows, 10 by default; `null` for all. */
export interface Limited {
  readonly limit?: number | null
}

/** Where output is printed, by default to stdout. */
export interface Printing {
  readonly file?: Pick<Writable, 'write'>
}

/** The first rows, up to the limit. */
export const first = <T>(rows: readonly T[], { limit = 10 }: Limited): T[] => rows.slice(0, limit ?? undefined)
