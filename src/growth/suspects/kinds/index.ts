import { nodeTypeOf } from '../../../graph/heap-graph.js'
import { locationOf } from '../../../graph/locations.js'
import { describe } from '../../../heap/describe.js'
import { placeOf } from '../../../heap/places.js'
import { eachReference } from '../../../heap/references.js'
import { shortPath } from '../../../heap/script-names.js'
import { nameInSource } from '../../../paths/named-in-source.js'
import { isNodejsFile, isProgramPlace, type Place } from '../../../place.js'
import { isInPackage, type Package } from '../../../sources/package-of.js'
import { abortSignal } from './abort-signal.js'
import { asyncStorage } from './async-storage.js'
import { backlog } from './backlog.js'
import { bytes } from './bytes.js'
import { closure } from './closure.js'
import { collection } from './collection.js'
import { list } from './list.js'
import { listener } from './listener.js'
import { esModule } from './module.js'
import { native } from './native.js'
import { nodejs } from './nodejs.js'
import { packageAt, packageOfClass, packageOfFunction, packageOfPlace } from './packages.js'
import { performance } from './performance.js'
import { promise, waitsForEver } from './promise.js'
import {
  at,
  expression,
  fileOf,
  functionText,
  inFile,
  longLine,
  type Named,
  type RetainingPath,
  type Rule,
  variableAt,
  weakEntry,
} from './rule.js'
import { timer } from './timer.js'
import { weakMapOf } from './weak-table.js'
import { wrapper } from './wrapper.js'

export type { Named } from './rule.js'

/** More specific rules come first; the last one accepts any object. */
const rules: readonly Rule[] = [
  abortSignal,
  asyncStorage,
  performance,
  backlog,
  bytes,
  esModule,
  timer,
  listener,
  promise,
  nodejs,
  wrapper,
  list,
  closure,
  native,
]

/** Names a retainer by the first rule that recognises it. */
export function named(retaining: RetainingPath): Named {
  const found = ruled(retaining)
  const forEver = waitsForEver(retaining)
  const map = ofOwners.has(found.kind) ? weakMap(retaining) : undefined
  const owner = packageAt(retaining) ?? (map && packageAt(map))
  const kept: Named = forEver === undefined ? found : { ...found, ...forEver, kind: 'promise' }
  const said = withDetail(kept, map === undefined ? access(retaining, owner, kept) : who(map))
  const known = owner !== undefined && isOwners(said) && kept.detail === undefined ? withGiven(said, retaining) : said
  if (owner === undefined) return ofOthers(retaining, known)
  // The package's version belongs in the sentence: another version may have a fix.
  const subject = owner.version === undefined ? known.subject : `${known.subject} (${textOf(owner)})`
  return {
    ...known,
    subject,
    hint: `${advice(known, owner, ownKey(retaining))}${withoutMap(retaining)}`,
  }
}

/** Names what a package keeps for the program by the function that the program passed with each. */
function withGiven(known: Named, { heap, nodes }: RetainingPath): Named {
  const given: Place[] = []
  let name = ''
  eachReference(heap.graph, nodes.at(-1)!, to => {
    const place = nodeTypeOf(heap.graph, to) === 'closure' ? placeOf(heap, to) : undefined
    if (!isProgramPlace(place) || isInPackage(place.file)) return
    if (given.length === 0) name = nameInSource(heap, to, describe(heap, to).split('  ')[0]!)
    given.push(place)
  })
  return given[0] === undefined ? known : withMore(known, `each with ${functionText({ name, location: given[0] })}`)
}

/** The key of one of the accumulating entries of a dictionary, if it is a text that may come from data. */
function ownKey({ steps, retainer }: RetainingPath): string | undefined {
  const key = /^\["(.+)"\]$/s.exec(steps[retainer + 1]?.edge ?? '')?.[1]
  if (key === undefined) return undefined
  return key.length > longestKey ? `${key.slice(0, longestKey)}…` : key
}

const longestKey = 40

const withMore = (known: Named, more: string): Named => ({
  ...known,
  detail: known.detail === undefined ? more : `${known.detail}; ${more}`,
})

const withDetail = (known: Named, more: string | undefined): Named =>
  more === undefined ? known : { ...known, detail: known.detail === undefined ? more : `${more}; ${known.detail}` }

/** The path to the WeakMap whose value is the retainer, if the retainer's name does not show it. */
function weakMap(retaining: RetainingPath): RetainingPath | undefined {
  const { steps, retainer } = retaining
  const entry = weakEntry(steps, retainer)
  const map = entry > variableAt(steps, retainer) ? weakMapOf(retaining, entry) : undefined
  return map === undefined || expression(map.steps, map.retainer) === '' ? undefined : map
}

