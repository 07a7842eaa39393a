import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { describe } from '../heap/describe.js'
import { type Group, grouped, retainedByGroup } from '../heap/groups.js'
import type { Heap } from '../heap/heap.js'
import { placeOf } from '../heap/places.js'
import { inside } from '../heap/v8/edges.js'
import { neverSettled } from '../heap/v8/never-settled.js'
import {
  awaitingFunction,
  isPromise,
  pendingByOthers,
  reaction,
  reactionsOf,
  settledBy,
  stateOf,
} from '../heap/v8/promises.js'
import { scriptOf } from '../heap/v8/scripts.js'
import { heldBy } from '../paths/held-by.js'
import { isNodejsPlace, type Place } from '../place.js'
import { standard } from '../report/columns.js'
import { counted, sized } from '../units.js'
import { type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { cutNote, limit, pattern } from './ask/options.js'
import { all, programFirst } from './ask/program-first.js'

/** What waits for promises at one place: one `await`, or one function passed to `then`. */
export interface Waiters extends Group {
  /**
   * `await`: an async function is suspended. `then`: a function will be called. `promise`: another promise depends on
   * it (`Promise.race`).
   */
  readonly kind: 'await' | 'then' | 'promise'
  /** `await in fetchUser  src/u.ts:12:3`, `then onValue  src/u.ts:14:8`, `Promise.race, all, any or allSettled`. */
  readonly waits: string
  readonly location: Place | undefined
  /** V8's reactions, one per waiter. */
  readonly nodes: NodeIndex[]
  /** The pending promises that they wait for. */
  readonly on: Set<NodeIndex>
  /**
   * How many of them can never resume, since nothing that can still run can settle what they wait for: see
   * `neverSettled`.
   */
  forever: number
  /** Bytes that would be freed if they no longer waited, including suspended functions with their variables. */
  readonly retained: number
}

/** A pending promise with waiters. */
export interface PendingPromise {
  readonly promise: NodeIndex
  readonly waiting: number
  readonly retained: number
  /** Whether nothing can settle it any more. */
  readonly isNeverSettled: boolean
}

/** The promises of a heap. Snapshots do not have the flags in which V8 keeps their state. */
export interface Promises {
  /** By waiter, largest count first. */
  readonly waiters: readonly Waiters[]
  /** Promises with waiters, which are therefore pending; those with most waiters first. */
  readonly pending: readonly PendingPromise[]
  /**
   * Certainly pending, since they depend on such a promise or belong to a suspended async function; nothing waits for
   * them.
   */
  readonly unobserved: readonly NodeIndex[]
  /** The number settled with an object or a string. */
  readonly settled: number
  /**
   * The number either pending without waiters, or settled with undefined, null, a boolean or a number, which the heap
   * does not distinguish.
   */
  readonly undecided: number
}

/** Unsettled promises and what waits for them. */
export function promises(heap: Heap): Promises {
  const { graph } = heap
  const sizes = retainedSizes(graph)
  const never = neverSettled(graph)
  const groups = grouped<Omit<Waiters, 'retained'>>()
  const pending: PendingPromise[] = []
  const unobserved: NodeIndex[] = []
  let [settled, undecided] = [0, 0]
  for (let promise = 0; promise < graph.nodeCount; promise++) {
    if (!isPromise(graph, promise)) continue
    const state = stateOf(graph, promise)
    if (state === 'settled') settled++
    else if (state === 'awaited') {
      const reactions = reactionsOf(graph, promise)
      const isNeverSettled = never.has(promise)
      pending.push({ promise, waiting: reactions.length, retained: sizes[promise]!, isNeverSettled })
      for (const node of reactions) {
        const { kind, waits, location } = waiterOf(heap, node)
        const group = groups.add(waits, node, () => ({ kind, waits, location, nodes: [], on: new Set(), forever: 0 }))
        group.on.add(promise)
        if (isNeverSettled) group.forever++
      }
    } else if (pendingByOthers(graph).has(promise)) unobserved.push(promise)
    else undecided++
  }
  // Reactions form a list: each retains by itself only what it will call and the promise it will settle.
  const retained = retainedByGroup(
    graph,
    groups.all.map(({ nodes }) => ({ nodes: nodes.flatMap(node => hangingOn(graph, node)) })),
  )
  return {
    waiters: groups.all
      .map((group, at) => ({ ...group, retained: retained[at]! }))
      .sort((a, b) => b.nodes.length - a.nodes.length || b.retained - a.retained),
    pending: pending.sort((a, b) => b.waiting - a.waiting || b.retained - a.retained),
    unobserved,
    settled,
    undecided,
  }
}

/** The suspended function is in the scope that both handlers of an await share. */
function hangingOn(graph: HeapGraph, node: NodeIndex): NodeIndex[] {
  const { handlers, derived } = reaction(graph, node)
  const hanging = handlers.map(handler => (isBuiltIn(graph, handler) && inside(graph, handler, 'context')) || handler)
  return [...new Set(derived === undefined ? hanging : [...hanging, derived])]
}

/** Whether a handler is V8's own, whose scope is not shared with others. */
const isBuiltIn = (graph: HeapGraph, handler: NodeIndex): boolean =>
  awaitingFunction(graph, handler) !== undefined || settledBy(graph, handler) !== undefined

function waiterOf(heap: Heap, node: NodeIndex): Pick<Waiters, 'kind' | 'waits' | 'location'> {
  const { graph } = heap
  const { handlers } = reaction(graph, node)
  for (const handler of handlers) {
    const paused = awaitingFunction(graph, handler)
    if (paused !== undefined) {
      return { kind: 'await', waits: `await in ${describe(heap, paused)}`, location: placeOf(heap, paused) }
    }
  }
  // V8 stores the rejection handler first.
  const own = handlers
    .toReversed()
    .find(handler => scriptOf(graph, handler) !== undefined || placeOf(heap, handler) !== undefined)
  if (own !== undefined) return { kind: 'then', waits: `then ${describe(heap, own)}`, location: placeOf(heap, own) }
  const settles = handlers.map(handler => settledBy(graph, handler)).find(promise => promise !== undefined)
  return { kind: 'promise', waits: promiseText(graph, settles), location: undefined }
}

/** A race is settled by the first promise: its reactions on the others are useless, but stay until those settle. */
function promiseText(graph: HeapGraph, settles: NodeIndex | undefined): string {
  if (settles === undefined) return 'a promise from then or finally'
  const which = stateOf(graph, settles) === 'settled' ? 'that is settled already' : 'or one resolved with it'
  return `Promise.race, all, any or allSettled ${which}`
}

const mostWaiting = ({ nodes, waits, on, retained }: Waiters): string =>
  `${counted(nodes.length)} × ${waits}, on ${counted(on.size)} unsettled ${on.size === 1 ? 'promise' : 'promises'}, retaining ${sized(retained)}`

/** `1,204 calls of fetchUser (src/u.ts:12:3) wait for ever: nothing can settle what they await, retaining 4.1 MB`. */
function waitForEver({ kind, waits, forever, retained }: Waiters): string {
  const many = forever !== 1
  const [name = '', place] = waits.replace(/^(?:await in|then) /, '').split('  ')
  const where = `${name}${place === undefined ? '' : ` (${place})`}`
  const who =
    kind === 'await'
      ? `${many ? 'calls' : 'call'} of ${where} ${many ? 'wait' : 'waits'} for ever: nothing can settle what ${many ? 'they await' : 'it awaits'}`
      : kind === 'then'
        ? `${many ? 'functions' : 'function'} given to then, ${where}, ${many ? 'wait' : 'waits'} for ever: nothing can settle the ${many ? 'promises' : 'promise'}`
        : `${many ? 'promises wait' : 'promise waits'} for ever for others that nothing can settle`
  return `${counted(forever)} ${who}, retaining ${sized(retained)}`
}

const neverNote =
  '`For ever`: no GC root reaches anything that could settle the promise (its resolving functions, an async function, native code), except through its waiters. In doubt, a promise counts as `can be settled`.'

const options = {
  limit: limit('how many waiters and promises', 10),
  filter: pattern('--filter', 'only waiters whose function or file matches'),
  all,
}

/** `leakscope promises`: unsettled promises, and what waits for them. */
export const promisesAnalysis: HeapAnalysis = heapAnalysis({
  name: 'promises',
  summary: 'Unsettled promises by what waits for them: await in f(), then, Promise.race',
  heaps: 1,
  options,
  run(heap, { limit, filter, all }) {
    const { waiters, pending, unobserved, settled, undecided } = promises(heap)
    const ranked = programFirst(
      waiters.filter(({ waits }) => filter === undefined || filter(waits)),
      ({ location }) => isNodejsPlace(location),
      'waiters that are functions of Node.js itself',
      all,
    )
    const wanted = ranked.rows
    const shown = wanted.slice(0, limit)
    const promisesShown = pending.slice(0, limit)
    const [first] = shown
    const stuck = [...wanted]
      .filter(({ location, forever }) => forever > 0 && !isNodejsPlace(location))
      .sort((a, b) => b.forever - a.forever || b.retained - a.retained)[0]
    const headline = stuck === undefined ? first && mostWaiting(first) : waitForEver(stuck)
    return {
      title: 'Unsettled promises',
      ...(headline === undefined ? {} : { headline }),
      sections: [
        {
          shape: 'table',
          title: 'By waiter',
          columns: [
            { key: 'count', title: 'Waiting', unit: 'count' },
            { key: 'forever', title: 'For ever', unit: 'count' },
            { key: 'promises', title: 'Promises', unit: 'count' },
            standard.retained,
            { key: 'id', title: 'One promise', unit: 'id' },
            { key: 'waits', title: 'Waiter', unit: 'text' },
          ],
          rows: shown.map(({ nodes, forever, on, retained, waits }) => ({
            count: nodes.length,
            forever,
            promises: on.size,
            retained,
            id: heap.graph.nodeId[[...on][0]!]!,
            waits,
          })),
        },
        {
          shape: 'table',
          title: 'Promises with most waiters',
          columns: [
            { key: 'id', title: 'Promise', unit: 'id' },
            { key: 'waiting', title: 'Waiting', unit: 'count' },
            standard.retained,
            { key: 'settles', title: 'Can be settled', unit: 'text' },
            standard.heldBy,
          ],
          rows: promisesShown.map(({ promise, waiting, retained, isNeverSettled }) => ({
            id: heap.graph.nodeId[promise]!,
            waiting,
            retained,
            settles: isNeverSettled ? 'never' : 'yes',
            heldBy: heldBy(heap, promise),
          })),
        },
      ],
      notes: [
        ...(pending.length === 0 ? ['Nothing waits for a promise.'] : []),
        ...cutNote(shown.length, wanted.length, 'waiters'),
        ...ranked.notes,
        ...cutNote(promisesShown.length, pending.length, 'promises'),
        ...(stuck === undefined ? [] : [neverNote]),
        `${counted(pending.length)} pending with waiters, ${counted(unobserved.length)} pending without waiters (they depend on others), ${counted(settled)} settled and left out; ${counted(undecided)} undecided: pending without waiters, or settled with undefined, a boolean or a number.`,
      ],
    }
  },
})
