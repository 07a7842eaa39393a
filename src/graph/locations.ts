import type { HeapGraph, NodeIndex } from './heap-graph.js'

/** A place in a script as V8 counts: line and column from 0. */
export interface Location {
  readonly script: number
  readonly line: number
  readonly column: number
}

/** Where a function, or the constructor of a class instance, stands in the source; `undefined` where V8 did not say. */
export function locationOf(graph: HeapGraph, node: NodeIndex): Location | undefined {
  if (graph.locations === undefined) return undefined
  const { node: nodes, script, line, column } = graph.locations
  let [low, high] = [0, nodes.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (nodes[middle]! < node) low = middle + 1
    else high = middle
  }
  if (nodes[low] !== node) return undefined
  return { script: script[low]!, line: line[low]!, column: column[low]! }
}
