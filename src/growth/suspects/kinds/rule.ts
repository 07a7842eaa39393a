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

/** The input of a rule: the path from a module or root through the retainer to one of the accumulating objects. */
export interface RetainingPath {
  readonly heap: Heap
  readonly steps: readonly PathStep[]
  /** The node of each step. */
  readonly nodes: readonly NodeIndex[]
  /** The index of the step that is the retainer. Later steps were allocated since the first heap. */
  readonly retainer: number
  /** Whether the leaked objects are linked one to the next. */
  readonly chained: boolean
  /** Whether each has a few children, as in a search tree. */
  readonly branched?: true
  /** The number of other retainers of the same objects. */
  readonly siblings?: number
  /** Whether each of the leaked objects is an anchor, like a timer: the retainer is one of them. */
  readonly anchors: boolean
}

/** The result of a rule that recognises the kind of retainer. */
export interface Named {
  readonly kind: SuspectKind
  /** A short name of the retainer: `sessions`, `'data' listeners of feed`. */
  readonly name: string
  /** The same as the subject of a sentence: `Map sessions`. */
  readonly subject: string
  /** What the leaked objects are, if that says more than their class. */
  readonly leaked?: string
  /** The package of their class, if the program keeps them: `undici 6.19.2`. */
  readonly leakedOf?: string
  /** Whether the subject is plural (`gain`, not `gains`). */
  readonly isMany?: true
  /** Whether the subject names the cause itself: other retainers of the same objects are then the same leak. */
  readonly isCause?: true
  /** The maximum number that Node.js keeps: up to that, it is not a leak. */
  readonly most?: number
  /** A detail that identifies it: `each listener onData (src/net.js:31), added by onConnect`. */
  readonly detail?: string
  /** A more useful location than that of the retainer. */
  readonly location?: Place | null
  /** Advice in one sentence. */
  readonly hint: string
  /** Whether the program can follow the advice, even if a package has the retainer. */
  readonly isInHand?: true
}

/** Recognises one kind of retainer; `undefined` for the others. */
export type Rule = (retaining: RetainingPath) => Named | undefined

/**
 * The expression that leads to a step, from the variable it starts at: `sessions`, `audit.entries`, `module.children`,
 * `globalThis.cache["a"]`, `WeakMap[request].user` for a WeakMap's value, `(a local variable of watch()).rows`. Empty
 * for a root without a name, and for an unnamed variable.
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

/** Names for `this` in variables. */
const itself = /^->_?(?:this|self|that)$/

/** A step from a variable. For variables that hold `this`, uses the class instead, as in `Server#sockets`. */
const ofVariable = ({ edge, type }: PathStep, said: string, rest: string): string =>
  itself.test(edge) && rest.startsWith('.') && isClass(type) ? inClass(type, rest) : said.replace(/^->/, '') + rest

/** `Server#sockets`, also for a private field. */
const inClass = (type: string, rest: string): string => `${type}${rest.replace(/^\.#?/, '#')}`

const isClass = (type: string): boolean => /^[A-Z]\w*$/.test(type) && !/^(?:Object|Array|Map|Set|Promise)$/.test(type)

/**
 * The property in which a timer, promise or socket has the AsyncLocalStorage stores of its creator: up to Node.js 22,
 * and since.
 */
export const storeEdge: RegExp = /^\[Symbol\((?:kResourceStore|kAsyncContextFrame)\)\]$/

/**
 * The last step up to here that is a store passed to run() of an AsyncLocalStorage, or 0. Newer versions of Node.js
 * have a Map of them.
 */
function storeAt(steps: readonly PathStep[], at: number): number {
  const found = steps.slice(0, at + 1).findLastIndex(({ edge }) => storeEdge.test(edge))
  if (found < 0) return 0
  if (steps[found]!.type !== 'AsyncContextFrame') return found
  return found < at ? found + 1 : 0
}

/** The last step up to here that is reached through a variable, or 0. */
export const variableAt = (steps: readonly PathStep[], at: number): number =>
  Math.max(
    0,
    steps.slice(0, at + 1).findLastIndex(({ edge }) => edge.startsWith('->')),
  )

/**
 * The last step up to here that is reached through an unnamed edge: from a C++ handle, a GC root or a V8 slot, or 0.
 */
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

/** `Socket#visits`: an object reached only through a handle is named by its class. */
const ofOwner = (type: string, rest: string): string =>
  rest === '' ? '' : rest.startsWith('.') ? inClass(type, rest) : `${type}${rest}`

/** The last step up to here that is a closure variable whose name V8 does not keep, or 0. */
const slotAt = (steps: readonly PathStep[], at: number): number =>
  Math.max(
    0,
    steps
      .slice(0, at + 1)
      .findLastIndex(({ edge }, step) => /^\{\d+\}$/.test(edge) && steps[step - 1]?.type === 'system / Context'),
  )

