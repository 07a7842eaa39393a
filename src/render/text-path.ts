import type { Path, PathStep } from '../report/report.js'
import { aligned, type Setting } from './aligned.js'
import { plain } from './plain-text.js'
import { wordOf } from './words.js'

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
    `${plain(wordOf(step.type, step.name))} @${step.id}`,
    withoutPlace(plain(step.name), placeOf(step)),
    placeOf(step),
  ])
  return aligned(rows, SETTINGS, width)
}

const TEXT = { align: 'left', flexible: true } as const
// The file name and line are the important part of a location.
const SETTINGS: readonly Setting[] = [TEXT, TEXT, TEXT, { ...TEXT, keeps: 'end' }]

// A function's name contains its location (`login src/store.js:18:15`), which is in the last column already.
function withoutPlace(name: string, place: string): string {
  const named = /^(.*?) {2}(\S+:\d+:\d+)$/.exec(name)
  return named !== null && place.endsWith(named[2]!) ? named[1]! : name
}

/**
 * The location of a step's object, or else of the variable that leads to it, in the form that editors accept:
 * `src/store.ts:4:7`.
 */
export function placeOf({ location, declared }: PathStep): string {
  const place = location ?? declared
  return place ? `${plain(place.file)}:${place.line}:${place.column}` : ''
}
