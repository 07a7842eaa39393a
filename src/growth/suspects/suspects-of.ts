import { nodeTypeOf } from '../../graph/heap-graph.js'
import { typeOf } from '../../graph/types.js'
import { placeOf, scriptFile } from '../../heap/places.js'
import { eachReferrer } from '../../heap/references.js'
import { moduleFile } from '../../heap/roots.js'
import { shortPath } from '../../heap/script-names.js'
import { isScope } from '../../heap/v8/scopes.js'
import { isProgramPlace, type Place } from '../../place.js'
import type { PathStep } from '../../report/report.js'
import { fingerprint } from './fingerprint.js'
import { headline, listed } from './headline.js'
import { type Named, named } from './kinds/index.js'
import { withEvent } from './kinds/listener.js'
import { expression, fileOf, type RetainingPath } from './kinds/rule.js'
import type { Evidence, Holder, Suspect } from './suspect.js'

/** Growth with its retaining path, from which a suspect is made. */
export interface Candidate {
  /** One per retainer; the first leads to a leaked object. */
  readonly paths: readonly [RetainingPath, ...RetainingPath[]]
  /**
   * What grows together with it but retains other objects: another index of the same entries, another event of the
   * emitter.
   */
  readonly companions?: readonly RetainingPath[]
  /** Whether the retainer is one of many entries of a plain object that grow alike. */
  readonly isOfMany?: boolean
  /** `count` is 0 for growth in place. */
  readonly leaked: { readonly type: string; readonly bytes: number; readonly count: number }
  /** Original names of the leaked objects' classes, if the type is minified to a letter. */
  readonly alias?: readonly string[]
  readonly evidence: Omit<Evidence, 'heaps' | 'holders' | 'hint'>
}

/**
 * Names the candidates, with `rounds` rounds of work between two heaps. Largest gain first; candidates with the same
 * name are one suspect.
 */
export function suspectsOf(candidates: readonly Candidate[], rounds: number): Suspect[] {
  const byFingerprint = new Map<string, Suspect>()
  for (const candidate of candidates) {
    const { suspect, cause, most } = suspectOf(candidate, rounds)
    if (areOfNodejs(candidate.paths[0])) continue
    if (most !== undefined && (candidate.evidence.alongPath?.at(-1) ?? 0) <= most) continue
    const key = cause ?? suspect.fingerprint
    const known = byFingerprint.get(key)
    if (known === undefined || known.leaked.bytes < suspect.leaked.bytes) byFingerprint.set(key, suspect)
  }
  return [...byFingerprint.values()]
    .sort((a, b) => b.leaked.bytes - a.leaked.bytes)
    .map((suspect, at) => ({ ...suspect, rank: at + 1 }))
}

/**
 * Whether the growth is Node.js loading its own modules on first use: their functions and records, but not what a
 * program has added to their exports. Their number is bounded.
 */
function areOfNodejs({ steps, retainer }: RetainingPath): boolean {
  const at = steps.findIndex(({ type }) => type === 'BuiltinModule')
  if (at < 0 || at > retainer || steps.slice(retainer + 1).some(({ location }) => isProgramPlace(location)))
    return false
  const isNoted = !/^\.(?:exports|module)$/.test(steps[at + 1]?.edge ?? '.exports')
  return isNoted || steps.at(-1)!.type === '(closure)'
}

/** A suspect, with the cause if its name contains one. */
function suspectOf(
  { paths, companions = [], isOfMany = false, leaked, alias = [], evidence }: Candidate,
  rounds: number,
): { suspect: Suspect; cause: string | undefined; most: number | undefined } {
  const heaps = evidence.kept.length
  const passed = (heaps - 1) * rounds
  const [first, ...others] = paths.map(retaining => ({ retaining, name: named(retaining) })) as [
    NamedPath,
    ...NamedPath[],
  ]
  const own = isOfMany ? ofMany(first) : first.name
  const main = { ...first, name: withCompanions(own, companions.map(named)) }
  const inSource = typeInSource(paths[0], leaked.type)
  const rate = {
    ...leaked,
    type: main.name.leaked ?? inSource,
    countPerRound: leaked.count / passed,
    bytesPerRound: leaked.bytes / passed,
  }
  // Several retainers that are not containers (the timers of one ring) are parts of one thing. A subject that names the
  // cause is sufficient.
  const registries =
    isRegistry(main.name) && !main.name.isCause
      ? others.filter(({ name }) => isRegistry(name) && name.name !== main.name.name)
      : []
  const retainers = [main, ...registries]
  const holders = retainers.map(holderOf)
  const { kind, detail, hint } = main.name
  const suspect: Suspect = {
    rank: 0,
    fingerprint: fingerprint(kind, main.retaining.steps, inSource),
    headline: headline({
      retainers: [main.name.subject, ...registries.map(({ name }) => besideOf(main.name, name, true))],
      isMany: main.name.isMany ?? false,
      leaked: rate,
      leakedOf: main.name.leakedOf ?? (rate.type === leaked.type && alias.length > 0 ? alias.join(', ') : undefined),
      heaps,
      isAmongOthers: evidence.longLived !== undefined,
      detail,
    }),
    holder: holders[0]!,
    leaked: rate,
    path: shortened(main.retaining.steps),
    kind,
    evidence: { ...evidence, heaps, ...(holders.length > 1 ? { holders } : {}), hint },
  }
  return { suspect, cause: main.name.isCause ? `${kind} ${main.name.subject}` : undefined, most: main.name.most }
}

