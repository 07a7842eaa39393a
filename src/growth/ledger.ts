import { dominatorTree } from '../graph/dominators.js'
import { type HeapGraph, type NodeType, nodeTypes } from '../graph/heap-graph.js'
import { heldIds } from './held-ids.js'
import { likenesses } from './likeness.js'

/**
 * One heap as a book of who keeps how much: 24 bytes an entry, so that a series is compared with only its last heap in memory.
 * V8's internals have no entry of their own; their bytes are booked to the closest dominator that has one.
 */
export interface Ledger {
  /** Object ids. Dominators stand before what they dominate, the root first. */
  readonly id: Uint32Array
  /** What stands in for them between heaps that were numbered each by itself; see `heldIds`. */
  readonly heldId: Uint32Array
  /** Entry of the closest dominator that has one; the root is its own. */
  readonly holder: Uint32Array
  /** The object's own bytes, and those of the internals booked to it. */
  readonly bytes: Float64Array
  /** A hash over V8's type and name: the same object has the same in every heap. */
  readonly likeness: Uint32Array
}

/** The ledger of a heap that is still in memory. */
export interface OpenLedger extends Ledger {
  /** By entry: the node it stands for. */
  readonly node: Uint32Array
  /** By node: its entry, or that of the dominator it is booked to. Nodes that nothing retains are booked to the root. */
  readonly entryOf: Uint32Array
}

/** Books a heap. */
export function ledger(graph: HeapGraph): OpenLedger {
  const { dominatorOf, topDown, reachable } = dominatorTree(graph)
  const likenessOf = likenesses(graph)
  const held = heldIds(graph)

  const entryOf = new Uint32Array(graph.nodeCount)
  const node = new Uint32Array(reachable)
  const holder = new Uint32Array(reachable)
  const bytes = new Float64Array(reachable)
  let count = 0
  // A dominator is always met before what it dominates.
  for (let place = 0; place < reachable; place++) {
    const at = topDown[place]!
    const above = place === 0 ? 0 : entryOf[dominatorOf[at]!]!
    const entry = place === 0 || isInternal[graph.nodeType[at]!] === 0 ? count++ : above
    entryOf[at] = entry
    if (entry !== above || place === 0) {
      node[entry] = at
      holder[entry] = above
    }
    if (isWeightless[graph.nodeType[at]!] === 0) bytes[entry]! += graph.selfSize[at]!
  }
  const nodes = node.slice(0, count)
  return {
    node: nodes,
    entryOf,
    id: nodes.map(at => graph.nodeId[at]!),
    heldId: nodes.map(at => held[at]!),
    holder: holder.slice(0, count),
    bytes: bytes.slice(0, count),
    likeness: nodes.map(at => likenessOf(at)),
  }
}

/** What stays of a ledger when its heap goes. */
export const close = ({ id, heldId, holder, bytes, likeness }: OpenLedger): Ledger => ({
  id,
  heldId,
  holder,
  bytes,
  likeness,
})

/** What V8 keeps on behalf of something else. */
const isInternal = mask('array', 'hidden', 'code', 'object shape', 'number', 'other')

/**
 * Compiled code, feedback vectors and hidden classes come and go as V8 optimizes, most of all right after somebody looked: their
 * bytes say nothing about the program's own objects.
 */
const isWeightless = mask('code', 'object shape')

/** By V8's node type, in our numbering: 1 for those listed. */
function mask(...listed: readonly NodeType[]): Uint8Array {
  return Uint8Array.from(nodeTypes, type => (listed.includes(type) ? 1 : 0))
}
