import type { NodeIndex } from '../graph/heap-graph.js'
import { outsideMask } from '../graph/node-type-mask.js'
import type { GrowthPoint } from './growth-points.js'
import type { LastHeap } from './last-heap.js'
import { chanceAlone, fellBack, isLostAtLast, isNoWalk } from './rise.js'
import { isPassed, objectAbove } from './signatures.js'
import { mustStay } from './store-history.js'
import { middleOf, type Turnover } from './turnover.js'

/** The maximum number of steps up to search for an object that comes and goes together with everything it retains. */
const farthest = 12

/**
 * How much of a growth point's gain may be chance: in objects, or in bytes if it grows in place. Only objects that come
 * and go fluctuate, so what counts is the number of objects that are gone, if `turnover` knows it. Objects may come and
 * go together, like the rows of a query's result: a thousand results of a hundred rows vary like a thousand objects,
 * not like a hundred thousand. With comparable ids (`hasIds`) it is known which single objects stayed. Costs a few
 * steps for each object of the point.
 */
export function gainByChance(last: LastHeap, point: GrowthPoint, turnover?: Turnover, hasIds = false): number {
  return point.inPlace ? bytesByChance(last, point, turnover) : objectsByChance(last, point, hasIds, turnover)
}

/**
 * Without knowledge of what stayed, a line this straight is not chance: of random walks of eight steps, one in a
 * hundred is half as straight and one in a thousand as straight.
 */
const straight = 32

function objectsByChance(
  last: LastHeap,
  { where, count, rise, longLived }: GrowthPoint,
  hasIds: boolean,
  turnover?: Turnover,
): number {
  const first = longLived?.isSure ? longLived.first : count[0]!
  if (isNoWalk(rise, count.length)) return 0
  if (turnover === undefined && rise.clarity >= straight) return chanceAlone(first)
  const gone = turnover === undefined ? 1 : turnover.gone(signaturesOf(last, where.nodes))
  if (gone === 0) return 0
  let together = 1
  let below = new Map(where.nodes.map(node => [node, 1]))
  for (let steps = 0; steps < farthest && !where.isChained && !where.areAnchors; steps++) {
    const above = sumsAbove(last, below)
    if (above.size < 2) break
    const times = [...above.values()]
    // How many objects share a retainer, on average.
    const beside = times.reduce((sum, one) => sum + one * one, 0) / times.reduce((sum, one) => sum + one, 0)
    const withIt = Math.min(1, (turnover?.gone(signaturesOf(last, above.keys())) ?? 1) / gone)
    together = Math.max(together, 1 + withIt * (beside - 1))
    below = above
  }
  return hasIds && together < 2 ? 0 : byChance(gone * first * together)
}

/**
 * New objects may be larger than the first ones: the bytes of a cache with a constant number of entries level off only
 * when each entry was replaced. A gain that exceeds chance by this factor is not such a cache.
 */
export const farBeyond = 2

function bytesByChance(last: LastHeap, { where, rise, bytes }: GrowthPoint, turnover: Turnover | undefined): number {
  if (isNoWalk(rise, bytes.length)) return 0
  if (turnover === undefined && rise.clarity >= straight) return 0
  let own = bytesOf(last, where.nodes)
  let variance = 0
  for (let steps = 0; steps < farthest && own.size > 1; steps++) {
    const gone = turnover?.gone(signaturesOf(last, own.keys())) ?? 1
    variance = Math.max(variance, gone * squaresAboutMean([...own.values()]))
    own = sumsAbove(last, own)
  }
  return Math.max(farBeyond * byChance(variance), inStoresByChance(last, where.nodes, bytes.at(-1)!))
}

/**
 * How much more stores that stay may contain by chance, if the size of each fluctuates. `bytes` is the total of all of
 * them.
 */
function inStoresByChance({ paths, history }: LastHeap, nodes: readonly NodeIndex[], bytes: number): number {
  const one = history.of(paths.of[nodes[0]!]!)
  if (one === undefined || one.mean === 0) return 0
  const each = bytes / (nodes.length * one.mean)
  return each * chanceAlone(nodes.length * one.variance)
}

/** The variance of both what is gone and what replaced it. */
const byChance = (variance: number): number => chanceAlone(2 * variance)

/**
 * Whether a point has more objects, but not those that it gained before: a list that is emptied now and then and filled
 * with new objects, so that its length depends on the time since it was emptied. If the intervals between heaps were
 * uneven, a point that never lost much and rises nevertheless is not such a list, but a queue that is served more
 * slowly than it fills, or a registry whose entries are replaced.
 */
export function isOfOthers(
  last: LastHeap,
  { where, count, inPlace, rise }: GrowthPoint,
  turnover: Turnover | undefined,
  at: readonly number[],
): boolean {
  if (inPlace) return (last.history.of(last.paths.of[where.first]!)?.stayed ?? 1) < mustStay
  if (turnover === undefined || where.areAnchors) return false
  const middle = middleOf(count.length)
  const { share, left, isSure } = turnover.goneSinceMiddle(signaturesOf(last, where.nodes))
  const gained = count[middle]! - count[0]!
  if (!isSure || gained <= 0 || count[middle]! * (1 - Math.min(share, left)) >= mustStay * gained) return false
  const isLong = count.length >= manyHeaps || isNoWalk(rise, count.length)
  return !(isLong && areUneven(at) && !fellBack(count))
}

