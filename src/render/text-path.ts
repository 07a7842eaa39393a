import type { Path, PathStep } from '../report/report.js'
import { aligned } from './aligned.js'
import { plain } from './plain-text.js'

/**
 * A chain of references, one step per line:
 *
 *     (GC roots) @1
 *     ↓ .global      Object @3     globalThis
 *     ↓ .sessions    Map @1203     2 items     src/store.ts:4:7
 *     ↓ ["user-7"]   Session @1207
 */
export function pathLines(path: Path, width: number): string[] {
  if (path.steps.length === 0) return []
  const rows = path.steps.map((step, at) => [
    at === 0 ? '' : `↓ ${plain(step.edge)}`,
    `${plain(step.type)} @${step.id}`,
    plain(step.name),
    placeOf(step),
  ])
  return aligned(rows, SETTINGS, width)
}

const SETTINGS = [true, true, true, true].map(flexible => ({ align: 'left', flexible }) as const)

/** Where the thing of a step is written, as editors take it: `src/store.ts:4:7`. */
export function placeOf({ location }: PathStep): string {
  return location ? `${plain(location.file)}:${location.line}:${location.column}` : ''
}
