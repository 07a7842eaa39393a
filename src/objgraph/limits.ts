import type { Writable } from 'node:stream'

/** How many rows: ten unless it is said; `null` for all. */
export interface Limited {
  readonly limit?: number | null
}

/** Where what is printed goes: standard output unless it is said. */
export interface Printing {
  readonly file?: Pick<Writable, 'write'>
}

/** The first rows, as many as are wanted. */
export const first = <T>(rows: readonly T[], { limit = 10 }: Limited): T[] => rows.slice(0, limit ?? undefined)
