import { counted } from '../../units.js'
import { flag, type Option } from './analysis.js'

/** `--all`, of questions in whose answer what belongs to Node.js itself stands last. */
export const all: Option<boolean> = flag(
  '--all',
  'in one order also what belongs to Node.js itself, which stands last otherwise',
)

/** Rows in their order, and what to say of it. */
export interface Ranked<T> {
  readonly rows: readonly T[]
  readonly notes: readonly string[]
}

/**
 * Puts what belongs to Node.js itself behind what is the program's, as nobody hunts a leak there first; both keep their order. `what`
 * they are is for the note: `collections that only Node.js holds`. With `mixed` all stay where they are.
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
