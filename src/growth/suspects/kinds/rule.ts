import type { NodeIndex } from '../../../graph/heap-graph.js'
import type { Heap } from '../../../heap/heap.js'
import { placeOf } from '../../../heap/places.js'
import { shortPath } from '../../../heap/script-names.js'
import { inside } from '../../../heap/v8/edges.js'
import { functionOfScope, functionWithScope, isOfClassFields, isScope } from '../../../heap/v8/scopes.js'
import { nameInSource } from '../../../paths/named-in-source.js'
import { isNodejsFile, isNodejsPlace, isProgramPlace, type Place } from '../../../place.js'
import type { PathStep } from '../../../report/report.js'
import { isInPackage } from '../../../sources/package-of.js'
import type { SuspectKind } from '../suspect.js'

/** What a rule looks at: the whole path from a module or root over the retainer to one of the objects that pile up. */
export interface RetainingPath {
  readonly heap: Heap
  readonly steps: readonly PathStep[]
  /** By step. */
  readonly nodes: readonly NodeIndex[]
  /** The step that is the retainer. Those after it were allocated since the first heap. */
  readonly retainer: number
  /** Whether the leaked objects hang one on the other. */
  readonly chained: boolean
  /** Whether a few of them hang on each, as in a search tree. */
  readonly branched?: true
  /** How many others beside the retainer have the same objects. */
  readonly siblings?: number
  /** Whether each of the leaked objects is retained by itself, as a timer is: the retainer is but one of them. */
  readonly anchors: boolean
}

/** What a rule says when it knows the kind. */
export interface Named {
  readonly kind: SuspectKind
  /** The retainer as one would say it: `sessions`, `'data' listeners of feed`. */
  readonly name: string
  /** The same as the subject of a sentence: `Map sessions`. */
  readonly subject: string
  /** What the leaked objects are, where their class says less. */
  readonly leaked?: string
  /** The package whose class they are of, where the program keeps them: `undici 6.19.2`. */
  readonly leakedOf?: string
  /** Whether the subject is in the plural: it `gain`s. */
  readonly isMany?: true
  /** Whether the subject names the cause itself: whatever else has the same is the same leak, seen from another retainer. */
  readonly isCause?: true
  /** How many of them Node.js keeps at most: so many are no leak. */
  readonly most?: number
  /** What else shows the reader which one: `each listener onData (src/net.js:31), added by onConnect`. */
  readonly detail?: string
  /** A place that says more than where the retainer is. */
  readonly location?: Place | null
  /** What to do about it: one sentence. */
  readonly hint: string
  /** Whether the program can do so, whoever has the retainer. */
  readonly isInHand?: true
}

/** Recognises one kind of retainer; `undefined` for the others. */
export type Rule = (retaining: RetainingPath) => Named | undefined

/**
 * The expression that leads to a step, from the variable it starts at: `sessions`, `audit.entries`, `module.children`,
 * `globalThis.cache["a"]`, `WeakMap[request].user` of what a WeakMap has for an object, `(a local variable of watch()).rows`. Empty for a root that nothing
 * leads to, and for a variable without a name.
 */
export function expression(steps: readonly PathStep[], at: number): string {
  const edges = steps.slice(1, at + 1).map(({ edge }, before) => written(edge, steps[before + 1]!, steps[before]!))
  const [weak, variable] = [weakEntry(steps, at), variableAt(steps, at)]
  if (weak > variable) {
    const key = expression(steps, weak - 1) || steps[weak - 1]!.type
    return `WeakMap[${key}]${edges.slice(weak).join('')}`
  }
  const store = storeAt(steps, at)
  if (store > variable) return `(the store of an AsyncLocalStorage)${edges.slice(store).join('')}`
  const slot = slotAt(steps, at)
  if (slot > variable) return edges.slice(slot).join('').replace(/^\./, '')
  if (variable > 0) return ofVariable(steps[variable]!, edges[variable - 1]!, edges.slice(variable).join(''))
  const local = localAt(steps, at)
  if (local > 0) return `(a local variable of ${functionPaused(steps[local - 1]!)}())${edges.slice(local).join('')}`
  const owner = ownerAt(steps, at)
  if (owner > 0) return ofOwner(steps[owner]!.type, edges.slice(owner).join(''))
  const start = steps[0]
  if (start === undefined || edges.length === 0) return ''
  const root = start.type === 'Module' ? 'module' : /^global|^Object$/.test(start.type) ? 'globalThis' : ''
  const said = edges.slice(Math.max(exporter(steps, at), 0)).join('')
  return root + said.replace(root === '' ? /^\./ : /^$/, '')
}

/** The same object by the names it has in functions of its own. */
const itself = /^->_?(?:this|self|that)$/

/** What a variable leads to. Every function has a `this`: its class is said instead, as in `Server#sockets`. */
const ofVariable = ({ edge, type }: PathStep, said: string, rest: string): string =>
  itself.test(edge) && rest.startsWith('.') && isClass(type) ? inClass(type, rest) : said.replace(/^->/, '') + rest

