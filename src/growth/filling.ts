import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import { oddballOf } from '../heap/v8/primitives.js'
import type { Growing, Totals } from './growing.js'
import type { LastHeap } from './last-heap.js'
import { chanceAlone, isClear, isNoWalk, type Rise, rise } from './rise.js'
import { isPassed } from './signatures.js'
import { mustStay, type StoresOverTime } from './store-history.js'

/** The minimum gain in numbers per heap. */
const fewest = 100
/** The minimum gain as a share of the first count: among many bounded stores, some may still be filling. */
const minShare = 0.1
/** The same for a gain in a straight line. */
const minShareOfLine = 0.01

/** With this many individually tracked stores, the lower share suffices. */
const manyStores = 10
const minOfMany = 25
const minShareOfMany = 0.02

/** If there are more objects than before, but at most by this factor, the entries per object are compared. */
const maxSpread = 1.2

/**
 * Paths at which stores fill with numbers, however many and small the stores are: ids in Sets, counts by id, samples
 * per connection. Since the heap has the number of entries, a far smaller gain is significant than with bytes alone.
 * `known` has the signatures already known to grow. Costs a few steps per signature, plus the edges of the filling
 * stores.
 */
export function filling(
  last: LastHeap,
  { count, bytes, entries }: Totals,
  at: readonly number[],
  known: ReadonlySet<number>,
): Growing[] {
  const found = new Map<number, Growing>()
  for (let signature = 1; signature < entries[0]!.length; signature++) {
    if (known.has(signature) || entries.at(-1)![signature]! <= entries[0]![signature]!) continue
    const counts = count.map(column => column[signature]!)
    if (Math.min(...counts) < 1 || Math.max(...counts) > maxSpread * Math.min(...counts)) continue
    const all = entries.map((column, heap) => (column[signature]! * counts[0]!) / counts[heap]!)
    const by = rise(all, at)
    const now = counts.at(-1)!
    if (!isClear(by) || !isBeyondChance(by, all, now, last.history.of(signature))) continue
    const own = bytes.map(column => column[signature]!)
    const gained = rise(own, at).gain
    found.set(signature, {
      by: 'path',
      signatures: [signature],
      count: counts,
      bytes: own,
      rise: { ...by, gain: gained },
      gained,
      inPlace: true,
      isWorth: true,
    })
  }
  for (const [signature, stores] of storesOf(last, found))
    if (areReferences(last, stores) || areNothing(last, stores)) found.delete(signature)
  return [...found.values()]
}

/** The indexes of the stores of each wanted signature. */
function storesOf({ paths, stores }: LastHeap, wanted: ReadonlyMap<number, unknown>): Map<number, number[]> {
  const own = new Map<number, number[]>([...wanted.keys()].map(signature => [signature, []]))
  for (let at = 0; own.size > 0 && at < stores.node.length; at++) own.get(paths.of[stores.node[at]!]!)?.push(at)
  return own
}

/**
 * Whether the stores gain more entries than chance explains; `entries` has the total by heap. The history of many
 * stores is known individually: if none ever shrank, nothing comes and goes.
 */
function isBeyondChance(
  by: Rise,
  entries: readonly number[],
  stores: number,
  history: StoresOverTime | undefined,
): boolean {
  if (history !== undefined && (history.stayed < mustStay || history.areBounded)) return false
  const first = entries[0]!
  const intervals = entries.length - 1
  if (history !== undefined && history.known >= manyStores)
    return (
      by.gain >= minOfMany * intervals &&
      by.gain >= minShareOfMany * first &&
      by.gain > chanceAlone(stores * history.variance)
    )
  const share = isNoWalk(by, entries.length) ? minShareOfLine : minShare
  return by.gain >= fewest * intervals && by.gain >= share * first && by.gain > chanceAlone(first)
}

/** The number of stores sampled. */
const sample = 200
const element = edgeTypeNumber('element')

/** Whether most entries of the stores are distinct objects, whose growth the edges already show. */
function areReferences({ graph, paths, stores }: LastHeap, own: readonly number[]): boolean {
  const objects = new Set<NodeIndex>()
  let used = 0
  for (const at of own.filter((_, place) => place % Math.ceil(own.length / sample) === 0)) {
    used += stores.used[at]!
    addReferences(graph, paths.from[stores.node[at]!]!, stores.node[at]!, objects)
  }
  return objects.size > used / 2
}

/** The share of null or undefined items that makes an array a drained queue. */
const mostly = 0.9

/**
 * Whether the items of arrays are mostly null or undefined: a queue that sets consumed items to null and trims its
 * array only now and then. One that is never trimmed is found by its bytes.
 */
function areNothing({ graph, paths, stores }: LastHeap, own: readonly number[]): boolean {
  let [nothing, used] = [0, 0]
  for (const at of own.filter((_, place) => place % Math.ceil(own.length / sample) === 0)) {
    const owner = paths.from[stores.node[at]!]!
    if (typeOf(graph, owner) !== 'Array') return false
    used += stores.used[at]!
    nothing += Math.max(...[owner, stores.node[at]!].map(node => countNothing(graph, node)))
  }
  return nothing > 0 && nothing >= mostly * used
}

/**
 * The number of null or undefined items of an array. Depending on the heap, their edges start at the array or at its
 * store.
 */
function countNothing(graph: HeapGraph, node: NodeIndex): number {
  const ofStore = nodeTypeOf(graph, node) === 'array'
  let nothing = 0
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    const isItem = ofStore || graph.edgeType[edge] === element
    if (isItem && oddballOf(graph, graph.edgeTo[edge]!, true) == null) nothing++
  }
  return nothing
}

function addReferences(graph: HeapGraph, owner: NodeIndex, store: NodeIndex, objects: Set<NodeIndex>): void {
  const { firstEdge, edgeType, edgeTo } = graph
  for (let edge = firstEdge[store]!; edge < firstEdge[store + 1]!; edge++)
    if (!isPassed(graph, edgeTo[edge]!)) objects.add(edgeTo[edge]!)
  for (let edge = firstEdge[owner]!; edge < firstEdge[owner + 1]!; edge++)
    if (edgeType[edge] === element && !isPassed(graph, edgeTo[edge]!)) objects.add(edgeTo[edge]!)
}