/** The leaked type by its name in the source, if the path has it. */
const typeInSource = ({ heap: { graph }, nodes, steps }: RetainingPath, type: string): string =>
  typeOf(graph, nodes.at(-1)!) === type ? steps.at(-1)!.type : type

/** `Array seen.alice`, one of many such arrays in an object, becomes `Arrays of seen`. */
function ofMany({ retaining, name }: NamedPath): Named {
  const { steps, retainer } = retaining
  const of = expression(steps, retainer - 1)
  const plural = `${steps[retainer]!.type}s of ${of}`
  return of === ''
    ? name
    : { ...name, isMany: true, name: plural, subject: name.subject.replace(/^\w+ \S+/, () => plural) }
}

/** Adds the companions of a retainer: other events of an emitter, other containers. */
function withCompanions(name: Named, companions: readonly Named[]): Named {
  // What names the cause says all of it, one more than the other.
  if (name.isCause)
    return companions.find(({ subject, detail }) => subject === name.subject && isMore(detail, name)) ?? name
  if (name.kind === 'listener') return companions.reduce(withEvent, name)
  const containers = companions.filter(({ kind }) => kind === 'map' || kind === 'set' || kind === 'array')
  if (containers.length === 0) return name
  const subjects = [...new Set(containers.map(one => besideOf(name, one)))]
  const grown = `${listed(subjects)} ${subjects.length === 1 ? 'grows' : 'grow'} with it`
  return { ...name, detail: name.detail === undefined ? grown : `${name.detail}; ${grown}` }
}

const isMore = (detail: string | undefined, than: Named): boolean =>
  detail !== undefined && detail.length > (than.detail?.length ?? 0)

/** The subject of a companion, without the part of the expression and the file that it shares with the main one. */
function besideOf(main: Named, { name, subject }: Named, withFile = false): string {
  const [, owner, field] = /^(.+)\.([\w$#]+)$/.exec(name) ?? []
  const [, own] = /[.#]([\w$#]+)$/.exec(owner ?? '') ?? []
  if (owner === undefined || own === undefined || !main.name.startsWith(`${owner}.`)) return subject
  const [rest, ofMain] = [afterName(subject, name), afterName(main.subject, main.name)]
  if (rest === undefined || rest !== ofMain) return subject
  return `${subject.slice(0, subject.indexOf(name))}${own}.${field}${withFile ? rest : ''}`
}

/** The ` of Cache in src/cache.js` after the name of a retainer. */
function afterName(subject: string, name: string): string | undefined {
  const at = subject.indexOf(name)
  return at < 0 ? undefined : subject.slice(at + name.length)
}

interface NamedPath {
  readonly retaining: RetainingPath
  readonly name: Named
}

const isRegistry = ({ kind }: Named): boolean =>
  kind === 'map' || kind === 'set' || kind === 'array' || kind === 'object'

function holderOf({ retaining, name }: NamedPath): Holder {
  const { graph } = retaining.heap
  const node = retaining.nodes[retaining.retainer]!
  return {
    id: graph.nodeId[node]!,
    type: typeOf(graph, node),
    name: name.name,
    location:
      name.location ??
      placeAbove(retaining) ??
      variablePlace(retaining) ??
      modulePlace(retaining) ??
      placeBelow(retaining),
  }
}

/** The nearest function or class of the program on the path to the retainer. */
const placeAbove = ({ steps, retainer }: RetainingPath): Place | null =>
  firstPlace(steps.slice(0, retainer + 1).reverse())

/** The same on the path from the retainer to the leaked object. */
const placeBelow = ({ steps, retainer }: RetainingPath): Place | null => firstPlace(steps.slice(retainer + 1))

function firstPlace(steps: readonly PathStep[]): Place | null {
  const step = steps.find(({ location, declared }) => isProgramPlace(location) || declared !== undefined)
  return (isProgramPlace(step?.location) ? step.location : step?.declared) ?? null
}

/**
 * The location for a retainer that is a variable: the first function in the source that shares its scope. (A snapshot
 * does not have the variable's own location, and the module's function starts at the top of the file.)
 */
function variablePlace({ heap, nodes, steps, retainer }: RetainingPath): Place | null {
  const places: Place[] = []
  eachReferrer(heap.graph, nodes[retainer]!, scope => {
    if (!isScope(heap.graph, scope)) return
    eachReferrer(heap.graph, scope, sharer => {
      const place = nodeTypeOf(heap.graph, sharer) === 'closure' ? placeOf(heap, sharer) : undefined
      if (isProgramPlace(place) && (place.line > 1 || place.column > 1)) places.push(place)
    })
  })
  places.sort((a, b) => a.line - b.line || a.column - b.column)
  const own = fileOf(steps, retainer)
  return places.find(({ file }) => shortPath(file) === own) ?? places[0] ?? null
}

/** The start of the module at the beginning of the path; for a module's scope, a function that shares it. */
function modulePlace({ heap, nodes }: RetainingPath): Place | null {
  const start = nodes[0]!
  const file = moduleFile(heap.graph, start)
  if (file !== undefined) return { file: scriptFile(heap, file), line: 1, column: 1 }
  if (!isScope(heap.graph, start)) return null
  let place: Place | undefined
  eachReferrer(heap.graph, start, referrer => {
    place ??= placeOf(heap, referrer)
  })
  return place ?? null
}

/** Drops the middle cells of a long list. */
function shortened(steps: readonly PathStep[]): PathStep[] {
  const same = (a: PathStep | undefined, b: PathStep | undefined): boolean => a?.edge === b?.edge && a?.type === b?.type
  return steps.filter(
    (step, at) => !(same(step, steps[at - 1]) && same(step, steps[at - 2]) && same(step, steps[at + 1])),
  )
}
