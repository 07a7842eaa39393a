import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeTotals } from '../graph/type-sizes.js'
import { types } from '../graph/types.js'
import type { Heap } from './heap.js'
import { qualifiedTypes } from './type-names.js'

/** The number of objects of each type, and the sum of their shallow sizes. */
export type Census = ReadonlyMap<string, { readonly count: number; readonly bytes: number }>

/** Counts a heap by type: the input of `growth`. Two passes over the nodes; computes no retained sizes. */
export function census(heap: Heap, qualified = false): Census {
  const { of, names } = qualified ? qualifiedTypes(heap) : types(heap.graph)
  const { count, shallow } = typeTotals(shallowSizes(heap.graph), of, names.length)
  return new Map(
    names
      .map((type, at) => [type, { count: count[at]!, bytes: shallow[at]! }] as const)
      .filter(([, { count }]) => count > 0),
  )
}
