import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { retaining } from '../graph/retaining.js'
import { eachReferrer } from './references.js'

/**
 * How many references keep an object alive, as people count them: an element of an array is one, though V8 has an edge from the array
 * and one from its store. What is on the stack of a running function is not counted.
 */
export function refcount(graph: HeapGraph, node: NodeIndex): number {
  const retains = retaining(graph)
  let count = 0
  eachReferrer(graph, node, (other, _first, last) => {
    if (retains[last] === 1 && graph.strings.at(graph.nodeName[other]!) !== '(Stack roots)') count++
  })
  return count
}
