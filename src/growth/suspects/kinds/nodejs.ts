import { type NodeIndex, nodeTypeOf } from '../../../graph/heap-graph.js'
import { stringMask } from '../../../graph/node-type-mask.js'
import { typeOf } from '../../../graph/types.js'
import { describe } from '../../../heap/describe.js'
import type { Heap } from '../../../heap/heap.js'
import { placeOf } from '../../../heap/places.js'
import { eachReference, eachReferrer } from '../../../heap/references.js'
import { isNodejsFile, isNodejsPlace, isProgramPlace } from '../../../place.js'
import { collection } from './collection.js'
import { fileOf, functionText, type Named, type RetainingPath, type Rule } from './rule.js'

/**
 * A collection of Node.js itself. The program knows the function that it called, but not where Node.js keeps the
 * result.
 */
interface Own extends Pick<Named, 'subject' | 'hint'>, Partial<Pick<Named, 'kind' | 'name' | 'most' | 'leakedOf'>> {
  /** The variable or property that refers to it. */
  readonly edge: string
  /** The file of the variable, or the class of the object with the property. */
  readonly of: RegExp
}

/** All of them are one suspect. */
const modules = {
  kind: 'map',
  name: 'require.cache',
  subject: 'Modules that require() has loaded from ever new files (require.cache)',
  hint: 'Load each file by one path, and read changing data with fs; a file that must be reloaded has to be removed from require.cache and from the children of the module that loads it.',
} as const

/** Paths that were only resolved, never loaded. */
const resolved = {
  kind: 'map',
  name: 'Module._pathCache',
  subject: 'Paths that require.resolve() has looked up, each in another folder or by another name (Module._pathCache)',
  hint: 'Node.js keeps each path that it has resolved. Resolve from a fixed set of folders, or find files with fs or a resolver without a cache, or in a worker that ends.',
} as const

/** Each module is an anchor of its own, so the leak shows in Node.js' records of the files' paths. */
const leakedOf = 'the path of each'
const moduleTables = [
  { edge: '._cache', of: /^Module$/ },
  { edge: '.cache', of: /^require$/ },
  { edge: '->relativeResolveCache', of: /^node:internal\/modules\/cjs\/loader$/, leakedOf },
  { edge: '._pathCache', of: /^Module$/, leakedOf },
  { edge: '->realpathCache', of: /^node:internal\/modules\/(?:helpers|cjs\/loader|cjs\/helpers)$/, leakedOf },
]

const own: readonly Own[] = [
  {
    edge: '.list',
    of: /^FreeList$/,
    // lib/_http_common.js, of Node.js 18 to 26: the only such list.
    most: 1000,
    subject: 'HTTP parsers that wait for another connection (parsers in node:_http_common)',
    hint: 'Node.js keeps as many as there were simultaneous connections, at most a thousand.',
  },
  {
    edge: '->knownTimersById',
    of: /^node:(?:internal\/)?timers$/,
    kind: 'timer',
    subject: 'Timers that were made a number or a string (knownTimersById in node:timers)',
    hint: 'Node.js 18 keeps a timer that was converted to a number or a string (+timer, String(timer), the key of an object) even after it has fired: use a newer Node.js, call clearTimeout() for each that has fired, or use the Timeout itself as the key of a Map.',
  },
  {
    edge: '._times',
    of: /^[cC]onsole$/,
    subject: 'Timers of console.time() that nobody has ended, by label',
    hint: 'Call console.timeEnd() with each label, also on errors and early returns, or measure with performance.now().',
  },
  {
    edge: '[Symbol(counts)]',
    of: /^[cC]onsole$/,
    subject: 'Counts of console.count(), by label',
    hint: 'Use a fixed set of labels for console.count(), or call console.countReset() with each that is no longer needed.',
  },
  {
    edge: '->statWatchers',
    of: /^node:fs$/,
    subject: 'Files that fs.watchFile() watches (statWatchers in node:fs)',
    hint: 'Call fs.unwatchFile(file, listener) when the file is no longer needed, also when it was removed.',
  },
  {
    edge: '->kObservers',
    of: /^node:internal\/perf\/observe$/,
    subject: 'PerformanceObservers that are connected (kObservers in node:internal/perf/observe)',
    hint: 'disconnect() each PerformanceObserver when its work is done, or use one for all.',
  },
  {
    edge: '[Symbol(clients)]',
    of: /^Agent$/,
    subject: 'Connection pools of fetch(), one for each origin (clients of its Agent in Node.js)',
    hint: 'This version of Node.js keeps a Pool for each origin that was ever fetched: use a newer one, or fetch from many origins with a { dispatcher } of the package undici, an Agent that is closed from time to time.',
  },
  {
    edge: '->active_hooks',
    of: /^node:internal\/async_hooks$/,
    subject: 'Hooks of async_hooks.createHook() that are enabled (active_hooks in node:internal/async_hooks)',
    hint: 'disable() each hook when its work is done, or enable one for all: each is called for every promise and callback.',
  },
  {
    edge: '->channels',
    of: /^node:diagnostics_channel$/,
    subject: 'Channels of node:diagnostics_channel, by name',
    hint: 'Use a fixed set of channel names, and put the subject into the message.',
  },
  ...moduleTables.map(table => ({ ...modules, ...table })),
]

