import { type HeapGraph, nodeTypeNumber } from '../graph/heap-graph.js'
import { types } from '../graph/types.js'

/**
 * By node: a hash over V8's type and name, the same for the same object in every heap. A function goes by its name, a string by
 * nothing: it may be flattened or moved out of the heap between two looks.
 */
export function likenesses(graph: HeapGraph): (node: number) => number {
  const { of, names } = types(graph)
  const closure = nodeTypeNumber('closure')
  const ofType = Uint32Array.from(names, name => (name.endsWith('string)') ? 1 : hash(name)))
  const ofFunction = new Map<number, number>()
  return node => {
    if (graph.nodeType[node] !== closure) return ofType[of[node]!]!
    const name = graph.nodeName[node]!
    let value = ofFunction.get(name)
    if (value === undefined) {
      value = hash(`${graph.strings.at(name)}()`)
      ofFunction.set(name, value)
    }
    return value
  }
}

/** FNV-1a over UTF-16 code units, 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
