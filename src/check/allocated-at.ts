import { at } from '../growth/suspects/kinds/rule.js'
import type { Suspect } from '../growth/suspects/suspect.js'
import { isNodejsFile, isProgramPlace, type Place } from '../place.js'
import { isInPackage } from '../sources/package-of.js'
import type { Allocation } from './target.js'

/** A function that allocated live memory, from the stacks that end in it. */
export interface AllocationSite {
  /** `(anonymous)` if it has no name. */
  readonly function: string
  readonly location: Place
  readonly bytes: number
  /** The functions of the program on the stacks that end here, by location, innermost first. */
  readonly through: ReadonlyMap<string, Passed>
}

interface Passed {
  readonly name: string
  readonly location: Place
  /** The part of the site's bytes whose stacks pass here. */
  readonly bytes: number
}

/**
 * The functions that allocated most of the live memory: the nearest named function of the program on each stack.
 * `samples` has the live allocations of each interval of the check.
 */
export function allocationSites(samples: readonly (readonly Allocation[])[], most = 10): AllocationSite[] {
  const sites = new Map<string, AllocationSite & { through: Map<string, Passed> }>()
  for (const { bytes, stack } of samples.flat()) {
    const named = stack.flatMap(({ function: name, location }) => (location === null ? [] : [{ name, location }]))
    // `<instance_members_initializer>` is V8's: the function that called it creates the instance.
    const written = named.filter(({ name }) => !name.startsWith('<'))
    const program = written.length > 0 ? written : named
    // The author can change only the program's own code: a package's function is named only if none of the program
    // called it.
    const frame = ownFrame(program.filter(({ location }) => !isInPackage(location.file))) ?? ownFrame(program)
    if (frame === undefined) continue
    const { name, location } = frame
    const key = `${name} ${keyOf(location)}`
    const { bytes: before, through } = sites.get(key) ?? { bytes: 0, through: new Map<string, Passed>() }
    const passed = new Map(program.map(frame => [keyOf(frame.location), frame]))
    for (const [place, { name, location }] of passed)
      through.set(place, { name, location, bytes: bytes + (through.get(place)?.bytes ?? 0) })
    sites.set(key, { function: name || '(anonymous)', location, bytes: before + bytes, through })
  }
  return [...sites.values()].sort((a, b) => b.bytes - a.bytes).slice(0, most)
}

interface Frame {
  readonly name: string
  readonly location: Place
}

/**
 * An anonymous callback or a constructor (or its field initializer) says less than the function that called it; a
 * callback that called a constructor says more than the constructor.
 */
const ownFrame = (frames: readonly Frame[]): Frame | undefined =>
  frames.find(({ name }) => /^[^A-Z<]/.test(name)) ??
  frames.find(({ name }) => name === '') ??
  frames.find(({ name }) => !isInitializer(name)) ??
  frames[0]

/** V8's name for the initializer of a class' fields. */
const isInitializer = (name: string): boolean => /^<\w+_initializer>$/.test(name)

const keyOf = ({ file, line, column }: Place): string => `${file}:${line}:${column}`

/** The maximum number of sites named in the evidence of a suspect. */
export const maxNamed = 3

/**
 * Where the memory that a suspect retains was allocated, most bytes first: sites whose stacks pass through the file of
 * the retainer, or of a class or function on its path from the retainer's variable on; among several, those through a
 * function that starts on the line of one on the path. Files of packages count only if the path has none of the
 * program. If no stack passes through these files, V8 may have inlined the function: then the site is the only function
 * of the program that allocated nearly all live memory, if that is about what was gained.
 */
export function sitesOf(suspect: Suspect, sites: readonly AllocationSite[]): readonly AllocationSite[] {
  const steps = fromVariable(suspect).map(({ edge, location, declared }) => ({ edge, place: location ?? declared }))
  const places = steps.flatMap(({ place }) => place ?? []).reverse()
  const known = [suspect.holder.location, ...places].flatMap(place => place ?? [])
  const own = known.filter(place => !isInPackage(place.file) && !isNodejsFile(place.file))
  const files = (own.length > 0 ? own : known).map(({ file }) => file)
  // The path has an arbitrary one of the functions that share a variable's scope: its file is the variable's, but its
  // line is meaningless.
  const sharer = /^->/.test(steps[1]?.edge ?? '') ? steps[0]!.place : undefined
  const onPath = places.filter(place => place !== sharer && files.includes(place.file))
  const near = sites.filter(({ through }) =>
    [...through.values()].some(({ location }) => files.includes(location.file)),
  )
  if (near.length === 0) return known.length > 0 ? onlySite(suspect, sites) : near
  return onPath.map(place => sitesAt(place, near)).find(({ length }) => length > 0) ?? near
}

