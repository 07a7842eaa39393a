import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { bigintOf, dateOf, numberOf, oddballOf } from '../heap/v8/primitives.js'
import { textOf } from '../heap/v8/text.js'
import { longestText } from './patterns.js'

/** An object to which a field refers: equal only to itself. */
export interface ObjectValue {
  readonly node: NodeIndex
}

/** A value that the heap does not have: that of most numbers, the text of a slice. */
export const unknown: unique symbol = Symbol('unknown')

export type Value = string | number | boolean | null | undefined | ObjectValue | typeof unknown

/**
 * The value of a node: the text of a string (cut as in V8), a number, true, false, null or undefined; the time of a
 * Date in JSON format; an object for everything else. Only heaps read from memory have numbers and times. The offset of
 * a slice in its parent is not in the heap. `unknown` if the heap does not have the value.
 */
export function readValue(graph: HeapGraph, node: NodeIndex): Value {
  switch (nodeTypeOf(graph, node)) {
    case 'string':
    case 'concatenated string':
      return textOf(graph, node, longestText)
    case 'sliced string':
      return unknown
    case 'bigint':
      return bigintValue(bigintOf(graph, node))
    case 'number':
      return numberOf(graph, node) ?? unknown
    case 'hidden':
      return oddballOf(graph, node, { node })
    case 'object':
      return dateOf(graph, node) ?? { node }
    default:
      return { node }
  }
}

/** A number if that is exact, otherwise the digits. */
function bigintValue(digits: string | undefined): Value {
  if (digits === undefined) return unknown
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : digits
}