/**
 * In a simulation of lists that are emptied at any interval, 5 of 1000 rise beyond chance over eight heaps at uneven
 * intervals without losing a quarter in between; 4 over twelve heaps, and hardly one over both.
 */
const manyHeaps = 12

/**
 * Whether a point has lost more than half of its gain by the last heap: an outlier there may be a list that was
 * emptied.
 */
export const isGoneAtLast = ({ count, bytes, inPlace }: GrowthPoint): boolean => isLostAtLast(inPlace ? bytes : count)

/**
 * Whether a point gained only in the later half of the series: then nothing shows that such objects stay, nor how much
 * their number fluctuates.
 */
export function isAllLate({ count, inPlace }: GrowthPoint): boolean {
  const middle = middleOf(count.length)
  return !inPlace && middle >= 2 && Math.max(...count.slice(1, middle + 1)) <= count[0]!
}

/** Moments that deviate from even spacing by this share of an interval are not in step with anything periodic. */
const uneven = 0.1

function areUneven(at: readonly number[]): boolean {
  const each = (at.at(-1)! - at[0]!) / (at.length - 1)
  const off = at.map((moment, place) => moment - at[0]! - place * each).sort((a, b) => a - b)
  // Ignores the two extremes.
  return off.at(-2)! - off[1]! >= 2 * uneven * each
}

/** By object: its bytes including those of V8's internals that belong to it. */
function bytesOf({ graph, paths }: LastHeap, nodes: readonly NodeIndex[]): Map<NodeIndex, number> {
  const bytes = new Map(nodes.map(node => [node, graph.selfSize[node]!]))
  const signatures = new Set(nodes.map(node => paths.of[node]!))
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!signatures.has(paths.of[node]!) || !isPassed(graph, node)) continue
    const owner = objectAbove(graph, paths, node)
    const before = bytes.get(owner)
    if (before !== undefined) bytes.set(owner, before + graph.selfSize[node]!)
  }
  return bytes
}

/** The values of objects, summed by the objects that retain them; without unretained ones. */
function sumsAbove({ graph, paths }: LastHeap, below: ReadonlyMap<NodeIndex, number>): Map<NodeIndex, number> {
  const sums = new Map<NodeIndex, number>()
  for (const [node, value] of below) {
    const above = objectAbove(graph, paths, node)
    if (above !== node && paths.of[above] !== 0) sums.set(above, (sums.get(above) ?? 0) + value)
  }
  return sums
}

/** Memory outside V8's heap has no address there: it counts for the object it belongs to. */
function signaturesOf({ graph, paths }: LastHeap, nodes: Iterable<NodeIndex>): Set<number> {
  const found = new Set<number>()
  for (const node of nodes) {
    const isOutside = outsideMask[graph.nodeType[node]!] === 1
    found.add(paths.of[isOutside ? objectAbove(graph, paths, node) : node]!)
  }
  return found
}

function squaresAboutMean(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}

/** Bytes by which memory may vary by chance. */
export interface MemoryByChance {
  readonly heap: number
  /** Outside V8's heap: the contents of array buffers. */
  readonly external: number
}

/**
 * How much of the memory of a heap may be chance, if what is gone since the first heap was replaced by similar objects:
 * responses of different lengths in a cache with a fixed number of entries. `signatures` is their total number. One
 * pass over the nodes.
 */
export function memoryByChance(
  { graph, paths }: LastHeap,
  signatures: number,
  turnover: Turnover | undefined,
): MemoryByChance {
  if (turnover === undefined) return noChance
  const [inside, outside] = [columns(signatures), columns(signatures)]
  for (let node = 0; node < graph.nodeCount; node++) {
    if (paths.of[node] === 0) continue
    const isOutside = outsideMask[graph.nodeType[node]!] === 1
    const signature = paths.of[isOutside ? objectAbove(graph, paths, node) : node]!
    const size = graph.selfSize[node]!
    const { count, sum, squares } = isOutside ? outside : inside
    count[signature]!++
    sum[signature]! += size
    squares[signature]! += size * size
  }
  const chance = ({ count, sum, squares }: Columns): number => {
    let variance = 0
    for (let signature = 1; signature < signatures; signature++) {
      const about = squares[signature]! - sum[signature]! ** 2 / Math.max(1, count[signature]!)
      if (about > worthALook) variance += turnover.gone([signature]) * about
    }
    return byChance(variance)
  }
  return { heap: chance(inside), external: chance(outside) }
}

export const noChance: MemoryByChance = { heap: 0, external: 0 }

type Columns = Readonly<Record<'count' | 'sum' | 'squares', Float64Array>>

const columns = (length: number): Columns => ({
  count: new Float64Array(length),
  sum: new Float64Array(length),
  squares: new Float64Array(length),
})

/** A thousand bytes, squared: smaller variances are ignored. */
const worthALook = 1e6
