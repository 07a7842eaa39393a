import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { inside } from './edges.js'

/**
 * The first `limit` characters of a string node; `undefined` if the node is not a string. Concatenated and sliced
 * strings are followed only as far as needed. A sliced string's offset is not in the snapshot, so the text of its
 * parent is used.
 */
export function textOf(graph: HeapGraph, node: NodeIndex, limit: number): string | undefined {
  let text = ''
  // Every iteration takes one piece and adds at most two; `turns` limits strings of a million empty pieces.
  const pieces = [node]
  for (let turns = 0; pieces.length > 0 && text.length < limit && turns < 10_000; turns++) {
    const piece = pieces.pop()!
    switch (nodeTypeOf(graph, piece)) {
      case 'string':
        text += graph.strings.at(graph.nodeName[piece]!)
        break
      case 'sliced string':
        put(inside(graph, piece, 'parent'))
        break
      case 'concatenated string':
        put(inside(graph, piece, 'second'))
        put(inside(graph, piece, 'first'))
        break
      default:
        if (piece === node) return undefined
    }
  }
  return text.slice(0, limit)

  function put(piece: NodeIndex | undefined): void {
    if (piece !== undefined) pieces.push(piece)
  }
}

/** A string for a label: quoted as in JSON, cut after 40 characters with `…`. */
export function quoted(text: string, limit = 40): string {
  return JSON.stringify(text.length > limit ? `${text.slice(0, limit)}…` : text)
}
