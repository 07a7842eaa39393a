import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { numberOf, oddballOf } from '../heap/v8/primitives.js'
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
 * The value a node stands for: the text of a string (cut as V8 cuts it), a number, true, false, null or undefined; an object for
 * everything else. Most heaps have no values of numbers, and a slice does not say where in its parent it begins: both are `unknown`.
 */
export function readValue(graph: HeapGraph, node: NodeIndex): Value {
  switch (nodeTypeOf(graph, node)) {
    case 'string':
    case 'concatenated string':
      return textOf(graph, node, longestText)
    case 'sliced string':
    case 'bigint':
      return unknown
    case 'number':
      return numberOf(graph, node) ?? unknown
    case 'hidden':
      return oddballOf(graph, node, { node })
    default:
      return { node }
  }
}