/** The last step up to here that is a local variable of a suspended generator or async function, or 0. */
const localAt = (steps: readonly PathStep[], at: number): number =>
  Math.max(
    0,
    steps
      .slice(0, at + 1)
      .findLastIndex(({ edge }, step) => edge === '{local}' && functionPaused(steps[step - 1]!) !== undefined),
  )

const functionPaused = ({ name }: PathStep): string | undefined => /^(?:paused|await) in ([\w$#.]+)/.exec(name)?.[1]

/** The last step up to here that is a WeakMap's value for the previous step, or 0. */
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
 * An edge without the object ids of keys. A module's default export is written by its name or class, and a Proxy as its
 * target.
 */
function written(edge: string, { type, name }: PathStep, before: PathStep): string {
  if (before.name === 'Proxy' && /^\{\d+\}$/.test(edge)) return ''
  const own = type === '(closure)' ? name.split('  ')[0]! : type
  if (/^(?:\.|->)default$/.test(edge) && (type === '(closure)' ? /^[\w$]+$/.test(own) : isClass(type)))
    return edge.replace('default', own)
  return idIn(edge) === undefined ? edge : edge.replace(/ @\d+\]$/, ']')
}

/**
 * The file of a step: that of the variable at the start of its expression, otherwise that of the nearest module, class
 * or function of the program above it.
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
  // In a bundle, functions of all files share one scope: a package's function does not determine the file of a
  // program's class.
  const isShared =
    known === undefined &&
    declared !== undefined &&
    isInPackage(declared) &&
    nearest !== undefined &&
    !isInPackage(nearest)
  const file = isShared ? nearest : (declared ?? nearest)
  return file === undefined ? undefined : shortPath(file)
}

/** The last module up to here whose export is the start of an expression, or -1. */
const exporter = (steps: readonly PathStep[], at: number): number =>
  weakEntry(steps, at) > 0 ? -1 : steps.slice(0, at).findLastIndex((step, before) => isExport(steps[before + 1]!, step))

/**
 * The program's own module that exports the start of the expression. A package's module may re-export what others
 * declare.
 */
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
    // What V8's native context leads to belongs to no module.
    if (name === 'NativeContext') return undefined
    if ((type === 'Module' || type === '(system)') && name !== '' && !isNodejsFile(name)) return name.replace(/ .*/, '')
  }
  return undefined
}

/**
 * ` in src/store.js`, or empty. For a minified file, which is one line, the location of the nearest class or function.
 */
export const inFile = ({ steps, retainer }: RetainingPath): string => {
  const file = fileOf(steps, retainer)
  if (file === undefined) return ''
  const place = steps.slice(0, retainer + 1).findLast(({ location }) => isProgramPlace(location))?.location
  return ` in ${place != null && place.column > longLine && shortPath(place.file) === file ? at(place) : file}`
}

/** `src/store.js:14`; with the column for the long lines of minified files: `dist/app.min.js:1:4711`. */
export const at = ({ file, line, column }: Place): string =>
  `${shortPath(file)}:${line}${column > longLine ? `:${column}` : ''}`

/** Longer lines are minified. */
export const longLine = 250

/** A function step as text: `onData (src/net.js:31)`. */
export function functionText(step: Pick<PathStep, 'name' | 'location'>): string {
  const name = step.name.split('  ')[0]!
  const said = name === '' || name === '(anonymous)' ? 'an anonymous function' : name
  return step.location === null ? said : `${said} (${at(step.location)})`
}

/** The index of the first function of the program from this step on. */
export const nextFunction = (steps: readonly PathStep[], from: number): number => {
  const found = steps.slice(from).findIndex(({ type, location }) => type === '(closure)' && !isNodejsPlace(location))
  return found < 0 ? -1 : from + found
}

/** The function of a scope on a path, `login()`, by its name in the source; `undefined` for other steps. */
export function functionOfStep({ heap, nodes, steps }: RetainingPath, at: number): string | undefined {
  const now = /closure scope of (\S+)\(\)/.exec(steps[at]!.name)?.[1]
  if (now === undefined) return undefined
  const maker = functionWithScope(heap.graph, nodes[at]!)
  const name = `${maker === undefined ? now : nameInSource(heap, maker, now)}()`
  const location = maker && placeOf(heap, maker)
  // A minified name is useless without its location.
  return location !== undefined && location.column > longLine ? functionText({ name, location }) : name
}

/** The function that created a callback, whose scope it closes over: `onConnect() (src/net.js:12)`. */
export function makerOf({ heap }: RetainingPath, callback: NodeIndex): string | undefined {
  const scope = inside(heap.graph, callback, 'context')
  if (scope === undefined || !isScope(heap.graph, scope)) return undefined
  const name = functionOfScope(heap.graph, scope)
  if (!name || isOfClassFields(name)) return undefined
  const maker = functionWithScope(heap.graph, scope)
  if (maker === undefined) return `${name}()`
  return functionText({ name: `${nameInSource(heap, maker, name)}()`, location: placeOf(heap, maker) ?? null })
}
