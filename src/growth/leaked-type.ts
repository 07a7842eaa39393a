import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { isV8InternalType, typeOf } from '../graph/types.js'
import { constructorOf } from '../heap/v8/scopes.js'
import { scriptOf } from '../heap/v8/scripts.js'
import { isNodejsFile } from '../place.js'
import { isInPackage } from '../sources/package-of.js'
import type { Totals } from './growing.js'
import type { GrowthPoint } from './growth-points.js'
import type { LastHeap } from './last-heap.js'
import { rise } from './rise.js'
import type { SignatureTable } from './signature-table.js'
import { isPassed } from './signatures.js'

/** The type of the objects that accumulate at a growth point, and an example. */
export interface Leaked {
  readonly type: string
  /** By heap. */
  readonly count: readonly number[]
  readonly gain: number
  /** Lower is more meaningful to people. */
  readonly rank: number
  readonly example: NodeIndex
}

/**
 * A type with less than this share of the gained bytes, or less than `oftenEnough` of the gained objects, is a detail.
 */
const worthNaming = 0.4
const oftenEnough = 0.5
/** What a package keeps around each object of the program may be several times as large: a tree's nodes, their arrays. */
const worthNamingInPackage = 0.2

/**
 * Chooses the type to name: a class before plain objects, and these before functions and strings, so that it is Session
 * and not the entry, closure, array or package's wrapper around it; among equals, the outermost. `explains` has the
 * signatures that no other growth point explains.
 */
export function leakedType(
  last: LastHeap,
  table: SignatureTable,
  totals: Totals,
  point: GrowthPoint,
  at: readonly number[],
  explains: (signature: number) => boolean,
): Leaked {
  const { where } = point
  const { graph, paths } = last
  const top = where.second ?? where.first
  // In nested structures, the outer objects are what accumulates.
  const outer = where.isChained ? 1 : where.heads / where.nodes.length
  const outermost: Leaked = {
    type: typeOf(graph, top),
    count: point.count.map(count => outer * count),
    gain: outer * point.rise.gain,
    rank: rankOf(graph, top),
    example: top,
  }
  if (point.inPlace) return outermost
  const primary = paths.of[top]!
  const gainOf = (columns: readonly Float64Array[], signature: number): number => {
    const values = columns.map(column => column[signature]!)
    // If objects that come and go hide the trend, uses that of the point.
    return point.isHidden ? (point.rise.gain * values.at(-1)!) / point.count.at(-1)! : rise(values, at).gain
  }
  const candidates = below(table, primary).flatMap(signature => {
    // Prototypes do not count as objects of a class: any function may have one.
    if (table.text(table.step[signature]!) === '.prototype') return []
    const scale =
      signature === primary || point.signatures.includes(signature)
        ? 1
        : point.count.at(-1)! / Math.max(1, totals.count.at(-1)![primary]!)
    const gain = scale * gainOf(totals.count, signature)
    const bytes = scale * gainOf(totals.below, signature)
    if (gain < oftenEnough * outermost.gain || bytes < worthNamingInPackage * point.gained) return []
    return { signature, gain, scale, isMuch: bytes >= worthNaming * point.gained }
  })
  const wanted = new Set(candidates.map(({ signature }) => signature))
  const examples =
    where.isChained || where.areAnchors
      ? examplesBelow(last, wanted, top, point)
      : examplesUnder(last, wanted, where.retainer)
  let best: Leaked = outermost
  for (const { signature, gain, scale, isMuch } of candidates) {
    const example = examples.get(signature)
    if (example === undefined || signature === primary) continue
    const type = typeOf(graph, example)
    const rank = rankOf(graph, example)
    if (rank >= best.rank || !(isMuch || (rank === ofProgram && outermost.rank === ofPackage))) continue
    best = { type, rank, count: totals.count.map(column => scale * column[signature]!), gain, example }
  }
  // Plain objects and arrays below a cell are usually its data, not further cells.
  const times = where.isChained && outermost.rank < 1 ? branches() : 1
  return times === 1 ? best : { ...best, gain: times * best.gain, count: best.count.map(count => times * count) }

  /** The gain of all branches relative to the point's own: the branches of a tree have separate signatures. */
  function branches(): number {
    const own = point.rise.gain
    const others = below(table, primary).filter(
      one => table.type[one] === table.type[primary] && !point.signatures.includes(one) && explains(one),
    )
    return own > 0 ? others.reduce((sum, one) => sum + Math.max(0, gainOf(totals.count, one)), own) / own : 1
  }
}

