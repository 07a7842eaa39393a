import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { types } from '../graph/types.js'
import { constructorOf } from '../heap/v8/scopes.js'
import { scriptOf } from '../heap/v8/scripts.js'
import type { OpenLedger } from './ledger.js'
import type { Lineage } from './lineage.js'

/** The last heap of a series beside those before it. */
export interface Compared {
  readonly book: OpenLedger
  readonly line: Lineage
  /** By node of the last heap: its route. Nodes that play the same part share one. */
  readonly routeOf: Uint32Array
}

/** What was born since the first heap under the tops of one group. */
export interface Born {
  /** By interval between two heaps: bytes born in it that are still there. */
  readonly bytes: readonly number[]
  readonly leaked: Leaked
}

/** The type of the objects that pile up. */
export interface Leaked {
  readonly type: string
  /** By interval: how many born in it are still there. */
  readonly born: readonly number[]
  /** What all of them retain. */
  readonly bytes: number
  /** Whether they hang one on the other, as a list's cells do, rather than side by side. */
  readonly chained: boolean
  /** Entry of the one that retains most; of a chain, one behind another, so that the way to it shows what links them. */
  readonly example: number
}

/** By entry: what an object born since the first heap retains of what was born since; 0 for older ones. */
export function retainedSinceBirth({ book, line }: Compared): Float64Array {
  const retained = new Float64Array(book.id.length)
  // Dominators stand first, so backwards means the dominated first.
  for (let entry = retained.length - 1; entry > 0; entry--) {
    if (line.birth[entry] === 0) continue
    retained[entry]! += book.bytes[entry]!
    const holder = book.holder[entry]!
    if (line.birth[holder] !== 0) retained[holder]! += retained[entry]!
  }
  return retained
}

/**
 * What was born under the tops of each group, in one sweep over the heap. `groupOfTop` says by entry which group a top is in,
 * counted from 1. A group has no answer where no type was born in every interval.
 */
export function bornUnder(
  graph: HeapGraph,
  { book, line, routeOf }: Compared,
  retained: Float64Array,
  groupOfTop: Uint32Array,
  groups: number,
): (Born | undefined)[] {
  const { of, names } = types(graph)
  const isClass = names.map(name => rankOf(name) === 0)
  const intervals = line.heaps - 1
  const groupOf = groupOfTop.slice()
  const tallies = Array.from({ length: groups + 1 }, () => new Map<number, Tally>())
  const bytes = Array.from({ length: groups + 1 }, () => zeros(intervals))
  const keyOf = new Int32Array(groupOf.length)
  for (let entry = 1; entry < groupOf.length; entry++) {
    if (line.birth[entry] === 0) continue
    const holder = book.holder[entry]!
    const outer = groupOf[holder]!
    if (groupOf[entry] === 0) groupOf[entry] = outer
    const group = groupOf[entry]!
    if (group === 0) continue
    const interval = line.birth[entry]! - 1
    bytes[group]![interval]! += book.bytes[entry]!
    const node = book.node[entry]!
    const type = of[node]!
    const route = routeOf[node]!
    const nested = outer === group && of[book.node[holder]!]! === type
    // Plain objects in plain objects, and a class's own objects in it, are told apart by their route; a list's cells share theirs.
    const sameRoute = nested && routeOf[book.node[holder]!] === route
    const key = sameRoute ? keyOf[holder]! : isClass[type] && !nested ? -1 - type : route
    let tally = tallies[group]!.get(key)
    if (tally === undefined) {
      tally = {
        type: names[type]!,
        born: zeros(intervals),
        outer: zeros(intervals),
        bytes: 0,
        example: entry,
        second: 0,
      }
      tallies[group]!.set(key, tally)
    }
    tally.born[interval]!++
    // What stands inside another of its kind (a list's next cell, an entry's own entries) is retained by that one already.
    if (!isWithin(keyOf, groupOf, book.holder, entry, key)) {
      tally.outer[interval]!++
      tally.bytes += retained[entry]!
    }
    keyOf[entry] = key
    if (tally.second === 0 && entry !== tally.example) tally.second = entry
    if (retained[entry]! > retained[tally.example]!) tally.example = entry
  }
  return tallies.map((ofGroup, group) => {
    joinCells(ofGroup)
    const leaked = mostTelling(graph, book, ofGroup.values(), bytes[group]!)
    return leaked && { bytes: bytes[group]!, leaked }
  })
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0)

/** A repeating structure comes back to the same kind within so many steps. */
export const longestRing = 6

function isWithin(keyOf: Int32Array, groupOf: Uint32Array, holder: Uint32Array, entry: number, key: number): boolean {
  let at = holder[entry]!
  for (let up = 0; up < longestRing && groupOf[at] === groupOf[entry]; up++, at = holder[at]!) {
    if (keyOf[at] === key) return true
  }
  return false
}

interface Tally {
  readonly type: string
  readonly born: number[]
  /** Those of them that are not inside another. */
  readonly outer: number[]
  bytes: number
  example: number
  second: number
}

/** A list's first cell is held under another name than the rest, which hang on their like: they are one list. */
function joinCells(tallies: Map<number, Tally>): void {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
  for (const [key, { type, born, outer, second, example }] of tallies) {
    if (key < 0 || total(outer) === total(born)) continue
    const first = [...tallies].find(([other, tally]) => other < 0 && tally.type === type)?.[1]
    if (first === undefined) continue
    born.forEach((count, interval) => {
      first.born[interval]! += count
    })
    if (first.second === 0) first.second = second || example
    tallies.delete(key)
  }
}

/** Below this share of what grew, a type is a detail of what leaks and not what leaks. */
const worthNaming = 0.4

/**
 * A class goes before plain objects, and those before functions and strings, so that a Session is named and not the entry, closure
 * or array around it; of equals, the outermost, which was met first.
 */
function mostTelling(
  graph: HeapGraph,
  book: OpenLedger,
  tallies: Iterable<Tally>,
  bytes: readonly number[],
): Leaked | undefined {
  const total = bytes.reduce((sum, of) => sum + of, 0)
  let best: Leaked | undefined
  let bestRank = Number.POSITIVE_INFINITY
  for (const { type, born: all, outer, bytes, example, second } of tallies) {
    // Side by side, what is inside another of its kind is a part of it; of a chain, only the last link is inside none.
    const chained = outer.includes(0)
    const born = chained ? all : outer
    // A ring of types (a list whose cells are objects in objects) counts what it retains over and over.
    const retained = Math.min(bytes, total)
    if (born.includes(0) || retained < worthNaming * total) continue
    const rank = rankOf(type) || (isPrograms(graph, book.node[example]!) ? 0 : 0.5)
    if (rank >= bestRank) continue
    bestRank = rank
    best = { type, born, bytes: retained, chained, example: chained && second !== 0 ? second : example }
  }
  return best
}

/** Whether an object's class is the program's, or a package's, rather than built in. */
function isPrograms(graph: HeapGraph, node: NodeIndex): boolean {
  const maker = constructorOf(graph, node)
  const script = maker === undefined ? undefined : scriptOf(graph, maker)
  return script !== undefined && !script.startsWith('node:')
}

const plain = new Set([
  'Object',
  'Array',
  'Map',
  'Set',
  'WeakMap',
  'WeakRef',
  'Date',
  'Promise',
  'RegExp',
  'Arguments',
  'Generator',
  'AsyncGenerator',
  'AsyncFunction',
])

function rankOf(type: string): number {
  if (type === '(closure)') return 2
  if (type.startsWith('(') || type.startsWith('system / ')) return 3
  return plain.has(type) ? 1 : 0
}
