import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../../graph/heap-graph.js'
import { eachReferrer } from '../../../heap/references.js'
import { moduleFile } from '../../../heap/roots.js'
import { shortPath } from '../../../heap/script-names.js'
import { inside } from '../../../heap/v8/edges.js'
import { constructorOf, isScope } from '../../../heap/v8/scopes.js'
import { scriptOf } from '../../../heap/v8/scripts.js'
import { callbackOf } from '../../../heap/v8/timers.js'
import { isNodejsFile } from '../../../place.js'
import { type Package, packageOf } from '../../../sources/package-of.js'
import { plainPath } from '../../../sources/script-path.js'
import { abortSignal } from './abort-signal.js'
import { asyncStorage } from './async-storage.js'
import { backlog } from './backlog.js'
import { closure } from './closure.js'
import { collection } from './collection.js'
import { list } from './list.js'
import { listener } from './listener.js'
import { esModule } from './module.js'
import { native } from './native.js'
import { promise, waitsForEver } from './promise.js'
import { at, longLine, type Named, type RetainingPath, type Rule } from './rule.js'
import { timer } from './timer.js'
import { wrapper } from './wrapper.js'

export type { Named } from './rule.js'

/** The more a rule knows, the earlier it is asked; the last knows any object. */
const rules: readonly Rule[] = [
  abortSignal,
  asyncStorage,
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
  // Whose it is belongs in the sentence that is remembered: in another version it may be mended.
  const subject = owner?.version === undefined ? known.subject : `${known.subject} (${owner.name} ${owner.version})`
  return {
    ...known,
    subject,
    hint: `${owner === undefined ? known.hint : advice(known, owner)}${withoutMap(retaining)}`,
  }
}

/**
 * What a package keeps, a program's author cannot change: a newer version, or a function of the package's own may. A listener, a promise
 * and a stream of a package are in the program's hands all the same.
 */
function advice({ kind, hint }: Named, { name, version }: Package): string {
  const owner = version === undefined ? name : `${name} ${version}`
  const ofIt = `It belongs to the package ${owner}: look in its documentation for what lets go of it, or for a newer version.`
  return ofOwners.has(kind)
    ? `${ofIt} If the package is yours: ${hint[0]!.toLowerCase()}${hint.slice(1)}`
    : `${hint} ${ofIt}`
}

/** Kinds whose own advice is for who can change the code that has the retainer. */
const ofOwners: ReadonlySet<Named['kind']> = new Set(['map', 'set', 'array', 'object', 'list', 'closure', 'timer'])

/** The package whose code has the retainer in a variable, or made it. Of places in the source only the end is known. */
function packageAt({ heap, nodes, retainer, anchors }: RetainingPath): Package | undefined {
  const scriptsAt = (some: readonly NodeIndex[]): string[] => some.flatMap(node => scriptAt(heap.graph, node) ?? [])
  const above = nodes.slice(0, retainer + 1)
  const file =
    (anchors ? (calledScript(heap.graph, nodes[retainer]!) ?? scriptsAt(nodes)[0]) : undefined) ??
    fileAt(heap, nodes[retainer]!) ??
    scriptsAt(above).at(-1) ??
    above.flatMap(node => moduleFile(heap.graph, node) ?? []).at(-1)
  return file === undefined ? undefined : packageOf(plainPath(file))
}

/** The script of what a timer calls, where it is not one of Node.js. */
function calledScript(graph: HeapGraph, timer: NodeIndex): string | undefined {
  const callback = callbackOf(graph, timer)
  return callback === undefined ? undefined : scriptAt(graph, inside(graph, callback, 'bound_function') ?? callback)
}

/** The script of a function, or of the class of an object, where it is not one of Node.js. */
function scriptAt(graph: HeapGraph, node: NodeIndex): string | undefined {
  const code = nodeTypeOf(graph, node) === 'closure' ? node : constructorOf(graph, node)
  const script = code === undefined ? undefined : scriptOf(graph, code)
  return script === undefined || isNodejsFile(script) ? undefined : script
}

/** The file whose functions share the scope that a node is, or stands in as a variable. */
function fileAt({ graph }: RetainingPath['heap'], node: NodeIndex): string | undefined {
  let file: string | undefined
  const ofScope = (scope: NodeIndex): void =>
    eachReferrer(graph, scope, sharer => {
      if (nodeTypeOf(graph, sharer) === 'closure') file ??= scriptOf(graph, sharer)
    })
  if (isScope(graph, node)) ofScope(node)
  else {
    eachReferrer(graph, node, scope => {
      if (file === undefined && isScope(graph, scope)) ofScope(scope)
    })
  }
  return file
}

/** In a minified file without a source map, places are columns and names are letters: where the leaked class stands says more. */
function withoutMap({ steps }: RetainingPath): string {
  const places = steps.flatMap(({ location }) => (location !== null && location.column > longLine ? location : []))
  if (places[0] === undefined) return ''
  const { type, location } = steps.at(-1)!
  const leaked = location === places.at(-1) && type !== '(closure)' ? ` ${type} is the class at ${at(location!)}.` : ''
  return `${leaked} Deploy the source map beside ${shortPath(places[0].file)} to see names and lines of the source.`
}

function ruled(retaining: RetainingPath): Named {
  for (const rule of rules) {
    const found = rule(retaining)
    if (found !== undefined) return found
  }
  return collection(retaining)!
}