/** A signature and all its continuations. */
function below(table: SignatureTable, top: number): number[] {
  const found = [top]
  const is = new Set(found)
  for (let at = top + 1; at < table.length; at++) {
    if (!is.has(table.above[at]!)) continue
    is.add(at)
    found.push(at)
  }
  return found
}

/** By signature: the last object of the heap that is under a retainer. */
function examplesUnder(
  { graph, paths }: LastHeap,
  signatures: ReadonlySet<number>,
  retainer: NodeIndex,
): Map<number, NodeIndex> {
  const found = new Map<number, NodeIndex>()
  const isUnder = (node: NodeIndex): boolean => {
    let at = node
    for (let steps = 0; steps < 200 && at !== retainer; steps++) {
      if (paths.from[at] === at) return false
      at = paths.from[at]!
    }
    return at === retainer
  }
  // By signature: how many of its objects may still be examined.
  const left = new Uint16Array([...signatures].reduce((most, one) => Math.max(most, one), 0) + 1)
  for (const signature of signatures) left[signature] = maxTried
  let wanted = signatures.size
  for (let node = graph.nodeCount - 1; node >= 0 && wanted > 0; node--) {
    const signature = paths.of[node]!
    if (signature >= left.length || left[signature] === 0 || isPassed(graph, node)) continue
    left[signature]!--
    if (isUnder(node)) {
      found.set(signature, node)
      left[signature] = 0
    }
    if (left[signature] === 0) wanted--
  }
  return found
}

const maxTried = 999

/** The same for what one cell of a list or one timer has, without the cells behind it. */
function examplesBelow(
  { graph, paths }: LastHeap,
  wanted: ReadonlySet<number>,
  cell: NodeIndex,
  { signatures }: GrowthPoint,
): Map<number, NodeIndex> {
  const found = new Map<number, NodeIndex>()
  const reached = new Set([cell])
  for (const node of reached) {
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      const to = graph.edgeTo[edge]!
      if (paths.edge[to] !== edge) continue
      const signature = paths.of[to]!
      if (signatures.includes(signature) && !isPassed(graph, to)) continue
      if (wanted.has(signature) && !isPassed(graph, to) && !found.has(signature)) found.set(signature, to)
      if (reached.size < maxBelow) reached.add(to)
    }
  }
  return found
}

const maxBelow = 10_000

/** Ranks an object of a class: the program's own before a package's, and that before built-ins. */
function rankOfClass(graph: HeapGraph, node: NodeIndex): number {
  const maker = constructorOf(graph, node)
  const script = maker === undefined ? undefined : scriptOf(graph, maker)
  if (script === undefined || isNodejsFile(script)) return 0.5
  return isInPackage(script) ? ofPackage : ofProgram
}

const [ofProgram, ofPackage] = [0, 0.25]

const plain =
  /^(?:Object|Array|Map|Set|Weak\w+|Date|Promise|RegExp|Arguments|(?:Async)?Generator|AsyncFunction|(?:Shared)?ArrayBuffer|\w+Array|Buffer|DataView)$/

/** 0 for a class of the program itself, more for less meaningful types. */
function rankOf(graph: HeapGraph, node: NodeIndex): number {
  const type = typeOf(graph, node)
  if (type === '(closure)') return 2
  if (isV8InternalType(type)) return 3
  if (plain.test(type)) return 1
  // Node.js wraps each listener of an EventTarget: the listener itself says more.
  if (type === 'Listener') return 2.5
  // The same for what a timer serves.
  if (type === 'Timeout' || type === 'Immediate') return 0.75
  return rankOfClass(graph, node)
}
