import { freedWith } from '../graph/freed-with.js'
import { type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { reader } from '../graph/strings.js'
import { describe } from '../heap/describe.js'
import { type Group, grouped, retainedByGroup } from '../heap/groups.js'
import type { Heap } from '../heap/heap.js'
import { placeOf } from '../heap/places.js'
import { callbackOf, isInterval, isNodeTimer, isRefed, period } from '../heap/v8/timers.js'
import { isNodejsPlace, type Place } from '../place.js'
import { standard } from '../report/columns.js'
import { counted, sized } from '../units.js'
import { type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { choice, cutNote, limit, pattern } from './ask/options.js'
import { all, programFirst } from './ask/program-first.js'

/** Timers with the same callback and duration. */
export interface TimerGroup extends Group {
  readonly kind: 'timeout' | 'interval' | 'immediate'
  /** Milliseconds; `undefined` for an Immediate. */
  readonly every: number | undefined
  /**
   * A description of their callback; for `timers/promises` and `util.promisify(setTimeout)` it is that of a promise.
   */
  readonly callback: string
  readonly location: Place | undefined
  readonly nodes: NodeIndex[]
  /** How many of them are unref'ed, so that they do not keep the process running. */
  readonly unrefed: number
  /** Bytes that would be freed with them. */
  readonly retained: number
}

export interface Timers {
  /** Pending timers, largest count first. */
  readonly waiting: readonly TimerGroup[]
  /** Timers that were cleared or have fired, but are still retained. */
  readonly over: readonly NodeIndex[]
}

const orders = ['count', 'retained'] as const

/** Timers by callback and period, including those of other contexts. Costs the dominators. */
export function timers(heap: Heap, order: (typeof orders)[number] = 'count'): Timers {
  const { graph } = heap
  const groups = grouped<Omit<TimerGroup, 'retained' | 'unrefed'>>()
  const over: NodeIndex[] = []
  const isNamed = (name: string): ((index: number) => boolean) => reader(graph.strings, name)
  for (let node = 0; node < graph.nodeCount; node++) {
    if (nodeTypeOf(graph, node) !== 'object') continue
    const isTimeout = isNamed('Timeout')(graph.nodeName[node]!)
    if (!isTimeout && !isNamed('Immediate')(graph.nodeName[node]!)) continue
    const calls = callbackOf(graph, node)
    const every = isTimeout ? period(graph, node) : undefined
    // A class of the program may also be called Timeout, but it is in no timer list.
    if (calls === undefined || (isTimeout && every === undefined)) {
      if (isNodeTimer(heap.graph, node)) over.push(node)
      continue
    }
    const kind = !isTimeout ? 'immediate' : isInterval(graph, node) ? 'interval' : 'timeout'
    const callback = callbackText(heap, calls)
    groups.add(`${kind} ${every} ${callback}`, node, () => ({
      kind,
      every,
      callback,
      location: placeOf(heap, calls),
      nodes: [],
    }))
  }
  const retained = retainedByGroup(graph, groups.all)
  const waiting = groups.all.map((group, at) => ({
    ...group,
    unrefed: group.nodes.filter(node => !isRefed(graph, node)).length,
    retained: retained[at]!,
  }))
  const size = (group: TimerGroup): number => (order === 'count' ? group.nodes.length : group.retained)
  return { waiting: waiting.sort((a, b) => size(b) - size(a) || b.retained - a.retained), over }
}

function callbackText(heap: Heap, callback: NodeIndex): string {
  const text = describe(heap, callback)
  return text === '(anonymous)' ? '(a promise: timers/promises or promisify)' : text
}

/** A readable duration: `every 30,000 ms`, `after 60,000 ms`, `immediate`. */
const whenText = ({ kind, every }: TimerGroup): string =>
  kind === 'immediate' ? 'immediate' : `${kind === 'interval' ? 'every' : 'after'} ${counted(every ?? 0)} ms`

const options = {
  sort: choice('--sort', 'the order', orders, 'count'),
  limit: limit('how many kinds of timer', 10),
  filter: pattern('--filter', 'only timers whose function or file matches'),
  all,
}

/** `leakscope timers`: pending timers, their callbacks, and what they retain. */
export const timersAnalysis: HeapAnalysis = heapAnalysis({
  name: 'timers',
  summary: 'Pending timers by function and period: how many, repeating or not, what they retain',
  heaps: 1,
  options,
  run(heap, { sort, limit, filter, all: mixed }) {
    const { waiting, over } = timers(heap, sort)
    const ranked = programFirst(
      waiting.filter(({ callback }) => filter === undefined || filter(callback)),
      ({ location }) => isNodejsPlace(location),
      "kinds of timer of Node.js' own",
      mixed,
    )
    const wanted = ranked.rows
    const shown = wanted.slice(0, limit)
    const [first] = shown
    const all = wanted.flatMap(({ nodes }) => nodes)
    return {
      title: 'Timers',
      ...(first === undefined
        ? {}
        : {
            headline: `${counted(first.nodes.length)} ${first.nodes.length === 1 ? 'timer' : 'timers'} ${whenText(first)} → ${first.callback}`,
          }),
      sections: [
        {
          shape: 'table',
          title: 'Pending timers',
          columns: [
            standard.count,
            { key: 'when', title: 'When', unit: 'text' },
            { key: 'unrefed', title: 'Unrefed', unit: 'count' },
            standard.retained,
            standard.oneId,
            { key: 'callback', title: 'Calls', unit: 'text' },
          ],
          rows: shown.map(group => ({
            count: group.nodes.length,
            when: whenText(group),
            unrefed: group.unrefed,
            retained: group.retained,
            id: heap.graph.nodeId[group.nodes[0]!]!,
            callback: group.callback,
          })),
        },
      ],
      notes: [
        ...(all.length === 0 ? ['There are no pending timers.'] : []),
        ...(all.length > 1
          ? [
              `All ${counted(all.length)} timers together retain ${sized(freedWith(heap.graph, all))}, including what several of them share.`,
            ]
          : []),
        ...cutNote(shown.length, wanted.length, 'kinds of timer'),
        ...ranked.notes,
        ...(over.length > 0
          ? [
              `${counted(over.length)} more ${over.length === 1 ? 'timer was' : 'timers were'} cleared or fired and ${over.length === 1 ? 'is' : 'are'} still retained`,
            ]
          : []),
      ],
    }
  },
})