/** The path from the function that has the retainer's variable: the steps before do not affect what is retained. */
function fromVariable({ path, holder }: Suspect): Suspect['path'] {
  const retainer = path.findIndex(({ id }) => id === holder.id)
  const variable = path.slice(0, retainer + 1).findLastIndex(({ edge }) => /^->/.test(edge))
  return path.slice(Math.max(variable - 1, 0))
}

function onlySite({ leaked }: Suspect, sites: readonly AllocationSite[]): readonly AllocationSite[] {
  if (outside.test(leaked.type)) return []
  const all = sites.reduce((sum, { bytes }) => sum + bytes, 0)
  const first = sites.find(({ location }) => !isInPackage(location.file))
  if (first === undefined || first.bytes < all * MOST) return []
  return isAbout(first.bytes, { leaked }) ? [first] : []
}

/** What has its bytes outside of V8's heap, where no sample sees them: what was sampled is other work, however much. */
const outside = /^(?:system \/ JSArrayBufferData|Buffer|(?:Shared)?ArrayBuffer|\w+Array|DataView|Memory)$/

const isAbout = (bytes: number, { leaked }: Pick<Suspect, 'leaked'>): boolean =>
  bytes > leaked.bytes / ABOUT && bytes < leaked.bytes * ABOUT

/**
 * Adds to each suspect where its memory was allocated (`sitesOf`). If neither a site nor a common caller has most of
 * the bytes, the evidence lists the sites, and the sentence names none. V8 attributes inlined allocations to the
 * caller, hence "at or below" the function.
 *
 * A suspect without the program's code on its path, such as the backlog of process.stdout, gets all sites, if it is
 * most of the live memory and that is about what it has gained: otherwise C++ allocated the memory unseen, and the
 * samples are of other work.
 */
export function withAllocations(suspects: readonly Suspect[], sites: readonly AllocationSite[]): Suspect[] {
  const gained = suspects.reduce((sum, { leaked }) => sum + leaked.bytes, 0)
  const sampled = sites.reduce((sum, { bytes }) => sum + bytes, 0)
  return suspects.map(suspect => {
    const own = sitesOf(suspect, sites)
    const isAll =
      own.length === 0 && !hasPlace(suspect) && suspect.leaked.bytes >= gained * MOST && isAbout(sampled, suspect)
    return withSites(suspect, isAll ? sites : own)
  })
}

const hasPlace = ({ holder, path }: Suspect): boolean =>
  isProgramPlace(holder.location) || path.some(({ location }) => isProgramPlace(location))

function withSites(suspect: Suspect, own: readonly AllocationSite[]): Suspect {
  const [first] = own
  if (first === undefined) return suspect
  const evidence = {
    ...suspect.evidence,
    allocatedAt: own
      .slice(0, maxNamed)
      .map(({ function: name, location, bytes }) => ({ function: name, location, bytes })),
  }
  const all = own.reduce((sum, { bytes }) => sum + bytes, 0)
  const site = first.bytes >= all * MOST ? first : calling(own, all * MOST)
  if (site === undefined) return { ...suspect, evidence }
  const where = `${site.function} (${at(site.location)})`
  return { ...suspect, headline: `${suspect.headline}; allocated at or below ${where}`, evidence }
}

const MOST = 2 / 3
/** The tolerance, since samples are an estimate, and a function also allocates other things. */
const ABOUT = 2

/**
 * The innermost function of the program through which stacks with that many bytes pass, if no single site has them: V8
 * may inline a function only some of the time.
 */
function calling(
  own: readonly AllocationSite[],
  bytes: number,
): Pick<AllocationSite, 'function' | 'location'> | undefined {
  const passed = new Map<string, Passed>()
  for (const [place, { bytes, ...frame }] of own.flatMap(({ through }) => [...through]))
    passed.set(place, { ...frame, bytes: bytes + (passed.get(place)?.bytes ?? 0) })
  const [found] = [...passed.values()]
    .filter(frame => frame.bytes >= bytes && !isInPackage(frame.location.file))
    .sort((a, b) => a.bytes - b.bytes)
  return found && { function: found.name || '(anonymous)', location: found.location }
}

const sitesAt = ({ file, line }: Place, sites: readonly AllocationSite[]): AllocationSite[] =>
  sites.filter(({ through }) =>
    [...through.values()].some(({ location }) => location.file === file && location.line === line),
  )
