import { shortPath } from '../../../heap/script-names.js'
import { isInPackage, type Package } from '../../../sources/package-of.js'
import { abortSignal } from './abort-signal.js'
import { backlog } from './backlog.js'
import { closure } from './closure.js'
import { collection } from './collection.js'
import { list } from './list.js'
import { listener } from './listener.js'
import { esModule } from './module.js'
import { native } from './native.js'
import { packageAt, packageOfClass, packageOfPlace } from './packages.js'
import { performance } from './performance.js'
import { promise, waitsForEver } from './promise.js'
import { longLine, type Named, type RetainingPath, type Rule } from './rule.js'
import { timer } from './timer.js'
import { wrapper } from './wrapper.js'

export type { Named } from './rule.js'

/** The more a rule knows, the earlier it is asked; the last knows any object. */
const rules: readonly Rule[] = [
  abortSignal,
  performance,
  backlog,
  esModule,
  timer,
  listener,
  promise,
  wrapper,
  list,
  closure,
  native,
]

/** Names a retainer by the first rule that recognises it. */
export function named(retaining: RetainingPath): Named {
  const found = ruled(retaining)
  const forEver = waitsForEver(retaining)
  const known: Named = forEver === undefined ? found : { ...found, ...forEver, kind: 'promise' }
  const owner = packageAt(retaining)
  if (owner === undefined) return ofOthers(retaining, known)
  // Whose it is belongs in the sentence that is remembered: in another version it may be mended.
  const subject = owner.version === undefined ? known.subject : `${known.subject} (${textOf(owner)})`
  return {
    ...known,
    subject,
    hint: `${known.hint} It belongs to the package ${seeDocs(owner)}${withoutMap(retaining)}`,
  }
}

/** What the program keeps, but a function of a package put there, or is an object of a package's class. */
function ofOthers(retaining: RetainingPath, known: Named): Named {
  const adder = known.location ? packageOfPlace(retaining.heap, known.location) : undefined
  const maker = known.leaked === undefined ? packageOfClass(retaining) : undefined
  const hint = `${known.hint}${adder === undefined ? '' : ` The function belongs to the package ${seeDocs(adder)}`}${withoutMap(retaining)}`
  return {
    ...known,
    ...(adder === undefined || known.detail === undefined ? {} : { detail: `${known.detail} of ${textOf(adder)}` }),
    ...(adder !== undefined || maker === undefined ? {} : { leakedOf: textOf(maker) }),
    hint,
  }
}

const textOf = ({ name, version }: Package): string => (version === undefined ? name : `${name} ${version}`)

/** What a package keeps, a program's author cannot change: a newer version, or a function of the package's own may. */
const seeDocs = (owner: Package): string =>
  `${textOf(owner)}: look in its documentation for what lets go of it, or for a newer version.`

/** In a minified file without a source map, places are columns and names are letters. */
function withoutMap({ steps }: RetainingPath): string {
  const place = steps
    .map(({ location }) => location)
    .find(location => location !== null && location.column > longLine && !isInPackage(location.file))
  return place === undefined || place === null
    ? ''
    : ` Deploy the source map beside ${shortPath(place.file)} to see names and lines of the source.`
}

function ruled(retaining: RetainingPath): Named {
  for (const rule of rules) {
    const found = rule(retaining)
    if (found !== undefined) return found
  }
  return collection(retaining)!
}
