import type { HeapGraph } from '../graph/heap-graph.js'
import { outsideMask } from '../graph/node-type-mask.js'
import { isPassed, type Signatures } from './signatures.js'

/** The objects of one heap, for a series with comparable object ids: 8 bytes per object. */
export interface Present {
  readonly id: Uint32Array
  readonly signature: Uint32Array
}

/** By signature, how many objects of the last heap were created in each interval. */
export interface Survivors {
  /** The share of the ids common to two heaps whose type differs: 0 if ids are comparable. */
  readonly mistaken: number
  /** By interval: how many objects created in it still exist in the last heap; `undefined` if hardly any do. */
  of(signatures: readonly number[], at: readonly number[]): readonly number[] | undefined
}

export function present(graph: HeapGraph, { of }: Signatures): Present {
  const nodes = new Uint32Array(graph.nodeCount)
  let count = 0
  for (let node = 0; node < graph.nodeCount; node++) {
    // Nodes with new ids in each snapshot are left out.
    if (of[node] !== 0 && !isPassed(graph, node) && outsideMask[graph.nodeType[node]!] === 0) nodes[count++] = node
  }
  const own = nodes.subarray(0, count)
  return { id: own.map(node => graph.nodeId[node]!), signature: own.map(node => of[node]!) }
}

/** Compares the heaps of an unbroken session by object id. */
export function survivors(heaps: readonly Present[], typeOf: readonly number[]): Survivors {
  const last = heaps.at(-1)!
  const place = new Map<number, number>()
  for (const [at, id] of last.id.entries()) place.set(id, at)
  // Goes backwards from the last heap: an id that disappeared and came back is a different object.
  const birth = new Uint8Array(last.id.length).fill(heaps.length - 1)
  let common = 0
  let mistaken = 0
  for (let heap = heaps.length - 2; heap >= 0; heap--) {
    const { id, signature } = heaps[heap]!
    for (const [at, one] of id.entries()) {
      const found = place.get(one)
      if (found === undefined) continue
      common++
      if (typeOf[last.signature[found]!] !== typeOf[signature[at]!]) mistaken++
      if (birth[found] === heap + 1) birth[found] = heap
    }
  }
  return {
    mistaken: common === 0 ? 1 : mistaken / common,
    of(signatures, at) {
      const wanted = new Set(signatures)
      const born = new Array<number>(heaps.length).fill(0)
      for (const [at, signature] of last.signature.entries()) if (wanted.has(signature)) born[birth[at]!]!++
      const since = born.slice(1)
      if (since.length < 2) return since
      const early = since.slice(0, -1).reduce((sum, count) => sum + count, 0)
      // Scaled to the length of the last interval.
      const longer = (at.at(-2)! - at[0]!) / (at.at(-1)! - at.at(-2)!)
      return early >= since.at(-1)! * 0.2 * longer ? since : undefined
    },
  }
}
