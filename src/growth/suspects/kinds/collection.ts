import { edgeTypeOf, type HeapGraph, type NodeIndex } from '../../../graph/heap-graph.js'
import { tableOf } from '../../../heap/v8/collections.js'
import { keys } from '../../../heap/v8/counts.js'
import { follow, inside } from '../../../heap/v8/edges.js'
import { oddballOf } from '../../../heap/v8/primitives.js'
import { isProgramPlace } from '../../../place.js'
import { isInPackage } from '../../../sources/package-of.js'
import { sized } from '../../../units.js'
import { dictionary } from '../../step-words.js'
import type { SuspectKind } from '../suspect.js'
import {
  expression,
  functionOfStep,
  functionText,
  inFile,
  nextFunction,
  type RetainingPath,
  type Rule,
} from './rule.js'
import { isOver } from './timer.js'
import { type Waiter, waiterOf } from './waiter.js'

/** Maps, Sets, arrays and objects used as dictionaries; a class of the program that extends one keeps its own name. */
export const collection: Rule = retaining => {
  const { steps, retainer } = retaining
  const kind = kindOf(retaining)
  // A function may also be used as a dictionary.
  const type = steps[retainer]!.type === '(closure)' ? 'Function' : steps[retainer]!.type
  const leaked = steps.at(-1)!
  const text = retaining.chained && leaked.type.endsWith('string)')
  const waiter = settledBy(retaining)
  const isLeft = kind === 'object' && hasEmptyKeys(retaining)
  const name = expression(steps, text ? retainer + 1 : retainer)
  const cut = cutFrom(retaining)
  return {
    kind,
    name: name || type,
    subject: `${[text ? 'String' : type, name].filter(Boolean).join(' ')}${ofClass(retaining, name)}${inFile(retaining)}`,
    ...(isVmContext(retaining) ? { leaked: 'vm context' } : {}),
    ...(retaining.siblings === undefined ? {} : { detail: `each is in ${retaining.siblings + 1} of them` }),
    ...through(retaining),
    ...(cut === undefined ? {} : { detail: `each cut from a text of ${sized(cut)}, which it keeps` }),
    ...(isLeft ? { detail: 'most of its keys have no value but null or undefined' } : {}),
    ...(holdsProgramsFunctions(retaining) ? { isInHand: true } : {}),
    ...(waiter === undefined ? {} : { detail: `each settles a promise that ${functionText(waiter)} awaits` }),
    hint:
      (waiter === undefined ? undefined : resolvers) ??
      (isVmContext(retaining) ? vmContexts : undefined) ??
      (type === 'FinalizationRegistry' ? registered : undefined) ??
      (isLeft ? emptied : undefined) ??
      (cut === undefined ? undefined : `${hints[kind] ?? hints.object!} ${slices}`) ??
      timersOver(retaining) ??
      generatorsOpen(retaining) ??
      (holdsClasses(retaining) ? classes : undefined) ??
      (holdsFunctions(retaining) ? subscribers : hints[kind]) ??
      hints.object!,
  }
}