/** `Server#sockets`, also of a private field. */
const inClass = (type: string, rest: string): string => `${type}${rest.replace(/^\.#?/, '#')}`

const isClass = (type: string): boolean => /^[A-Z]\w*$/.test(type) && !/^(?:Object|Array|Map|Set|Promise)$/.test(type)

/** Where a timer, a promise or a socket has the stores of the call that made it: up to Node.js 22, and since. */
export const storeEdge: RegExp = /^\[Symbol\((?:kResourceStore|kAsyncContextFrame)\)\]$/

/** The last step up to here that is what run() of an AsyncLocalStorage was given, or none (0). Newer versions of Node.js have a Map of them. */
function storeAt(steps: readonly PathStep[], at: number): number {
  const found = steps.slice(0, at + 1).findLastIndex(({ edge }) => storeEdge.test(edge))
  if (found < 0) return 0
  if (steps[found]!.type !== 'AsyncContextFrame') return found
  return found < at ? found + 1 : 0
}

/** The last step up to here that a variable leads to, or none (0). */
export const variableAt = (steps: readonly PathStep[], at: number): number =>
  Math.max(
    0,
    steps.slice(0, at + 1).findLastIndex(({ edge }) => edge.startsWith('->')),
  )

/** The last step up to here that a handle of Node.js' C++ code, a GC root or a slot of V8's leads to, which nobody has a name for, or none (0). */
const ownerAt = (steps: readonly PathStep[], at: number): number =>
  Math.max(
    0,
    steps
      .slice(0, at + 1)
      .findLastIndex(
        ({ edge }, step) =>
          slotOfV8.test(edge) || edge === '[Symbol(owner_symbol)]' || isUnnamed(edge, steps[step - 1]),
      ),
  )

/** `{native_to_javascript}`, the `{receiver}` of a paused function, `{bound_this}`. */
const slotOfV8 = /^\{(?!context\}|local\})[a-z_]+\}$/

const isUnnamed = (edge: string, before: PathStep | undefined): boolean =>
  before?.type === '(synthetic)' && /^[{[]\d+[\]}]$/.test(edge)

/** `Socket#visits`: of what only a handle leads to, its class is said. */
const ofOwner = (type: string, rest: string): string =>
  rest === '' ? '' : rest.startsWith('.') ? inClass(type, rest) : `${type}${rest}`

/** The last step up to here that is a variable of a closure scope whose name V8 does not keep, or none (0). */
const slotAt = (steps: readonly PathStep[], at: number): number =>
  Math.max(
    0,
    steps
      .slice(0, at + 1)
      .findLastIndex(({ edge }, step) => /^\{\d+\}$/.test(edge) && steps[step - 1]?.type === 'system / Context'),
  )

/** The last step up to here that is a local variable of a generator or an async function that waits, or none (0). */
const localAt = (steps: readonly PathStep[], at: number): number =>
  Math.max(
    0,
    steps
      .slice(0, at + 1)
      .findLastIndex(({ edge }, step) => edge === '{local}' && functionPaused(steps[step - 1]!) !== undefined),
  )

