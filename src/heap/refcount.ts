import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { retaining } from '../graph/retaining.js'
import { eachReferrer } from './references.js'

/**
 * The number of references that keep an object alive, without V8's duplicates: an element of an array counts once,
 * although V8 has an edge from the array and one from its store. Stack variables are not counted.
 */
export function refcount(graph: HeapGraph, node: NodeIndex): number {
  const retains = retaining(graph)
  let count = 0
  eachReferrer(graph, node, (other, _first, last) => {
    if (retains[last] === 1 && graph.strings.at(graph.nodeName[other]!) !== '(Stack roots)') count++
  })
  return count
}
