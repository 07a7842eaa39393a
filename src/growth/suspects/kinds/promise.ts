import type { NodeIndex } from '../../../graph/heap-graph.js'
import { describe } from '../../../heap/describe.js'
import type { Heap } from '../../../heap/heap.js'
import { placeOf } from '../../../heap/places.js'
import { inside } from '../../../heap/v8/edges.js'
import { neverSettled } from '../../../heap/v8/never-settled.js'
import { awaitingFunction, reaction, reactionsOf } from '../../../heap/v8/promises.js'
import { isProgramPlace } from '../../../place.js'
import { counted } from '../../../units.js'
import { expression, fileOf, functionText, inFile, type RetainingPath, type Rule } from './rule.js'
import { waiterOf } from './waiter.js'

/** A pending promise keeps everything that waits for it: `then`, `await`, and each Promise.race it takes part in. */
export const promise: Rule = retaining => {
  const { steps, retainer } = retaining
  if (!/Promise$/.test(steps[retainer]!.type)) return behindResolver(retaining)
  const name = expression(steps, retainer) || 'promise'
  // A settled promise has a result, and nothing waits for it.
  if (steps[retainer + 1]?.edge === '{result}') return nested(retaining, name)
  return {
    kind: 'promise',
    name: `reactions of ${name}`,
    subject: `The pending promise ${name === 'promise' ? '' : name}${inFile(retaining)}`.replace('  ', ' '),
    detail: 'each then, await or Promise.race on it waits there until it settles',
    hint: 'Settle the promise, or race against one created for the call (an AbortSignal per call) instead of a long-lived one.',
  }
}

/** Promise.all() on the result of the previous one: each array of results contains the previous one. */
function nested(retaining: RetainingPath, name: string): ReturnType<Rule> {
  const below = retaining.steps.slice(retaining.retainer + 1)
  if (!retaining.chained || below.length < 2 || !below.slice(0, 2).every(({ type }) => type === 'Array'))
    return undefined
  return {
    kind: 'promise',
    name: `result of ${name}`,
    subject: `Result of the promise${name === 'promise' ? '' : ` ${name}`}${inFile(retaining)}, each array with the one before,`,
    hint: foldsResults,
  }
}

/** Advice if each Promise.all() waits for the previous one. */
export const foldsResults =
  'The result of Promise.all() contains the results of all: let the next one wait for a promise without a result (.then(() => undefined)), or keep a Set of pending promises.'

/** What waits for a promise of which the program keeps only the function that settles it. */
function behindResolver(retaining: RetainingPath): ReturnType<Rule> {
  const { steps, retainer } = retaining
  const at = steps.findIndex(({ type }, step) => step > retainer && /Promise$/.test(type))
  const resolver = steps.slice(0, at).findLastIndex(({ type }) => type === '(closure)')
  const isReached = steps.slice(retainer, at).every(({ type }) => type === '(closure)' || type === 'system / Context')
  if (at < 0 || resolver < 0 || !isReached || resolver > retainer || steps[at + 1]?.edge !== '{reaction}')
    return undefined
  const isChain = steps.slice(at + 1).some(({ edge, type }) => edge === '{reaction}' && /Promise$/.test(type))
  const settles = settlerOf(retaining, resolver)
  const waiter = isProgramPlace(steps[resolver]!.location)
    ? undefined
    : waiterOf(retaining.heap, retaining.nodes[resolver]!)
  const how = isChain ? 'each then waits for the one before' : 'each then or await on it waits there'
  return {
    kind: 'promise',
    name: `promises behind ${settles}`,
    subject: `The pending promise that ${settles} settles${inFile(retaining)}`,
    detail: waiter === undefined ? how : `${how}; what it settles goes on in ${functionText(waiter)}`,
    ...(waiter === undefined ? {} : { location: waiter.location }),
    hint: isChain
      ? 'Let the first promise settle, also on errors and time-outs; a queue of promises needs a bound, and a function that returns its own next call chains them all: loop with await instead.'
      : 'Settle the promise, also on errors and time-outs.',
  }
}

/** What settles a promise: a function of the program by its name, or a timer in Node.js' lists. */
function settlerOf({ steps }: RetainingPath, resolver: number): string {
  const isTimer =
    steps.slice(0, resolver).some(({ type }) => type === 'Timeout') && fileOf(steps, resolver) === undefined
  if (isTimer) return 'a timer'
  return `${expression(steps, resolver) || steps[resolver]!.name.split('  ')[0] || 'an anonymous function'}()`
}

/**
 * A detail and advice for a suspect whose path leads through a promise that nothing can settle; `undefined` for others.
 */
export function waitsForEver({ heap, nodes, retainer }: RetainingPath): { detail: string; hint: string } | undefined {
  const never = neverSettled(heap.graph)
  const promise = nodes.slice(retainer).find(node => never.has(node))
  if (promise === undefined) return undefined
  return {
    detail: waiters(heap, promise, never),
    hint: 'Make sure that each promise is resolved or rejected, also on errors, time-outs and when what it waits for is closed; or await it with a time-out.',
  }
}

function waiters(heap: Heap, promise: NodeIndex, never: ReadonlySet<NodeIndex>): string {
  const { graph } = heap
  const called = pausedBy(heap, promise)[0]
  if (called === undefined) return 'nothing can settle that promise any more: what waits for it waits for ever'
  const code = inside(graph, called, 'shared') ?? called
  let calls = 0
  for (const one of never) {
    for (const other of pausedBy(heap, one)) if ((inside(graph, other, 'shared') ?? other) === code) calls++
  }
  const who = functionText({ name: describe(heap, called), location: placeOf(heap, called) ?? null })
  return calls === 1
    ? `1 call of ${who} waits for ever: nothing can settle what it awaits`
    : `${counted(calls)} calls of ${who} wait for ever: nothing can settle what they await`
}

/** The async functions that await a promise. */
const pausedBy = ({ graph }: Heap, promise: NodeIndex): NodeIndex[] =>
  reactionsOf(graph, promise).flatMap(node => {
    const paused = reaction(graph, node).handlers.map(handler => awaitingFunction(graph, handler))
    return paused.find(one => one !== undefined) ?? []
  })
