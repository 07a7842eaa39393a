import { edgeTypeOf, nodeTypeOf } from '../../../graph/heap-graph.js'
import { describe } from '../../../heap/describe.js'
import { placeOf } from '../../../heap/places.js'
import { inside } from '../../../heap/v8/edges.js'
import { isProgramPlace } from '../../../place.js'
import type { PathStep } from '../../../report/report.js'
import { dictionary } from '../../step-words.js'
import {
  expression,
  functionText,
  inFile,
  makerOf,
  type Named,
  nextFunction,
  type RetainingPath,
  type Rule,
} from './rule.js'
import { waiterOf } from './waiter.js'

/**
 * An EventEmitter keeps listeners in `_events`, by event; an EventTarget (AbortSignal) in a Map under a symbol, as a
 * list. A single listener of an event is stored directly, so the retainer may be the emitter, `_events`, or the array
 * of listeners.
 */
export const listener: Rule = retaining => {
  const { steps } = retaining
  const events = steps.findLastIndex(({ edge }, at) => at <= retaining.retainer + 1 && isEvents(edge))
  const last = steps.findIndex(({ type }, at) => at > events && type === '(closure)')
  if (events < 1 || (retaining.retainer > events + 2 && steps[retaining.retainer]!.type !== 'Listener'))
    return undefined
  if (last < 0) return undefined
  // An AbortController's signal is named after the controller.
  const emitter = steps[events - 1]!
  const of = expression(steps, events - 1).replace(/(?:\.#signal|\[Symbol\(signal\)\])$/, '.signal')
  const event = steps[events + 1]?.edge.replace(/^\.|^\["|"\]$/g, '') ?? ''
  const type = emitter.type === 'EventTarget' && /signal$/i.test(of) ? 'AbortSignal' : emitter.type
  const name = `'${event}' listeners of ${of || type}`
  // The table of events itself grows: each listener has its own event.
  if (retaining.retainer === events && isOfManyEvents(retaining)) {
    const { detail, location } = added(retaining, events)
    return {
      kind: 'listener',
      isMany: true,
      name: `listeners of ${of || type}`,
      subject: `Listeners of ${of || type}${of === '' || of === type ? '' : ` (${type})`}${inFile(retaining)} for ever new events`,
      detail: `such as '${event}'${detail === undefined ? '' : `; ${detail}`}`,
      ...(location === undefined ? {} : { location }),
      hint: `Remove each listener when its event is no longer awaited, also on a time-out (removeListener; for once() of node:events a { signal }), or use one event and put the recipient into its argument.`,
    }
  }
  const { isBound, ...listens } = added(retaining, events)
  const removed =
    'Remove each listener when its work is done (removeListener, { once: true }, or { signal }), or listen once for all.'
  return {
    kind: 'listener',
    isMany: true,
    name,
    subject: `${of === '' || of === type ? name : `${name} (${type})`}${inFile(retaining)}`,
    ...listens,
    hint: isBound
      ? `${removed} bind() creates a new function each time: keep the one that was added, and remove that one.`
      : removed,
  }
}

/**
 * Merges `'close' listeners of feed` with those of another event of the same emitter: `'close' and 'end' listeners of
 * feed`.
 */
export function withEvent(one: Named, other: Named): Named {
  const [, events, rest] = /^('.*') (listeners of .*)$/.exec(one.name) ?? []
  const [, event, same] = /^('.*') (listeners of .*)$/.exec(other.name) ?? []
  if (events === undefined || event === undefined || same !== rest) return one
  const all = `${events.replace(' and ', ', ')} and ${event}`
  return { ...one, name: `${all} ${rest}`, subject: one.subject.replace(events, () => all) }
}

const isEvents = (edge: string): boolean => edge === '._events' || edge === '[Symbol(kEvents)]'

/** Whether most events have a single listener. */
function isOfManyEvents({ heap: { graph }, nodes, retainer }: RetainingPath): boolean {
  const node = nodes[retainer]!
  let alone = 0
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    if (/^(?:property|element)$/.test(edgeTypeOf(graph, edge)) && nodeTypeOf(graph, graph.edgeTo[edge]!) === 'closure')
      alone++
  return alone > dictionary
}

/** The function that listens, and the function that added it: the one whose scope the listener closes over. */
function added(
  retaining: RetainingPath,
  from: number,
): { detail?: string; location?: RetainingPath['steps'][number]['location']; isBound?: true } {
  const { heap, steps, nodes } = retaining
  const at = nextFunction(steps, from)
  if (at < 0) return {}
  // once() of node:events resolves what the program awaits.
  const bound = boundOf(retaining, at)
  if (bound !== undefined)
    return { detail: `each ${functionText(bound)}, bound by bind()`, location: bound.location, isBound: true }
  const isOwn = isProgramPlace(steps[at]!.location)
  const waiter = isOwn ? undefined : waiterOf(heap, nodes[at]!)
  if (waiter?.awaits) return { detail: `each awaited in ${functionText(waiter)}`, location: waiter.location }
  const adder = makerOf(retaining, nodes[at]!)
  const by = adder ? `, added by ${adder}` : ''
  // Node.js listens on behalf of the program and calls its function, as finished() does.
  const called = waiter ?? (isOwn ? undefined : steps.slice(at + 1).find(isOfProgram))
  const calls = called === undefined ? '' : ` to call ${functionText(called)}`
  return { detail: `each ${functionText(steps[at]!)}${by}${calls}`, location: (called ?? steps[at]!).location }
}

/** The function of the program to which a bound listener belongs. */
function boundOf({ heap, nodes }: RetainingPath, at: number): Pick<PathStep, 'name' | 'location'> | undefined {
  const code = inside(heap.graph, nodes[at]!, 'bound_function')
  const location = code === undefined ? undefined : placeOf(heap, code)
  return isProgramPlace(location) ? { name: describe(heap, code!), location } : undefined
}

const isOfProgram = ({ type, location }: RetainingPath['steps'][number]): boolean =>
  type === '(closure)' && isProgramPlace(location)
