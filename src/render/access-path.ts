import type { Path, PathStep } from '../report/report.js'
import { plain } from './plain-text.js'

/**
 * A chain of references in one line, as one would write it: `globalThis.sessions["user-7"]`. It starts at the last of V8's own
 * roots' descendants that has a name of its own to start from, and keeps every edge from there.
 */
export function accessPath({ steps }: Path): string {
  const from = firstOfTheProgram(steps)
  const start = steps[from]
  if (!start) return ''
  return plain(
    (start.name || start.type) +
      steps
        .slice(from + 1)
        .map(step => step.edge)
        .join(''),
  )
}

/** V8 writes its own nodes in brackets, `(GC roots)` or `(Global handles)`: a path is told from where the program begins. */
function firstOfTheProgram(steps: readonly PathStep[]): number {
  const at = steps.findIndex(({ type, name }) => !type.startsWith('(') && !name.startsWith('('))
  return at === -1 ? 0 : at
}
