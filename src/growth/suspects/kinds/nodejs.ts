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

/** A collection of Node.js' own: who fills it knows the function that he called, and not where Node.js keeps what that leaves. */
interface Own extends Pick<Named, 'subject' | 'hint'>, Partial<Pick<Named, 'kind' | 'name' | 'most' | 'leakedOf'>> {
  /** The variable or property that has it. */
  readonly edge: string
  /** The file of the variable, or the class of the object that has the property. */
  readonly of: RegExp
}

/** All of them are one suspect, whatever each is. */
const modules = {
  kind: 'map',
  name: 'require.cache',
  subject: 'Modules that require() has loaded from ever new files (require.cache)',
  hint: 'Load each file by one path, and read what changes with fs; what must be loaded anew has to be taken out of require.cache and out of the children of the module that loads it.',
} as const

/** What was only resolved, and never loaded. */
const resolved = {
  kind: 'map',
  name: 'Module._pathCache',
  subject: 'Paths that require.resolve() has looked up, each in another folder or by another name (Module._pathCache)',
  hint: 'Node.js keeps each path that it has resolved. Resolve from a fixed set of folders, or look files up with fs or a resolver that has no cache, or in a worker that ends.',
} as const

/** The modules themselves are where paths begin, each its own: more is seen of what Node.js notes of the path of each file. */
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
    hint: 'Node.js keeps as many as there were connections at a time, a thousand at most.',
  },
  {
    edge: '->knownTimersById',
    of: /^node:(?:internal\/)?timers$/,
    kind: 'timer',
    subject: 'Timers that were made a number or a string (knownTimersById in node:timers)',
    hint: 'Node.js 18 keeps a timer that was made a number or a string (+timer, String(timer), the key of an object) even when it has fired: take a newer Node.js, call clearTimeout() for each that has fired, or use the Timeout itself as the key of a Map.',
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
    hint: 'Give console.count() a fixed set of labels, or call console.countReset() with each that is done with.',
  },
  {
    edge: '->statWatchers',
    of: /^node:fs$/,
    subject: 'Files that fs.watchFile() watches (statWatchers in node:fs)',
    hint: 'Call fs.unwatchFile(file, listener) when the file is done with, also when it was removed.',
  },
  {
    edge: '->kObservers',
    of: /^node:internal\/perf\/observe$/,
    subject: 'PerformanceObservers that are connected (kObservers in node:internal/perf/observe)',
    hint: 'disconnect() each PerformanceObserver when its work is done, or observe once for all.',
  },
  {
    edge: '[Symbol(clients)]',
    of: /^Agent$/,
    subject: 'Connection pools of fetch(), one for each origin (clients of its Agent in Node.js)',
    hint: 'This version of Node.js keeps a Pool for each origin that was ever fetched: take a newer one, or fetch from many origins with a { dispatcher } of the package undici, an Agent that is closed when it has been used for long.',
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
    hint: 'Give channels a fixed set of names, and say in the message whom it is about.',
  },
  ...moduleTables.map(table => ({ ...modules, ...table })),
]

const others =
  'Node.js keeps each until what the program has opened, watched or asked for is closed, removed or aborted. If none of that is left open, a newer Node.js may let go of it.'

/** What Node.js itself keeps in a collection, for the program. */
export const nodejs: Rule = retaining => {
  const { steps, retainer } = retaining
  // What gains is the collection itself or a part of it: what its entries have may be anybody's.
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

/** Whether a path that was resolved is that of a module: one that was only resolved has none. Of what is no path, nothing is known. */
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
    // Of a function that V8 itself has, no heap says where its variables are.
    return file === undefined ? isNodejsPlace(owner.location) || owner.location === null : of.test(file)
  }
  const isFunction = owner.type === '(closure)'
  // Of functions and classes that Node.js' own snapshot brought, no heap may say where they are; of a program's all do.
  const isOfNodejs = isNodejsPlace(owner.location) || owner.location === null
  return isOfNodejs && of.test(isFunction ? owner.name.split('  ')[0]! : owner.type)
}

/** A function of Node.js has variables of Node.js, whichever module of the program leads to it. */
function fileOfVariable(steps: RetainingPath['steps'], at: number): string | undefined {
  const { type, location } = steps[at - 1]!
  return type === '(closure)' && isNodejsPlace(location) ? location!.file : fileOf(steps, at)
}

/** Whether the retainer is in a variable of Node.js, or in a property that only an object of a class of Node.js has. */
function isKeptByNodejs(steps: RetainingPath['steps'], retainer: number): boolean {
  const { edge } = steps[retainer]!
  if (isProgramPlace(steps[retainer]!.location)) return false
  if (/^\[Symbol\(|^\.#/.test(edge)) return isNodejsPlace(steps[retainer - 1]?.location)
  const from = steps.slice(0, retainer + 1).findLastIndex(step => step.edge.startsWith('->'))
  // The program has put things of its own in what it knows: the global object, process, what modules export.
  const isHidden = steps
    .slice(Math.max(from, 0), retainer + 1)
    .every(({ type }) => !/^(?:process|global|Object)\b/.test(type))
  return from > 0 && isHidden && isNodejsFile(fileOfVariable(steps, from) ?? '')
}

/** Which function of the program what leaks would call. */
function called({ heap, nodes }: RetainingPath): Pick<Named, 'detail' | 'location'> {
  const found = functionNear(heap, nodes.at(-1)!)
  if (found === undefined) return {}
  const location = placeOf(heap, found)!
  return { detail: `each calls ${functionText({ name: describe(heap, found), location })}`, location }
}

/** The nearest function of the program that an object leads to, by two steps at most. */
function functionNear(heap: Heap, from: NodeIndex): NodeIndex | undefined {
  const { graph } = heap
  let level = [from]
  for (let depth = 0; depth < farthest; depth++) {
    const next: NodeIndex[] = []
    for (const node of level) eachReference(graph, node, to => void next.push(to))
    const functions = next.filter(node => nodeTypeOf(graph, node) === 'closure')
    const found = functions.find(node => isProgramPlace(placeOf(heap, node)))
    if (found !== undefined) return found
    level = next.filter(node => nodeTypeOf(graph, node) === 'object').slice(0, mostLookedAt)
  }
  return undefined
}

const farthest = 2
const mostLookedAt = 40
