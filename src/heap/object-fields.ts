import { edgeTypeNumber, type NodeIndex, type ObjectId } from '../graph/heap-graph.js'
import { numberNameOf, numbersOf } from '../graph/numbers.js'
import { typeOf } from '../graph/types.js'
import { describe } from './describe.js'
import { propertyNotation, referenceNotation } from './edge-notation.js'
import type { Heap } from './heap.js'
import { eachReference } from './references.js'

/** A field, item, entry or variable of an object. */
export interface ObjectField {
  /** `.user`, `[0]`, `->limit`. */
  readonly name: string
  /** `User  name "Ada"`, `3`. */
  readonly value: string
  /** `undefined` for a number that is no object. */
  readonly id: ObjectId | undefined
}

/** What an object holds, as people see it, numbers first; at most `limit`, of `total`. Costs a look at each edge of the node. */
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
  eachReference(graph, node, (other, first, last, via) => {
    if (++total > limit) return
    const value = [typeOf(graph, other), describe(heap, other)].filter(Boolean).join('  ')
    fields.push({ name: referenceNotation(graph, first, last, via), value, id: graph.nodeId[other]! })
  })
  return { fields, total }
}

/** By type of edge: how a number's name is written. Others are V8's own. */
const notations: Readonly<Record<number, (name: string) => string>> = {
  [edgeTypeNumber('property')]: propertyNotation,
  [edgeTypeNumber('element')]: name => `[${name}]`,
  [edgeTypeNumber('context')]: name => `->${name}`,
}
