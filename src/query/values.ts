import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { bigintOf, dateOf, numberOf, oddballOf } from '../heap/v8/primitives.js'
import { textOf } from '../heap/v8/text.js'
import { longestText } from './patterns.js'

/** An object that a field leads to: equal to itself alone. */
export interface ObjectValue {
  readonly node: NodeIndex
}

/** What the heap does not tell: the value of most numbers, the text of a slice. */
export const unknown: unique symbol = Symbol('unknown')

export type Value = string | number | boolean | null | undefined | ObjectValue | typeof unknown

/**
 * The value a node stands for: the text of a string (cut as V8 cuts it), a number, true, false, null or undefined; the time of a Date as
 * JSON has it; an object for everything else. Only heaps read from memory have values of numbers and times. A slice does not say where in
 * its parent it begins. What a heap does not say is `unknown`.
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

/** A number where one can say it exactly, else its digits. */
function bigintValue(digits: string | undefined): Value {
  if (digits === undefined) return unknown
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : digits
}