const who = (map: RetainingPath): string => `the WeakMap is ${expression(map.steps, map.retainer)}${inFile(map)}`

/** The expression by which the program reaches the package's function in whose variable objects accumulate. */
function access(retaining: RetainingPath, owner: Package | undefined, { kind }: Named): string | undefined {
  if (!ofOwners.has(kind) || kind === 'timer') return undefined
  const { heap, nodes, steps, retainer } = retaining
  let at = variableAt(steps, retainer)
  if (owner === undefined || at < 2 || packageOfFunction(heap, nodes[at - 1]!) === undefined) return undefined
  // That function may be in a variable of another function of the package, which is the one the program has.
  let start = variableAt(steps, at - 1)
  while (packageAt({ ...retaining, retainer: Math.max(start - 1, 0) }) !== undefined) {
    if (start < 2 || packageOfFunction(heap, nodes[start - 1]!) === undefined) return undefined
    at = start
    start = variableAt(steps, at - 1)
  }
  // Which argument a function was bound to says less than the function.
  const bound = steps.findIndex(({ edge }, step) => step > start && step < at && edge === '{bindings}')
  const name = expression(steps, (bound < 0 ? at : bound) - 1)
  const file = fileOf(steps, start)
  return name === '' || file === undefined || isNodejsFile(file) ? undefined : `reached by ${name} in ${file}`
}

/**
 * Advice about memory that a package keeps: the program's author can only use a newer version or a function of the
 * package. Listeners, promises and streams of a package are under the program's control nevertheless.
 */
function advice({ kind, hint, isInHand }: Named, owner: Package, key: string | undefined): string {
  const keys =
    key === undefined ? '' : ` Each entry has its own key, such as "${key}": do not build keys from unbounded data.`
  const ofIt = `It belongs to the package ${seeDocs(owner)}${keys}`
  return ofOwners.has(kind) && !isInHand
    ? `${kind === 'timer' ? `${setsOnce} ` : ''}${ofIt} If the package is yours: ${hint[0]!.toLowerCase()}${hint.slice(1)}`
    : `${hint} ${ofIt}`
}

/** The user of a package cannot clear its timers. */
const setsOnce = 'Create the object that sets the timer once, not each time, or close it when it is no longer needed.'

const isOwners = ({ kind }: Named): boolean => ofOwners.has(kind) && kind !== 'timer'

/** Kinds whose advice requires changing the code that has the retainer. */
const ofOwners: ReadonlySet<Named['kind']> = new Set(['map', 'set', 'array', 'object', 'list', 'closure', 'timer'])

/** Memory in the program's own retainer that a package's function added, or that consists of a package's objects. */
function ofOthers(retaining: RetainingPath, known: Named): Named {
  const adder = known.location ? packageOfPlace(retaining.heap, known.location) : undefined
  const maker = known.leaked === undefined ? packageOfClass(retaining) : undefined
  const own = known.kind === 'timer' && adder !== undefined ? setsOnce : known.hint
  const hint = `${own}${adder === undefined ? '' : ` The function belongs to the package ${seeDocs(adder)}`}${withoutMap(retaining)}`
  return {
    ...known,
    ...(adder === undefined || known.detail === undefined ? {} : { detail: `${known.detail} of ${textOf(adder)}` }),
    ...(adder !== undefined || maker === undefined ? {} : { leakedOf: textOf(maker) }),
    hint,
  }
}

const textOf = ({ name, version }: Package): string => (version === undefined ? name : `${name} ${version}`)

const seeDocs = (owner: Package): string =>
  `${textOf(owner)}: look in its documentation for how to release it, or for a newer version.`

/**
 * In a minified file without a source map, locations are columns and names are letters: adds the location of the leaked
 * class.
 */
function withoutMap({ heap: { graph, places: found }, nodes, steps }: RetainingPath): string {
  const places = steps.flatMap(({ location }, step) => {
    const script = locationOf(graph, nodes[step]!)?.script
    // Code added by a compiler has no mapping in the source map.
    const isMapped = script !== undefined && found.isMapped?.(script)
    return location !== null && !isMapped && isMinified(location) ? location : []
  })
  if (places[0] === undefined) return ''
  const { type, location } = steps.at(-1)!
  const leaked = location === places.at(-1) && type !== '(closure)' ? ` ${type} is the class at ${at(location!)}.` : ''
  return `${leaked} Deploy the source map beside ${shortPath(places[0].file)} to see names and lines of the source.`
}

/** Files of packages often have no source map and long lines, so they do not count as minified. */
const isMinified = ({ file, column }: Place): boolean => column > longLine && !isInPackage(file)

function ruled(retaining: RetainingPath): Named {
  for (const rule of rules) {
    const found = rule(retaining)
    if (found !== undefined) return found
  }
  return collection(retaining)!
}
