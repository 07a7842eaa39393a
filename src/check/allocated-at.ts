import type { Suspect } from '../analysis/leaks/index.js'
import { at } from '../analysis/leaks/kinds/clue.js'
import type { Place } from '../place.js'
import type { Allocation } from './target.js'

interface Site {
  readonly function: string
  readonly location: Place
  readonly bytes: number
  /** Files of all functions on the stacks that end here. */
  readonly through: ReadonlySet<string>
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
      through: new Set([...(before?.through ?? []), ...program.map(({ location }) => location.file)]),
    })
  }
  return [...sites.values()].sort((a, b) => b.bytes - a.bytes).slice(0, 10)
}

/**
 * Says with a suspect where its memory was allocated: by stacks that pass through the file of its holder, or of a class or function on
 * its path. V8 charges what it inlined to the caller, so it is "at or below" the function.
 */
export function withAllocations(suspect: Suspect, sites: readonly Site[]): Suspect {
  const files = [suspect.holder.location, ...suspect.path.map(({ location }) => location)].flatMap(place =>
    place === null ? [] : [place.file],
  )
  const own = sites.filter(({ through }) => files.some(file => through.has(file)))
  const [first] = own
  if (first === undefined) return suspect
  const where = `${first.function} (${at(first.location)})`
  return {
    ...suspect,
    headline: `${suspect.headline}; allocated at or below ${where}`,
    evidence: {
      ...suspect.evidence,
      allocatedAt: own.slice(0, 3).map(({ function: name, location, bytes }) => ({ function: name, location, bytes })),
    },
  }
}
