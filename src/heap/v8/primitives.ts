import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { numberIn } from '../../graph/numbers.js'
import { inside } from './edges.js'

/**
 * The value of a boxed number, if the heap was read from memory or captured with numeric values (V8 then writes
 * numbers, including small integers, as a string under `value`); otherwise `undefined`.
 */
export function numberOf(graph: HeapGraph, node: NodeIndex): number | undefined {
  if (nodeTypeOf(graph, node) !== 'number') return undefined
  if (graph.numbers !== undefined) return numberIn(graph, node, 'internal', 'value')
  const value = inside(graph, node, 'value')
  if (value === undefined) return undefined
  const text = graph.strings.at(graph.nodeName[value]!)
  const number = Number(text)
  return Number.isNaN(number) && text !== 'NaN' ? undefined : number
}

/** The decimal digits of a BigInt; only in heaps read from memory. */
export function bigintOf(graph: HeapGraph, node: NodeIndex): string | undefined {
  if (nodeTypeOf(graph, node) !== 'bigint') return undefined
  const digits = numberIn(graph, node, 'internal', 'digits')
  return digits === undefined || !(digits < graph.strings.length) ? undefined : graph.strings.at(digits)
}

/** The time of a Date in JSON format; `undefined` for anything else, and if the heap does not have it. */
export function dateOf(graph: HeapGraph, node: NodeIndex): string | undefined {
  if (graph.numbers === undefined || nodeTypeOf(graph, node) !== 'object') return undefined
  const time = numberIn(graph, node, 'internal', 'value')
  if (time === undefined) return undefined
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : 'Invalid Date'
}

const oddballs = new Map<string, true | false | null | undefined>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
])

/** `true`, `false`, `null` or `undefined` if a node is one of them; `otherwise` for other nodes. */
export function oddballOf<T>(graph: HeapGraph, node: NodeIndex, otherwise: T): true | false | null | undefined | T {
  if (nodeTypeOf(graph, node) !== 'hidden') return otherwise
  const name = oddballName(graph, node)
  return oddballs.has(name) ? oddballs.get(name) : otherwise
}

/** From Node.js 24 on, null has its name; before, it is an oddball whose first hidden edge leads to the name. */
function oddballName(graph: HeapGraph, node: NodeIndex): string {
  const name = graph.strings.at(graph.nodeName[node]!)
  if (name !== 'system / Oddball') return name
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    if (edgeTypeOf(graph, edge) === 'hidden' && graph.edgeName[edge] === 0) {
      return graph.strings.at(graph.nodeName[graph.edgeTo[edge]!]!)
    }
  }
  return name
}
