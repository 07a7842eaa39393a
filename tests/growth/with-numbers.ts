import { type EdgeType, edgeTypeNumber, type HeapGraph } from '../../src/graph/heap-graph.js'
import { draw } from '../draw.js'

/** A number of a drawn heap: `['array:table', 'internal', '0', 5000]`. */
export type Held = readonly [word: string, type: EdgeType, name: string, value: number]

/** The same heap with numbers, as in heaps read from memory. */
export function withNumbers(graph: HeapGraph, drawing: string, held: readonly Held[]): HeapGraph {
  const { strings } = graph
  const { node } = draw(drawing)
  const rows = [...held].sort((a, b) => node(a[0]) - node(b[0]))
  return {
    ...graph,
    strings: {
      length: strings.length + rows.length,
      isShort: (place, characters) =>
        place < strings.length
          ? strings.isShort(place, characters)
          : rows[place - strings.length]![2].length < characters,
      at: place => (place < strings.length ? strings.at(place) : rows[place - strings.length]![2]),
    },
    numbers: {
      node: Uint32Array.from(rows, ([word]) => node(word)),
      type: Uint8Array.from(rows, ([, type]) => edgeTypeNumber(type)),
      name: Uint32Array.from(rows, (_, row) => strings.length + row),
      value: Float64Array.from(rows, ([, , , value]) => value),
    },
  }
}
