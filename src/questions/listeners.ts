import { type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import { type Group, grouped, retainedByGroup } from '../heap/groups.js'
import type { Heap } from '../heap/heap.js'
import { placeOf } from '../heap/places.js'
import type { Match } from '../heap/text-match.js'
import { eachListeners } from '../heap/v8/listeners.js'
import { heldBy } from '../paths/held-by.js'
import { isNodejsPlace, type Place } from '../place.js'
import { standard } from '../report/columns.js'
import { counted } from '../units.js'
import { flag, type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { count, cutNote, limit, pattern } from './ask/options.js'
import { all, programFirst } from './ask/program-first.js'

/** The listeners of one event of one emitter. */
export interface EventListeners extends Group {
  readonly emitter: NodeIndex
  /** Its class: `Socket`, `AbortSignal`. */
  readonly type: string
  readonly event: string
  /** The listeners. */
  readonly nodes: NodeIndex[]
  /** The limit above which Node.js warns; `undefined` if it was set and the heap does not have the number. */
  readonly most: number | undefined
  /** The most frequent listener function: its name and source location. */
  readonly callback: string
  readonly location: Place | undefined
  /** The number of different source functions among the listeners. */
  readonly callbacks: number
  /** Bytes that would be freed with the listeners. */
  readonly retained: number
}

/**
 * Event listeners by emitter and event, largest count first. An AbortController's signal is called AbortSignal in every
 * version of Node.js.
 */
export function listeners(heap: Heap): EventListeners[] {
  const { graph } = heap
  const found: Omit<EventListeners, 'retained'>[] = []
  eachListeners(graph, ({ emitter, event, listeners, most }) => {
    const byPlace = grouped()
    for (const listener of listeners) byPlace.add(callbackText(heap, listener), listener, () => ({ nodes: [] }))
    const [first] = byPlace.all.sort((a, b) => b.nodes.length - a.nodes.length)
    const one = first!.nodes[0]!
    const type = typeOf(graph, emitter)
    found.push({
      emitter,
      // Up to Node.js 20, signals are created as plain EventTargets and get their prototype later.
      type: type === 'EventTarget' && event === 'abort' ? 'AbortSignal' : type,
      event,
      nodes: [...listeners],
      most,
      callback: callbackText(heap, one),
      location: placeOf(heap, one),
      callbacks: byPlace.all.length,
    })
  })
  const retained = retainedByGroup(graph, found)
  return found
    .map((one, at) => ({ ...one, retained: retained[at]! }))
    .sort((a, b) => b.nodes.length - a.nodes.length || b.retained - a.retained || a.emitter - b.emitter)
}

/** A listener may also be an object with a method `handleEvent`. */
const callbackText = (heap: Heap, listener: NodeIndex): string =>
  nodeTypeOf(heap.graph, listener) === 'closure'
    ? describe(heap, listener)
    : `${typeOf(heap.graph, listener)}.handleEvent`

/** Whether there are more listeners than `maxListeners`: Node.js warns only once, which is easily overlooked. */
export const isAboveMost = ({ nodes, most }: EventListeners): boolean =>
  most !== undefined && most > 0 && nodes.length > most

/** A listener function, by source location, and the number of emitters on which it listens. */
interface Callback extends Group {
  readonly callback: string
  readonly emitters: Set<NodeIndex>
  readonly events: Set<string>
}

/** Listeners by function: shows leaks of many emitters with few listeners each. */
function byCallback(heap: Heap, all: readonly EventListeners[], mixed: boolean): readonly Callback[] {
  const groups = grouped<Callback>()
  for (const { emitter, event, nodes } of all) {
    for (const node of nodes) {
      const callback = callbackText(heap, node)
      const group = groups.add(callback, node, () => ({ callback, nodes: [], emitters: new Set(), events: new Set() }))
      group.emitters.add(emitter)
      group.events.add(event)
    }
  }
  const sorted = groups.all.sort((a, b) => b.nodes.length - a.nodes.length)
  return programFirst(sorted, ({ nodes: [one] }) => isNodejsPlace(placeOf(heap, one!)), '', mixed).rows
}

const options = {
  limit: limit('how many emitters and functions', 10),
  event: pattern('--event', 'only events whose name matches'),
  filter: pattern('--filter', 'only emitters whose type matches'),
  min: count('--min', 'only emitters with at least n listeners for an event', 1),
  above: flag('--above', 'only emitters with more listeners than maxListeners'),
  all,
}

/** `leakscope listeners`: event listeners by emitter and by function. */
export const listenersAnalysis: HeapAnalysis = heapAnalysis({
  name: 'listeners',
  summary: 'Event listeners by emitter and event: how many, which function, what they retain',
  heaps: 1,
  options,
  run(heap, { limit, event, filter, min, above, all }) {
    const matches = (match: Match | undefined, text: string): boolean => match === undefined || match(text)
    const ranked = programFirst(
      listeners(heap).filter(
        one =>
          one.nodes.length >= min &&
          matches(event, one.event) &&
          matches(filter, one.type) &&
          (!above || isAboveMost(one)),
      ),
      ({ location }) => isNodejsPlace(location),
      'pairs of emitter and event at which Node.js itself listens',
      all,
    )
    const wanted = ranked.rows
    const shown = wanted.slice(0, limit)
    const callbacks = byCallback(heap, wanted, all)
    const [first] = shown
    const total = wanted.reduce((sum, { nodes }) => sum + nodes.length, 0)
    const many = wanted.filter(isAboveMost).length
    return {
      title: 'Event listeners',
      ...(first === undefined
        ? {}
        : {
            headline: `${counted(first.nodes.length)} '${first.event}' ${first.nodes.length === 1 ? 'listener' : 'listeners'} on ${first.type} ${heldBy(heap, first.emitter) || `@${heap.graph.nodeId[first.emitter]}`}: ${first.callback}`,
          }),
      sections: [
        {
          shape: 'table',
          title: 'By emitter and event',
          columns: [
            { key: 'id', title: 'Emitter', unit: 'id' },
            standard.type,
            { key: 'event', title: 'Event', unit: 'text' },
            { key: 'count', title: 'Listeners', unit: 'count' },
            { key: 'most', title: 'Max', unit: 'count' },
            standard.retained,
            { key: 'callback', title: 'Listener', unit: 'text' },
            { key: 'heldBy', title: 'Emitter retained by', unit: 'text' },
          ],
          rows: shown.map(one => ({
            id: heap.graph.nodeId[one.emitter]!,
            type: one.type,
            event: one.event,
            count: one.nodes.length,
            most: one.most ?? null,
            retained: one.retained,
            callback: one.callbacks > 1 ? `${one.callback} and ${counted(one.callbacks - 1)} more` : one.callback,
            heldBy: heldBy(heap, one.emitter),
          })),
        },
        {
          shape: 'table',
          title: 'By function',
          columns: [
            { key: 'count', title: 'Listeners', unit: 'count' },
            { key: 'emitters', title: 'Emitters', unit: 'count' },
            { key: 'event', title: 'Event', unit: 'text' },
            { key: 'callback', title: 'Listener', unit: 'text' },
          ],
          rows: callbacks.slice(0, limit).map(({ callback, nodes, emitters, events }) => ({
            count: nodes.length,
            emitters: emitters.size,
            event: [...events].slice(0, 3).join(', ') + (events.size > 3 ? ', …' : ''),
            callback,
          })),
        },
      ],
      notes: [
        ...(total === 0 ? ['There are no event listeners.'] : []),
        ...(many > 0
          ? [
              `${counted(many)} ${many === 1 ? 'emitter has' : 'emitters have'} more listeners for an event than maxListeners; see --above`,
            ]
          : []),
        ...cutNote(shown.length, wanted.length, 'pairs of emitter and event'),
        ...ranked.notes,
        ...(shown.some(({ most }) => most === undefined)
          ? ['Max is – if a limit was set, since the heap has no small integers (EventTargets always set one).']
          : []),
      ],
    }
  },
})
