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

/** Maps, Sets, arrays and objects used as dictionaries; a class of the program that extends one goes by its own name. */
export const collection: Rule = retaining => {
  const { steps, retainer } = retaining
  const kind = kindOf(retaining)
  // A function may be used as a dictionary, too.
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

/** ` of QuoteBook`: the class of the program that has the retainer in a field, where its name does not say so. */
function ofClass({ steps, retainer }: RetainingPath, name: string): string {
  const owner = steps[retainer - 1]
  const isField = /^\.|^\[Symbol\(/.test(steps[retainer]!.edge)
  if (owner === undefined || !isField || !isProgramPlace(owner.location) || owner.type === '(closure)') return ''
  return name.startsWith(`${owner.type}#`) ? '' : ` of ${owner.type}`
}

const hints: Readonly<Partial<Record<SuspectKind, string>>> = {
  map: 'Delete entries when they end, bound the Map (evict the oldest), or key a WeakMap by the object they belong to.',
  set: 'Delete members when they end, or use a WeakSet if it only marks objects.',
  array: 'Remove what was handled, or keep only the last so many.',
  object: 'Delete or overwrite what is no longer needed; for a cache use a bounded Map.',
}

const subscribers = 'Remove each function when whoever gave it is done: unsubscribe, or return a function that does.'

const vmContexts =
  'Let go of each context when its script is done, or use one for all: a context keeps globals, functions and classes of its own.'

const registered =
  'What register() gets as its second argument is kept until the object is gone: it must not lead back to the object. Give it a name or a handle, or a function that is made where the object is not in scope.'

const resolvers =
  'Settle each promise, also on errors, on time-outs and when what it waits for is closed, and take its function out; give what may wait a bound.'

const slices =
  'A string that was cut out of another (slice, split, match) keeps all of that one: copy what is to stay, as by Buffer.from(text).toString().'

/** How many bytes the text has that what leaks was cut from, where that is worth a word. */
function cutFrom({ heap: { graph }, nodes, steps }: RetainingPath): number | undefined {
  if (steps.at(-1)!.type !== '(sliced string)') return undefined
  const whole = inside(graph, nodes.at(-1)!, 'parent')
  const bytes = whole === undefined ? 0 : graph.selfSize[whole]!
  return bytes >= longText ? bytes : undefined
}

const longText = 512

const emptied = 'Take the key out (delete, or a Map and its delete()): setting it to null or undefined leaves the key.'

/** Whether an object grows by keys that were set to null or undefined rather than deleted. */
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

/** Who awaits what is settled by the functions that stand in the collection, where V8 made them for a promise. */
function settledBy({ heap, steps, nodes, retainer }: RetainingPath): Waiter | undefined {
  const next = steps[retainer + 1]
  if (next?.type !== '(closure)' || isProgramPlace(next.location)) return undefined
  const waiter = waiterOf(heap, nodes[retainer + 1]!)
  return waiter?.awaits ? waiter : undefined
}

/** Whether what leaks is an object that vm.createContext() made a global object of. */
const isVmContext = ({ heap: { graph }, nodes }: RetainingPath): boolean =>
  follow(graph, nodes.at(-1)!, 'property', '<symbol node:contextify:context>') !== undefined

const classes = 'Make each class once, outside of what is called again and again.'

/** Whether what stands in the collection are classes, by the custom that only those have names that begin with a capital. */
const holdsClasses = ({ steps, retainer }: RetainingPath): boolean =>
  steps[retainer + 1]?.type === '(closure)' &&
  steps.length === retainer + 2 &&
  /^[A-Z]\w*[a-z]/.test(steps.at(-1)!.name)

/** Whether what stands in the collection are functions to be called. */
const holdsFunctions = ({ steps, retainer }: RetainingPath): boolean => steps[retainer + 1]?.type === '(closure)'

/** Whether they are functions of the program itself: it gave them, and can take them back. */
function holdsProgramsFunctions({ steps, retainer }: RetainingPath): boolean {
  const next = steps[retainer + 1]
  return next?.type === '(closure)' && isProgramPlace(next.location) && !isInPackage(next.location.file)
}

/** A generator that was begun keeps its variables until it is run to its end. */
const generatorsOpen = ({ steps }: RetainingPath): string | undefined =>
  steps.at(-1)!.name.startsWith('paused in ')
    ? 'Run each generator to its end or call return() on it (for…of does both), and let go of it.'
    : undefined

/** Timers that wait no more are not cleared, they are let go of. */
function timersOver(retaining: RetainingPath): string | undefined {
  const at = retaining.steps.findIndex((_, step) => step > retaining.retainer && isOver(retaining, step))
  if (at < 0) return undefined
  const clear = retaining.steps[at]!.type === 'Immediate' ? 'clearImmediate' : 'clearTimeout'
  return `Take each timer out when it has fired or was cleared: ${clear} does nothing for it any more.`
}

function kindOf({ heap, nodes, steps, retainer }: RetainingPath): SuspectKind {
  const { type } = steps[retainer]!
  if (type === 'Array') return 'array'
  if (tableOf(heap.graph, nodes[retainer]!) !== undefined || /(?:Map|Set)$/.test(type))
    return /Set$/.test(type) ? 'set' : 'map'
  return 'object'
}

/** What the program knows the leaked objects by: where a container has functions, they and their scope are the path to what piles up. */
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
