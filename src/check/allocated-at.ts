import type { Suspect } from '../analysis/leaks/index.js'
import type { Place } from '../place.js'
import type { Allocation } from './target.js'

interface Site {
  readonly function: string
  readonly location: Place | null
  readonly bytes: number
}

/** The functions that allocated most of what lives now and did not before: the nearest with a name, of the program, on each stack. */
export function allocationGrowth(samples: readonly (readonly Allocation[])[]): Site[] {
  if (samples.length < 2) return []
  const before = bySite(samples[0]!)
  const now = bySite(samples.at(-1)!)
  return [...now]
    .map(([key, site]) => ({ ...site, bytes: site.bytes - (before.get(key)?.bytes ?? 0) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 10)
}

function bySite(allocations: readonly Allocation[]): Map<string, Site> {
  const sites = new Map<string, Site>()
  for (const { bytes, stack } of allocations) {
    const program = stack.filter(({ url }) => url !== '' && !url.startsWith('node:'))
    // A callback without a name, and a constructor, say less than the function that called them.
    const frame =
      program.find(({ functionName }) => /^[^A-Z]/.test(functionName)) ??
      program.find(({ functionName }) => functionName !== '') ??
      program[0]
    if (frame === undefined) continue
    const location = { file: frame.url.replace(/^file:\/\//, ''), line: frame.line + 1, column: frame.column + 1 }
    const key = `${frame.functionName} ${location.file}:${location.line}:${location.column}`
    sites.set(key, {
      function: frame.functionName || '(anonymous)',
      location,
      bytes: (sites.get(key)?.bytes ?? 0) + bytes,
    })
  }
  return sites
}

/**
 * Says with a suspect where its memory was allocated: sites in the file of its holder or of a class or function on its path. V8
 * charges what it inlined to the caller, so it is "at or below" the function.
 */
export function withAllocations(suspect: Suspect, sites: readonly Site[]): Suspect {
  const files = new Set(
    [suspect.holder.location, ...suspect.path.map(({ location }) => location)].flatMap(place =>
      place === null ? [] : [ending(place.file)],
    ),
  )
  const own = sites.filter(({ location }) => location !== null && files.has(ending(location.file)))
  const [first] = own
  if (first === undefined) return suspect
  const where = `${first.function} (${ending(first.location!.file)}:${first.location!.line})`
  return {
    ...suspect,
    headline: `${suspect.headline}; allocated at or below ${where}`,
    evidence: { ...suspect.evidence, allocatedAt: own.slice(0, 3) },
  }
}

/** Paths may be relative on one side and not on the other. */
const ending = (file: string): string => file.split('/').slice(-2).join('/')
