import type { AddedEdge } from './edges.js'
import { edgeNumbers } from './edges.js'
import type { NodeRows } from './nodes.js'
import type { EmbedderGraph } from './sections.js'
import type { View } from './view.js'

/**
 * The entries of WeakMaps: V8 writes each as two edges, from the key and from the table to the value, named as such.
 */
export function ephemeronEdges(
  view: View,
  rows: NodeRows,
  idOf: (object: number) => number,
  base: number,
): AddedEdge[] {
  const { records } = view
  const { count, variant, variants, texts } = records
  const added: AddedEdge[] = []
  const isTable = Uint8Array.from(rows.kinds, kind => (kind === 'ephemerons' ? 1 : 0))
  const call = (object: number): string => `${texts.text(rows.name[object]!)} @${idOf(object)}`
  for (let table = 0; table < count; table++) {
    const variantIndex = variant[table]!
    if (isTable[variantIndex] === 0) continue
    const words = view.words(table)
    for (const { start, end, kind } of variants[variantIndex]!.runs) {
      if (kind !== 'ephemerons') continue
      for (let word = start; word + 1 < Math.min(end, words); word += 2) {
        const [key, value] = [view.ref(table, word), view.ref(table, word + 1)]
        if (key < 0 || value < 0) continue
        const type = view.type(key)
        if (type === 'ODDBALL_TYPE' || type === 'HOLE_TYPE') continue
        const name = texts.of(
          `${added.length / 2 + 1} / part of key (${call(key)}) -> value (${call(value)}) pair in WeakMap (table @${idOf(table)})`,
        )
        const { internal } = edgeNumbers
        added.push(
          { from: key, type: internal, name, to: base + value },
          { from: table, type: internal, name, to: base + value },
        )
      }
    }
  }
  return added
}

/** Node.js' references from objects of the heap, and those from its own nodes. */
export function embedderEdges(
  view: View,
  { edges }: EmbedderGraph,
  nodeOf: readonly number[],
  base: number,
): { readonly ofObjects: AddedEdge[]; readonly ofNodes: Map<number, AddedEdge[]> } {
  const { texts } = view.records
  const { element, internal } = edgeNumbers
  const ofObjects: AddedEdge[] = []
  const ofNodes = new Map<number, AddedEdge[]>()
  const at = (end: number): number => (end % 2 === 0 ? base + end / 2 : nodeOf[(end - 1) / 2]!)
  const indexes = new Map<number, number>()
  for (const { from, to, name } of edges) {
    const node = at(from)
    const index = (indexes.get(node) ?? 0) + 1
    indexes.set(node, index)
    const edge = {
      from: node - base,
      type: name === '' ? element : internal,
      name: name === '' ? index : texts.of(name),
      to: at(to),
    }
    if (node - base < view.records.count) ofObjects.push(edge)
    else {
      const list = ofNodes.get(node)
      if (list === undefined) ofNodes.set(node, [edge])
      else list.push(edge)
    }
  }
  return { ofObjects, ofNodes }
}
