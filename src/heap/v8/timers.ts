import { eachEdgeTo } from '../../graph/edges-to.js'
import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'
import { reads } from '../../graph/strings.js'
import { typeOf } from '../../graph/types.js'
import { follow } from './edges.js'
import { oddballOf } from './primitives.js'

/** A description of a Timeout or Immediate: `30000 ms repeat → poll`. */
export function timer(graph: HeapGraph, node: NodeIndex): string {
  const milliseconds = period(graph, node)
  const calls = callbackOf(graph, node)
  return [
    milliseconds === undefined ? undefined : `${milliseconds} ms`,
    calls !== undefined && isInterval(graph, node) ? 'repeat' : undefined,
    calls === undefined ? undefined : `→ ${graph.strings.at(graph.nodeName[calls]!) || '(anonymous)'}`,
  ]
    .filter(part => part !== undefined)
    .join(' ')
}

const property = (graph: HeapGraph, node: NodeIndex, name: string): NodeIndex | undefined =>
  follow(graph, node, 'property', name)

/**
 * Whether a `Timeout` or `Immediate` is Node.js' own, recognised by a unique field, since a program may have a class of
 * that name.
 */
export const isNodeTimer = (graph: HeapGraph, node: NodeIndex): boolean =>
  property(graph, node, '<symbol refed>') !== undefined

/** The function a timer calls; `undefined` for one that was cleared or has fired. */
export function callbackOf(graph: HeapGraph, node: NodeIndex): NodeIndex | undefined {
  const callback = property(graph, node, '_onTimeout') ?? property(graph, node, '_onImmediate')
  return callback !== undefined && nodeTypeOf(graph, callback) === 'closure' ? callback : undefined
}

/**
 * Whether a timer is an interval: `_repeat` is null on a timeout, and a number, which has no edge, on an interval. An
 * Immediate has neither.
 */
export const isInterval = (graph: HeapGraph, node: NodeIndex): boolean =>
  property(graph, node, '_onTimeout') !== undefined && !isNull(graph, property(graph, node, '_repeat'))

/** Whether a timer keeps the process alive: `false` after `unref()`. */
export const isRefed = (graph: HeapGraph, node: NodeIndex): boolean => {
  const refed = property(graph, node, '<symbol refed>')
  return refed === undefined || oddballOf(graph, refed, true) === true
}

const isNull = (graph: HeapGraph, node: NodeIndex | undefined): boolean =>
  node !== undefined && oddballOf(graph, node, false) === null

/** The duration of a timer in milliseconds; `undefined` for one that is no longer pending, and for an Immediate. */
export const period = (graph: HeapGraph, node: NodeIndex): number | undefined => periods(graph).get(node)

/**
 * By timer: its duration. Timers of equal duration are in one ring, headed by a list that is an element of Node.js'
 * table of lists by milliseconds (lib/internal/timers.js). Traverses each ring once.
 */
const periods = memo((graph: HeapGraph): ReadonlyMap<NodeIndex, number> => {
  const found = new Map<NodeIndex, number>()
  const isList = reads(graph.strings, 'TimersList')
  for (let list = 0; list < graph.nodeCount; list++) {
    if (nodeTypeOf(graph, list) !== 'object' || !isList(graph.nodeName[list]!)) continue
    const milliseconds = listPeriod(graph, list)
    if (milliseconds === undefined) continue
    for (const way of ['_idleNext', '_idlePrev']) {
      for (let at = property(graph, list, way); at !== undefined && at !== list && !found.has(at); ) {
        found.set(at, milliseconds)
        at = property(graph, at, way)
      }
    }
  }
  return found
})

/**
 * The duration of the timers in a TimersList: its key in the table of lists, a plain object. It is also in an array,
 * the priority queue of lists, but that index is meaningless.
 */
export function listPeriod(graph: HeapGraph, list: NodeIndex): number | undefined {
  let milliseconds: number | undefined
  eachEdgeTo(graph, list, (edge, from) => {
    if (edgeTypeOf(graph, edge) === 'element' && typeOf(graph, from) !== 'Array') milliseconds ??= graph.edgeName[edge]!
  })
  return milliseconds
}
