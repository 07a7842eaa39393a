import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { reads } from '../../graph/strings.js'
import { entryAt, hashTable, keyBefore, tableOf } from './collections.js'
import { follow, inside } from './edges.js'
import { numberOf, oddballOf } from './primitives.js'
import { textOf } from './text.js'

/** The listeners of one event of one emitter. */
export interface Listeners {
  readonly emitter: NodeIndex
  /** As in source code: `data`, `Symbol(kState)`. */
  readonly event: string
  /** The arguments of `on` or `addEventListener`: functions, or objects with `handleEvent`. */
  readonly listeners: readonly NodeIndex[]
  /** The limit above which Node.js warns; `undefined` if it was set to a number that the heap does not have. */
  readonly most: number | undefined
}

/** The default limit (`events.defaultMaxListeners`). */
const defaultMaxListeners = 10

/**
 * Visits the listeners of every EventEmitter and EventTarget (including AbortSignals) of a heap. One pass over the
 * edges.
 */
export function eachListeners(graph: HeapGraph, visit: (listeners: Listeners) => void): void {
  const { nodeCount, firstEdge, edgeType, edgeName, edgeTo } = graph
  const property = edgeTypeNumber('property')
  const isEvents = reads(graph.strings, '_events')
  const isTargetEvents = reads(graph.strings, '<symbol kEvents>')
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypeOf(graph, node) !== 'object') continue
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      if (edgeType[edge] !== property) continue
      if (isEvents(edgeName[edge]!)) ofEmitter(graph, node, edgeTo[edge]!, visit)
      else if (isTargetEvents(edgeName[edge]!)) ofTarget(graph, node, edgeTo[edge]!, visit)
    }
  }
}

/** `_events` has a property for each event: a function, or an array of them. */
function ofEmitter(graph: HeapGraph, emitter: NodeIndex, events: NodeIndex, visit: (one: Listeners) => void): void {
  if (nodeTypeOf(graph, events) !== 'object') return
  const most = mostOf(graph, follow(graph, emitter, 'property', '_maxListeners'))
  const property = edgeTypeNumber('property')
  for (let edge = graph.firstEdge[events]!; edge < graph.firstEdge[events + 1]!; edge++) {
    if (graph.edgeType[edge] !== property) continue
    const name = graph.strings.at(graph.edgeName[edge]!)
    const to = graph.edgeTo[edge]!
    const listeners = name === '__proto__' ? [] : listenersAt(graph, to)
    if (listeners.length > 0) visit({ emitter, event: eventName(name), listeners, most })
  }
}

function listenersAt(graph: HeapGraph, at: NodeIndex): NodeIndex[] {
  if (nodeTypeOf(graph, at) === 'closure') return [unwrapped(graph, at)]
  const listeners: NodeIndex[] = []
  for (let edge = graph.firstEdge[at]!; edge < graph.firstEdge[at + 1]!; edge++) {
    const to = graph.edgeTo[edge]!
    if (graph.edgeType[edge] === edgeTypeNumber('element') && nodeTypeOf(graph, to) === 'closure')
      listeners.push(unwrapped(graph, to))
  }
  return listeners
}

/** `once` wraps the listener in a function, which has it as `listener`. */
const unwrapped = (graph: HeapGraph, closure: NodeIndex): NodeIndex =>
  follow(graph, closure, 'property', 'listener', 20) ?? closure

/** An EventTarget has a Map of events, each a chain of Listener objects. */
function ofTarget(graph: HeapGraph, emitter: NodeIndex, events: NodeIndex, visit: (one: Listeners) => void): void {
  const table = tableOf(graph, events)
  const layout = table === undefined ? undefined : hashTable(graph, table)
  if (table === undefined || layout?.of !== 'map') return
  // Its limit is a small integer under a symbol; it has a value only in heaps captured with numbers.
  const most = mostOf(graph, follow(graph, emitter, 'property', '<symbol events.maxEventTargetListeners>'))
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++) {
    if (entryAt(graph, layout, edge)?.part !== 'value') continue
    const key = keyBefore(graph, table, edge)
    const name =
      key === undefined
        ? undefined
        : nodeTypeOf(graph, key) === 'symbol'
          ? symbolName(graph, key)
          : textOf(graph, key, 200)
    const listeners = chain(graph, graph.edgeTo[edge]!)
    if (listeners.length > 0) visit({ emitter, event: name ?? '?', listeners, most })
  }
}

function chain(graph: HeapGraph, root: NodeIndex): NodeIndex[] {
  const listeners: NodeIndex[] = []
  const seen = new Set([root])
  for (
    let at = follow(graph, root, 'property', 'next');
    at !== undefined && !seen.has(at);
    at = follow(graph, at, 'property', 'next')
  ) {
    seen.add(at)
    if (nodeTypeOf(graph, at) !== 'object') break
    const callback = follow(graph, at, 'property', 'listener') ?? follow(graph, at, 'property', 'callback')
    if (callback !== undefined && nodeTypeOf(graph, callback) !== 'hidden') listeners.push(callback)
  }
  return listeners
}

/** The value `undefined` means Node.js' default; a number may be in the heap; a small integer leaves no edge. */
function mostOf(graph: HeapGraph, limit: NodeIndex | undefined): number | undefined {
  if (limit === undefined) return undefined
  return oddballOf(graph, limit, false) === undefined ? defaultMaxListeners : numberOf(graph, limit)
}

const symbolName = (graph: HeapGraph, symbol: NodeIndex): string =>
  `Symbol(${textOf(graph, inside(graph, symbol, 'name') ?? symbol, 80) ?? ''})`

const eventName = (name: string): string => name.replace(/^<symbol ?(.*)>$/s, 'Symbol($1)')