const functionPaused = ({ name }: PathStep): string | undefined => /^(?:paused|await) in ([\w$#.]+)/.exec(name)?.[1]

/** The last step up to here that a WeakMap has for the one before it, or none (0). */
export const weakEntry = (steps: readonly PathStep[], at: number): number =>
  Math.max(
    0,
    steps
      .slice(0, at + 1)
      .findLastIndex(({ edge }, step) => idIn(edge) !== undefined && idIn(edge) === steps[step - 1]?.id),
  )

const idIn = (edge: string): number | undefined => {
  const id = /^\[[^"]* @(\d+)\]$/.exec(edge)?.[1]
  return id === undefined ? undefined : Number(id)
}

/**
 * An edge without the object ids of keys; what is a module's default export goes by its name or class, and a Proxy is what it stands for.
 */
function written(edge: string, { type, name }: PathStep, before: PathStep): string {
  if (before.name === 'Proxy' && /^\{\d+\}$/.test(edge)) return ''
  const own = type === '(closure)' ? name.split('  ')[0]! : type
  if (/^(?:\.|->)default$/.test(edge) && (type === '(closure)' ? /^[\w$]+$/.test(own) : isClass(type)))
    return edge.replace('default', own)
  return idIn(edge) === undefined ? edge : edge.replace(/ @\d+\]$/, ']')
}

/**
 * The file a step belongs to, as people know it: where the variable is that its expression begins with, or else that of the nearest module,
 * class or function of the program above it.
 */
export function fileOf(steps: readonly PathStep[], at: number): string | undefined {
  const variable = Math.max(variableAt(steps, at), slotAt(steps, at))
  const known = steps[variable]?.declared
  const nearest = fileAbove(steps, at)
  const declared =
    variable > weakEntry(steps, at)
      ? (known?.file ?? fileAbove(steps, variable - 1))
      : nearest !== undefined && isInPackage(nearest)
        ? programsExporter(steps, at)
        : undefined
  // In a bundle any function shares the variables of all files: one of a package says nothing of a class of the program.
  const isShared =
    known === undefined &&
    declared !== undefined &&
    isInPackage(declared) &&
    nearest !== undefined &&
    !isInPackage(nearest)
  const file = isShared ? nearest : (declared ?? nearest)
  return file === undefined ? undefined : shortPath(file)
}

/** The last module up to here, where what it exports is what an expression begins with; or none (-1). */
const exporter = (steps: readonly PathStep[], at: number): number =>
  weakEntry(steps, at) > 0 ? -1 : steps.slice(0, at).findLastIndex((step, before) => isExport(steps[before + 1]!, step))

/** The program has no say in a file of a package: of what it exports itself, its own is said. A package's may export what others declare. */
function programsExporter(steps: readonly PathStep[], at: number): string | undefined {
  const module = exporter(steps, at)
  const file = module < 0 ? undefined : fileAbove(steps, module)
  return file === undefined || isInPackage(file) ? undefined : file
}

const isExport = ({ edge }: PathStep, { type }: PathStep): boolean =>
  type === 'Module' ? edge === '.exports' : type === '(system)' && edge.startsWith('.')

function fileAbove(steps: readonly PathStep[], at: number): string | undefined {
  for (const { type, name, location, declared } of steps.slice(0, at + 1).reverse()) {
    if (isProgramPlace(location)) return location.file
    if (declared !== undefined) return declared.file
    const scoped = /^closure scope(?: of an anonymous function)? in (\S+)/.exec(name)?.[1]
    if (scoped !== undefined) return scoped
    // What V8's context leads to is no module's, whose scope ever the context was reached from.
    if (name === 'NativeContext') return undefined
    if ((type === 'Module' || type === '(system)') && name !== '' && !isNodejsFile(name)) return name.replace(/ .*/, '')
  }
  return undefined
}

/** ` in src/store.js`, or nothing. Of a minified file, which is one line, the place of the nearest class or function. */
export const inFile = ({ steps, retainer }: RetainingPath): string => {
  const file = fileOf(steps, retainer)
  if (file === undefined) return ''
  const place = steps.slice(0, retainer + 1).findLast(({ location }) => isProgramPlace(location))?.location
  return ` in ${place != null && place.column > longLine && shortPath(place.file) === file ? at(place) : file}`
}

/** `src/store.js:14`; with the column where lines are as long as in minified files: `dist/app.min.js:1:4711`. */
export const at = ({ file, line, column }: Place): string =>
  `${shortPath(file)}:${line}${column > longLine ? `:${column}` : ''}`

/** No line that people wrote is so long. */
export const longLine = 250

/** A function step as one says it: `onData (src/net.js:31)`. */
export function functionText(step: Pick<PathStep, 'name' | 'location'>): string {
  const name = step.name.split('  ')[0]!
  const said = name === '' || name === '(anonymous)' ? 'an anonymous function' : name
  return step.location === null ? said : `${said} (${at(step.location)})`
}

/** The first function of the program among the steps from here on. */
export const nextFunction = (steps: readonly PathStep[], from: number): number => {
  const found = steps.slice(from).findIndex(({ type, location }) => type === '(closure)' && !isNodejsPlace(location))
  return found < 0 ? -1 : from + found
}

/** The function whose variables a scope on a path has, as in `login()`, by its name in the source; `undefined` for any other step. */
export function functionOfStep({ heap, nodes, steps }: RetainingPath, at: number): string | undefined {
  const now = /closure scope of (\S+)\(\)/.exec(steps[at]!.name)?.[1]
  if (now === undefined) return undefined
  const maker = functionWithScope(heap.graph, nodes[at]!)
  const name = `${maker === undefined ? now : nameInSource(heap, maker, now)}()`
  const location = maker && placeOf(heap, maker)
  // A minified name says nothing without its column.
  return location !== undefined && location.column > longLine ? functionText({ name, location }) : name
}

/** The function that made a callback: the one whose scope it closes over. `onConnect() (src/net.js:12)`. */
export function makerOf({ heap }: RetainingPath, callback: NodeIndex): string | undefined {
  const scope = inside(heap.graph, callback, 'context')
  if (scope === undefined || !isScope(heap.graph, scope)) return undefined
  const name = functionOfScope(heap.graph, scope)
  if (!name || isOfClassFields(name)) return undefined
  const maker = functionWithScope(heap.graph, scope)
  if (maker === undefined) return `${name}()`
  return functionText({ name: `${nameInSource(heap, maker, name)}()`, location: placeOf(heap, maker) ?? null })
}
