import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import { oddballOf } from '../heap/v8/primitives.js'
import type { Growing, Totals } from './growing.js'
import type { LastHeap } from './last-heap.js'
import { chanceAlone, isClear, isNoWalk, type Rise, rise } from './rise.js'
import { isPassed } from './signatures.js'
import { mustStay, type StoresOverTime } from './store-history.js'

/** Fewer numbers than this from heap to heap are not reported. */
const fewest = 100
/** Nor fewer than this share of what there were at first: of many bounded stores the last may still fill. */
const leastShare = 0.1
/** The same where they gain in a straight line. */
const leastShareOfLine = 0.01

/** The same where so many stores say one by one how they went. */
const manyStores = 10
const fewestOfMany = 25
const leastShareOfMany = 0.02

/** Where there are more objects than before, by so many times at most, the entries of each are judged. */
const mostMore = 1.2

/**
 * Paths at which stores fill with numbers, however many there are and however small each is: ids in Sets, counts by id, samples of each
 * connection. As the heap says how many there are, far less is clear than where only bytes are known. `known` has the signatures that are
 * known to grow. Costs a few steps a signature, and a look at the edges of what fills.
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
    if (Math.min(...counts) < 1 || Math.max(...counts) > mostMore * Math.min(...counts)) continue
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

/** By signature, of some: the places of its stores among all. */
function storesOf({ paths, stores }: LastHeap, wanted: ReadonlyMap<number, unknown>): Map<number, number[]> {
  const own = new Map<number, number[]>([...wanted.keys()].map(signature => [signature, []]))
  for (let at = 0; own.size > 0 && at < stores.node.length; at++) own.get(paths.of[stores.node[at]!]!)?.push(at)
  return own
}

/**
 * Whether so many stores gain more entries than there may be by chance; `entries` has by heap how many. Of many stores it is known how each
 * went: where nothing was ever less, nothing comes and goes.
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
      by.gain >= fewestOfMany * intervals &&
      by.gain >= leastShareOfMany * first &&
      by.gain > chanceAlone(stores * history.variance)
    )
  const share = isNoWalk(by, entries.length) ? leastShareOfLine : leastShare
  return by.gain >= fewest * intervals && by.gain >= share * first && by.gain > chanceAlone(first)
}

/** So many stores are looked at. */
const sample = 200
const element = edgeTypeNumber('element')

/** Whether most of what stands in stores are objects of which each stands there once: of these, edges tell. */
function areReferences({ graph, paths, stores }: LastHeap, own: readonly number[]): boolean {
  const objects = new Set<NodeIndex>()
  let used = 0
  for (const at of own.filter((_, place) => place % Math.ceil(own.length / sample) === 0)) {
    used += stores.used[at]!
    addReferences(graph, paths.from[stores.node[at]!]!, stores.node[at]!, objects)
  }
  return objects.size > used / 2
}

/** So many of the items of a queue that were taken are nothing. */
const mostly = 0.9

/**
 * Whether what stands in arrays is mostly null or undefined: a queue whose items are taken out one by one, and whose array is cut only now and
 * then. One that is never cut is found by its bytes.
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

/** How many items of an array, or of its store, are null or undefined: heaps have the edges at the one or at the other. */
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
