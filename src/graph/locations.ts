import type { HeapGraph, NodeIndex } from './heap-graph.js'

/** A position in a script, counted as in V8: line and column from 0. */
export interface Location {
  readonly script: number
  readonly line: number
  readonly column: number
}

/** The source location of a function, or of the constructor of a class instance; `undefined` if V8 has none. */
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