/** ` of QuoteBook`: the program's class that has the retainer in a field, unless the name already contains it. */
function ofClass({ steps, retainer }: RetainingPath, name: string): string {
  const owner = steps[retainer - 1]
  const isField = /^\.|^\[Symbol\(/.test(steps[retainer]!.edge)
  if (owner === undefined || !isField || !isProgramPlace(owner.location) || owner.type === '(closure)') return ''
  return name.startsWith(`${owner.type}#`) ? '' : ` of ${owner.type}`
}

const hints: Readonly<Partial<Record<SuspectKind, string>>> = {
  map: 'Delete entries when they end, bound the Map (evict the oldest), or key a WeakMap by the object they belong to.',
  set: 'Delete members when they end, or use a WeakSet if it only marks objects.',
  array: 'Remove handled items, or keep only a fixed number of the last ones.',
  object: 'Delete or overwrite what is no longer needed; for a cache use a bounded Map.',
}

const subscribers = 'Remove each function when its subscriber is done: unsubscribe, or return a function that does.'

const vmContexts =
  'Drop each context when its script is done, or use one for all: a context keeps its own globals, functions and classes.'

const registered =
  'The second argument of register() is kept until the object is gone, so it must not refer to the object. Pass a name or a handle, or a function created where the object is not in scope.'

const resolvers =
  'Settle each promise, also on errors, time-outs and when what it waits for is closed, and remove its function; limit how many can wait.'

const slices =
  'A string cut from another one (slice, split, match) keeps the whole original alive: copy what must stay, for example with Buffer.from(text).toString().'

/** The size of the text from which the leaked string was cut, if that is worth mentioning. */
function cutFrom({ heap: { graph }, nodes, steps }: RetainingPath): number | undefined {
  if (steps.at(-1)!.type !== '(sliced string)') return undefined
  const whole = inside(graph, nodes.at(-1)!, 'parent')
  const bytes = whole === undefined ? 0 : graph.selfSize[whole]!
  return bytes >= longText ? bytes : undefined
}

const longText = 512

const emptied = 'Remove the key (delete, or a Map and its delete()): setting it to null or undefined leaves the key.'

/** Whether an object grows by keys that are set to null or undefined instead of deleted. */
function hasEmptyKeys({ heap: { graph }, nodes, retainer }: RetainingPath): boolean {
  const node = nodes[retainer]!
  let empty = 0
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    const type = edgeTypeOf(graph, edge)
    if ((type === 'property' || type === 'element') && isNothing(graph, graph.edgeTo[edge]!)) empty++
  }
  return empty > dictionary && empty >= keys(graph, node) * mostly
}

const isNothing = (graph: HeapGraph, node: NodeIndex): boolean => oddballOf(graph, node, true) == null

const mostly = 0.9

/** The function that awaits the promises whose resolving functions are in the collection. */
function settledBy({ heap, steps, nodes, retainer }: RetainingPath): Waiter | undefined {
  const next = steps[retainer + 1]
  if (next?.type !== '(closure)' || isProgramPlace(next.location)) return undefined
  const waiter = waiterOf(heap, nodes[retainer + 1]!)
  return waiter?.awaits ? waiter : undefined
}

/** Whether the leaked objects are global objects of vm.createContext(). */
const isVmContext = ({ heap: { graph }, nodes }: RetainingPath): boolean =>
  follow(graph, nodes.at(-1)!, 'property', '<symbol node:contextify:context>') !== undefined

const classes = 'Create each class once, outside functions that are called repeatedly.'

/** Whether the collection contains classes: functions whose names begin with a capital letter. */
const holdsClasses = ({ steps, retainer }: RetainingPath): boolean =>
  steps[retainer + 1]?.type === '(closure)' &&
  steps.length === retainer + 2 &&
  /^[A-Z]\w*[a-z]/.test(steps.at(-1)!.name)

/** Whether the collection contains functions. */
const holdsFunctions = ({ steps, retainer }: RetainingPath): boolean => steps[retainer + 1]?.type === '(closure)'

/** Whether these are functions of the program itself, which can remove them. */
function holdsProgramsFunctions({ steps, retainer }: RetainingPath): boolean {
  const next = steps[retainer + 1]
  return next?.type === '(closure)' && isProgramPlace(next.location) && !isInPackage(next.location.file)
}

/** A started generator keeps its variables until it ends. */
const generatorsOpen = ({ steps }: RetainingPath): string | undefined =>
  steps.at(-1)!.name.startsWith('paused in ')
    ? 'Run each generator to its end or call return() on it (for…of does both), and drop it.'
    : undefined

/** Timers that no longer wait need not be cleared, only removed. */
function timersOver(retaining: RetainingPath): string | undefined {
  const at = retaining.steps.findIndex((_, step) => step > retaining.retainer && isOver(retaining, step))
  if (at < 0) return undefined
  const clear = retaining.steps[at]!.type === 'Immediate' ? 'clearImmediate' : 'clearTimeout'
  return `Remove each timer when it has fired or was cleared: ${clear} has no effect on it any more.`
}

function kindOf({ heap, nodes, steps, retainer }: RetainingPath): SuspectKind {
  const { type } = steps[retainer]!
  if (type === 'Array') return 'array'
  if (tableOf(heap.graph, nodes[retainer]!) !== undefined || /(?:Map|Set)$/.test(type))
    return /Set$/.test(type) ? 'set' : 'map'
  return 'object'
}

/**
 * A detail about the leaked objects: if the container has functions, these and their scopes are the path to what
 * accumulates.
 */
function through(retaining: RetainingPath): { detail?: string } {
  const { steps, retainer } = retaining
  const leaked = steps.at(-1)!
  const over = steps.findIndex((_, step) => step > retainer && isOver(retaining, step))
  if (over >= 0)
    return { detail: `each ${over === steps.length - 1 ? '' : 'kept by '}a timer that has fired or was cleared` }
  if (leaked.type === 'Module' && leaked.name !== '') return { detail: `each a copy of ${leaked.name}` }
  if (/^paused in /.test(leaked.name))
    return {
      detail: `each a generator of ${functionText({ ...leaked, name: leaked.name.replace('paused in ', '') })} that was left open`,
    }
  const waiting = steps.slice(retainer + 1).find(({ name }) => /^(?:await|paused) in /.test(name))
  if (waiting !== undefined)
    return { detail: `each is awaited in ${waiting.name.split('  ')[0]!.replace(/^\S+ in /, '')}` }
  const at = nextFunction(steps, retainer + 1)
  if (at < 0) return {}
  if (at === steps.length - 1) return steps[at]!.location === null ? {} : { detail: `each ${functionText(steps[at]!)}` }
  const variable = steps
    .slice(at + 1)
    .find(({ edge }) => edge.startsWith('->'))
    ?.edge.slice(2)
  const scope = steps.findIndex(({ type }, step) => step > at && type === 'system / Context')
  const of = scope < 0 ? undefined : functionOfStep(retaining, scope)
  if (variable === undefined && steps[at]!.location === null) return {}
  if (variable === undefined) return { detail: `each kept by ${functionText(steps[at]!)}` }
  return {
    detail: `each is ${variable} in the scope${of === undefined ? '' : ` of ${of}`}, kept by ${functionText(steps[at]!)}`,
  }
}
