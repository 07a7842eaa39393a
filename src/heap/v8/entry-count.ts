import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { numberIn } from '../../graph/numbers.js'
import { entries, tableOf } from './collections.js'
import { items, keys } from './counts.js'

/** The visible number of entries of a Map or Set, items of an Array, or keys of an Object; otherwise `undefined`. */
export function entryCount(graph: HeapGraph, node: NodeIndex): number | undefined {
  if (nodeTypeOf(graph, node) !== 'object') return undefined
  const name = graph.strings.at(graph.nodeName[node]!)
  if (name === 'Array') return numberIn(graph, node, 'property', 'length') ?? items(graph, node).seen
  if (name === 'Object') return keys(graph, node)
  const table = tableOf(graph, node)
  return table === undefined ? undefined : (numberIn(graph, node, 'property', 'size') ?? entries(graph, table).seen)
}
