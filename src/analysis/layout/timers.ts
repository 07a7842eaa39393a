import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { retainers } from '../../graph/retainers.js'
import { follow } from './edges.js'
import { oddballOf } from './primitives.js'

/** What a Timeout or Immediate does, as far as the heap tells: `30000 ms repeat → poll`. */
export function timer(graph: HeapGraph, node: NodeIndex): string {
  const milliseconds = period(graph, node)
  const callback = property(graph, node, '_onTimeout') ?? property(graph, node, '_onImmediate')
  const calls = callback !== undefined && nodeTypeOf(graph, callback) === 'closure' ? callback : undefined
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

/** `_repeat` is null on a timeout, and on an interval a number, which has no edge. An Immediate has neither. */
const isInterval = (graph: HeapGraph, node: NodeIndex): boolean =>
  property(graph, node, '_onTimeout') !== undefined && !isNull(graph, property(graph, node, '_repeat'))

const isNull = (graph: HeapGraph, node: NodeIndex | undefined): boolean =>
  node !== undefined && oddballOf(graph, node, false) === null

/**
 * Timers of equal length stand in one ring with the list that heads it, and the list is an element of Node.js' table of lists by
 * milliseconds (lib/internal/timers.js). The ring is searched both ways: a new timer stands just before its head, one about to fire
 * just behind.
 */
function period(graph: HeapGraph, node: NodeIndex): number | undefined {
  for (const way of ['_idleNext', '_idlePrev']) {
    let at: NodeIndex | undefined = node
    for (let hops = 0; at !== undefined && hops < 500; hops++) {
      at = property(graph, at, way)
      if (at === undefined || at === node) break
      if (graph.strings.at(graph.nodeName[at]!) === 'TimersList') return listPeriod(graph, at)
    }
  }
  return undefined
}

/** The milliseconds of the timers in a TimersList. */
export function listPeriod(graph: HeapGraph, list: NodeIndex): number | undefined {
  const { first, edge } = retainers(graph)
  for (let place = first[list]!; place < first[list + 1]!; place++) {
    if (edgeTypeOf(graph, edge[place]!) === 'element') return graph.edgeName[edge[place]!]!
  }
  return undefined
}