const others =
  'Node.js keeps each until what the program has opened, watched or requested is closed, removed or aborted. If nothing is left open, a newer Node.js may fix it.'

/** Objects that Node.js itself keeps in a collection on behalf of the program. */
export const nodejs: Rule = retaining => {
  const { steps, retainer } = retaining
  // Only if the collection itself or a part of it grows: its entries may refer to anything.
  const known = own.find(({ edge, of }) =>
    [retainer - 1, retainer].some(at => at > 0 && steps[at]!.edge === edge && isOf(of, steps, at)),
  )
  if (known !== undefined) {
    const { edge: _, of: __, ...said } = known
    const cause = said.leakedOf === leakedOf && !isLoaded(retaining) ? { ...said, ...resolved } : said
    return { ...collection(retaining)!, isMany: true, isCause: true, ...cause, ...called(retaining) }
  }
  if (!isKeptByNodejs(steps, retainer)) return undefined
  const found = collection(retaining)!
  return ofOwn.has(found.kind) ? { ...found, hint: others, ...called(retaining) } : undefined
}

/** Whether a resolved path belongs to a loaded module. */
function isLoaded({ heap: { graph }, nodes }: RetainingPath): boolean {
  const path = nodes.at(-1)!
  if (stringMask[graph.nodeType[path]!] === 0) return true
  let is = false
  eachReferrer(graph, path, referrer => {
    is ||= typeOf(graph, referrer) === 'Module'
  })
  return is
}

const ofOwn: ReadonlySet<Named['kind']> = new Set(['map', 'set', 'array', 'object'])

function isOf(of: RegExp, steps: RetainingPath['steps'], at: number): boolean {
  const owner = steps[at - 1]!
  if (steps[at]!.edge.startsWith('->')) {
    const file = fileOfVariable(steps, at)
    // V8's own functions have no location.
    return file === undefined ? isNodejsPlace(owner.location) || owner.location === null : of.test(file)
  }
  const isFunction = owner.type === '(closure)'
  // Functions and classes from Node.js' startup snapshot may have no location; a program's always have one.
  const isOfNodejs = isNodejsPlace(owner.location) || owner.location === null
  return isOfNodejs && of.test(isFunction ? owner.name.split('  ')[0]! : owner.type)
}

/**
 * The file of a variable: a function of Node.js has variables of Node.js, whichever module of the program leads to it.
 */
function fileOfVariable(steps: RetainingPath['steps'], at: number): string | undefined {
  const { type, location } = steps[at - 1]!
  return type === '(closure)' && isNodejsPlace(location) ? location!.file : fileOf(steps, at)
}

/** Whether the retainer is in a variable of Node.js, or in a property that only Node.js' classes have. */
function isKeptByNodejs(steps: RetainingPath['steps'], retainer: number): boolean {
  const { edge } = steps[retainer]!
  if (isProgramPlace(steps[retainer]!.location)) return false
  if (/^\[Symbol\(|^\.#/.test(edge)) return isNodejsPlace(steps[retainer - 1]?.location)
  const from = steps.slice(0, retainer + 1).findLastIndex(step => step.edge.startsWith('->'))
  // Public objects may contain the program's own data: the global object, process, exports of modules.
  const isHidden = steps
    .slice(Math.max(from, 0), retainer + 1)
    .every(({ type }) => !/^(?:process|global|Object)\b/.test(type))
  return from > 0 && isHidden && isNodejsFile(fileOfVariable(steps, from) ?? '')
}

/** The program's function that the leaked objects would call. */
function called({ heap, nodes }: RetainingPath): Pick<Named, 'detail' | 'location'> {
  const found = functionNear(heap, nodes.at(-1)!)
  if (found === undefined) return {}
  const location = placeOf(heap, found)!
  return { detail: `each calls ${functionText({ name: describe(heap, found), location })}`, location }
}

/** The nearest function of the program that an object refers to, at most two steps away. */
function functionNear(heap: Heap, from: NodeIndex): NodeIndex | undefined {
  const { graph } = heap
  let level = [from]
  for (let depth = 0; depth < farthest; depth++) {
    const next: NodeIndex[] = []
    for (const node of level) eachReference(graph, node, to => void next.push(to))
    const functions = next.filter(node => nodeTypeOf(graph, node) === 'closure')
    const found = functions.find(node => isProgramPlace(placeOf(heap, node)))
    if (found !== undefined) return found
    level = next.filter(node => nodeTypeOf(graph, node) === 'object').slice(0, maxVisited)
  }
  return undefined
}

const farthest = 2
const maxVisited = 40
