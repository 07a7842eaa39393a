import { edgeTypeNumber, type HeapGraph, type NodeIndex, type ObjectId } from '../graph/heap-graph.js'
import { numberNameOf, numbersOf } from '../graph/numbers.js'
import { typeOf } from '../graph/types.js'
import { describe } from './describe.js'
import { keyNotation, propertyNotation, referenceNotation } from './edge-notation.js'
import type { Heap } from './heap.js'
import { eachReference } from './references.js'
import { hashTable, tableNumbers, tableOf } from './v8/collections.js'
import { slotOf } from './v8/edges.js'

/** A field, item, entry or variable of an object. */
export interface ObjectField {
  /** `.user`, `[0]`, `->limit`. */
  readonly name: string
  /** `User  name "Ada"`, `3`. */
  readonly value: string
  /** `undefined` for a number that is not an object. */
  readonly id: ObjectId | undefined
}

/**
 * The fields of an object, without V8's internals, numbers first; at most `limit`, out of `total`. Costs a pass over
 * the node's edges.
 */
export function objectFields(
  heap: Heap,
  node: NodeIndex,
  limit: number,
): { readonly fields: readonly ObjectField[]; readonly total: number } {
  const { graph } = heap
  const fields: ObjectField[] = []
  let total = 0
  for (const at of numbersOf(graph, node)) {
    const notation = notations[graph.numbers!.type[at]!]
    if (notation === undefined || ++total > limit) continue
    fields.push({
      name: notation(numberNameOf(graph, at)),
      value: String(graph.numbers!.value[at]),
      id: undefined,
    })
  }
  for (const { name, value } of numberEntries(graph, node))
    if (++total <= limit) fields.push({ name, value: String(value), id: undefined })
  eachReference(graph, node, (other, first, last, via) => {
    if (++total > limit) return
    const value = [typeOf(graph, other), describe(heap, other)].filter(Boolean).join('  ')
    fields.push({ name: referenceNotation(graph, first, last, via), value, id: graph.nodeId[other]! })
  })
  return { fields, total }
}

/** The entries of a Map or Set whose value is a number, if a heap read from memory has them. */
function* numberEntries(
  graph: HeapGraph,
  node: NodeIndex,
): Generator<{ readonly name: string; readonly value: number }> {
  const table = graph.numbers === undefined ? undefined : tableOf(graph, node)
  const layout = table && hashTable(graph, table)
  if (table === undefined || layout === undefined) return
  let key: { readonly entry: number; readonly value: number } | undefined
  // Edges and numbers of a table are both in slot order.
  let edge = graph.firstEdge[table]!
  const end = graph.firstEdge[table + 1]!
  for (const { entry, part, value } of tableNumbers(graph, layout, table)) {
    if (part === 'key') {
      key = { entry, value }
      continue
    }
    if (layout.of === 'set') {
      yield { name: `.values[${entry}]`, value }
      continue
    }
    const slot = layout.start + layout.width * entry
    while (edge < end && slotOf(graph, edge) < slot) edge++
    const isKey = edge < end && slotOf(graph, edge) === slot
    const name = key?.entry === entry ? `[${key.value}]` : isKey ? keyNotation(graph, graph.edgeTo[edge]!) : undefined
    yield { name: name ?? `.entries[${entry}]`, value }
  }
}

/** By edge type: the notation of a number's name. Other types are V8's own. */
const notations: Readonly<Record<number, (name: string) => string>> = {
  [edgeTypeNumber('property')]: propertyNotation,
  [edgeTypeNumber('element')]: name => `[${name}]`,
  [edgeTypeNumber('context')]: name => `->${name}`,
}
