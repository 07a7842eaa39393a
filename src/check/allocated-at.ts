import type { Suspect } from '../analysis/leaks/index.js'
import { at } from '../analysis/leaks/kinds/clue.js'
import type { Place } from '../place.js'
import type { Allocation } from './target.js'

interface Site {
  readonly function: string
  readonly location: Place
  readonly bytes: number
  /** Where the functions of the program stand that are on the stacks that end here. */
  readonly through: readonly Place[]
}

/**
 * The functions that allocated most of what lived on: the nearest with a name, of the program, on each stack. `samples` has what each
 * stretch of the check left alive.
 */
export function allocationSites(samples: readonly (readonly Allocation[])[]): Site[] {
  const sites = new Map<string, Site>()
  for (const { bytes, stack } of samples.flat()) {
    const program = stack.flatMap(({ function: name, location }) => (location === null ? [] : [{ name, location }]))
    // A callback without a name, and a constructor, say less than the function that called them.
    const frame =
      program.find(({ name }) => /^[^A-Z]/.test(name)) ?? program.find(({ name }) => name !== '') ?? program[0]
    if (frame === undefined) continue
    const { name, location } = frame
    const key = `${name} ${location.file}:${location.line}:${location.column}`
    const before = sites.get(key)
    sites.set(key, {
      function: name || '(anonymous)',
      location,
      bytes: (before?.bytes ?? 0) + bytes,
      through: [...(before?.through ?? []), ...program.map(({ location }) => location)],
    })
  }
  return [...sites.values()].sort((a, b) => b.bytes - a.bytes).slice(0, 10)
}

/**
 * Says with a suspect where its memory was allocated: by stacks that pass through the file of its holder, or of a class or function on
 * its path; of several, by those through that class, or through the function that a function of the path stands in. Where nothing tells
 * them apart and none has half of the bytes, only the evidence lists them. V8 charges what it inlined to the caller, so it is "at or
 * below" the function.
 */
export function withAllocations(suspect: Suspect, sites: readonly Site[]): Suspect {
  const onPath = suspect.path.flatMap(({ location }) => location ?? []).reverse()
  const files = [suspect.holder.location, ...onPath].flatMap(place => place?.file ?? [])
  const near = sites.filter(({ through }) => through.some(({ file }) => files.includes(file)))
  const matching = onPath.map(place => sitesAround(place, near)).find(({ length }) => length > 0)
  const own = matching ?? near
  const [first] = own
  if (first === undefined) return suspect
  const evidence = {
    ...suspect.evidence,
    allocatedAt: own.slice(0, 3).map(({ function: name, location, bytes }) => ({ function: name, location, bytes })),
  }
  const all = own.reduce((sum, { bytes }) => sum + bytes, 0)
  if (first.bytes < all * MOST) return { ...suspect, evidence }
  const where = `${first.function} (${at(first.location)})`
  return { ...suspect, headline: `${suspect.headline}; allocated at or below ${where}`, evidence }
}

const MOST = 1 / 2

/** The sites whose stacks pass through the function that begins at a place, or last before it in its file. */
function sitesAround(place: Place, sites: readonly Site[]): Site[] {
  const before = ({ file, line, column }: Place): boolean =>
    file === place.file && (line < place.line || (line === place.line && column <= place.column))
  const around = sites
    .flatMap(({ through }) => through)
    .filter(before)
    .reduce<Place | undefined>((last, next) => (last === undefined || isAfter(next, last) ? next : last), undefined)
  return around === undefined ? [] : sites.filter(({ through }) => through.some(other => isSame(other, around)))
}

const isAfter = (a: Place, b: Place): boolean => a.line > b.line || (a.line === b.line && a.column > b.column)
const isSame = (a: Place, b: Place): boolean => a.file === b.file && a.line === b.line && a.column === b.column
