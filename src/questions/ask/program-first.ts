import { counted } from '../../units.js'
import { flag, type Option } from './analysis.js'

/** `--all`, for questions that list objects of Node.js itself last. */
export const all: Option<boolean> = flag(
  '--all',
  'rank what belongs to Node.js itself with the others, instead of last',
)

/** Ranked rows, and a note about their order. */
export interface Ranked<T> {
  readonly rows: readonly T[]
  readonly notes: readonly string[]
}

/**
 * Moves what belongs to Node.js itself behind what belongs to the program, since a leak is rarely there; both keep
 * their order. `what` names them in the note: `collections that only Node.js holds`. With `mixed`, the order is
 * unchanged.
 */
export function programFirst<T>(
  rows: readonly T[],
  isNodejs: (row: T) => boolean,
  what: string,
  mixed: boolean,
): Ranked<T> {
  if (mixed) return { rows, notes: [] }
  const [program, nodejs]: [T[], T[]] = [[], []]
  for (const row of rows) (isNodejs(row) ? nodejs : program).push(row)
  if (nodejs.length === 0) return { rows, notes: [] }
  return {
    rows: [...program, ...nodejs],
    notes:
      program.length === 0 ? [] : [`Listed last: ${counted(nodejs.length)} ${what}; --all ranks them with the others`],
  }
}
