import { edgeTypeNumber, type HeapGraph, type NodeIndex } from '../graph/heap-graph.js'
import { nodeTypeMask } from '../graph/node-type-mask.js'
import type { Growing, Totals } from './growing.js'
import { chanceAlone, isClear, rise } from './rise.js'
import { isPassed, type Signatures } from './signatures.js'
import { type Use, useOf } from './used-share.js'

/** Fewer numbers than this from heap to heap are not reported. */
const fewest = 100
/** Nor fewer than this share of what there were at first: of many bounded stores the last may still fill. */
const leastShare = 0.1

/**
 * Paths at which a store fills with numbers: ids in a Set, counts by id, samples. As the heap says how many there are, far less is clear than
 * where only bytes are known. `known` has the signatures that are known to grow. One pass over the nodes, a look at the edges of those that fill.
 */
export function filling(
  graph: HeapGraph,
  paths: Signatures,
  { count, bytes }: Totals,
  at: readonly number[],
  known: ReadonlySet<number>,
): Growing[] {
  if (graph.numbers === undefined) return []
  const found = new Map<number, { readonly store: NodeIndex; readonly use: Use }>()
  // By signature: bytes of what fills, and of numbers in boxes.
  const filled = new Float64Array(bytes.at(-1)!.length)
  for (let node = 0; node < graph.nodeCount; node++) {
    const signature = paths.of[node]!
    if (signature === 0 || known.has(signature) || !isPassed(graph, node)) continue
    if (numberMask[graph.nodeType[node]!] === 1) filled[signature]! += graph.selfSize[node]!
    const use = useOf(graph, paths, node)
    if (use === undefined) continue
    filled[signature]! += (graph.selfSize[node]! * use.used) / use.room
    if (use.used > (found.get(signature)?.use.used ?? 0)) found.set(signature, { store: node, use })
  }
  return [...found].flatMap(([signature, { store, use }]): Growing[] => {
    const counts = count.map(column => column[signature]!)
    const own = bytes.map(column => column[signature]!)
    const each = graph.selfSize[store]! / use.room
    const by = rise(own, at)
    const gain = by.gain / each
    const first = own[0]! / each
    const isMany = gain >= fewest * (at.length - 1) && gain >= leastShare * first && gain > chanceAlone(first)
    // What else belongs to the object may have grown in its stead.
    const rest = own.at(-1)! - filled[signature]!
    if (!isMany || rest > by.gain / 2 || !isClear(by) || counts.some(one => one === 0 || one !== counts[0])) return []
    if (referencesIn(graph, paths.from[store]!, store) > use.used / 2) return []
    return [
      {
        by: 'path',
        signatures: [signature],
        count: counts,
        bytes: own,
        rise: by,
        gained: by.gain,
        inPlace: true,
        isWorth: true,
      },
    ]
  })
}

const numberMask = nodeTypeMask('number')
const element = edgeTypeNumber('element')

/** How many objects stand in a store: of these, edges tell. */
function referencesIn(graph: HeapGraph, owner: NodeIndex, store: NodeIndex): number {
  const { firstEdge, edgeType, edgeTo } = graph
  let [inStore, items] = [0, 0]
  for (let edge = firstEdge[store]!; edge < firstEdge[store + 1]!; edge++)
    if (!isPassed(graph, edgeTo[edge]!)) inStore++
  for (let edge = firstEdge[owner]!; edge < firstEdge[owner + 1]!; edge++)
    if (edgeType[edge] === element && !isPassed(graph, edgeTo[edge]!)) items++
  return Math.max(inStore, items)
}
