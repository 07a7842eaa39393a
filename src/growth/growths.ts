import { type HeapGraph, type NodeIndex, nodeTypeNumber } from '../graph/heap-graph.js'
import { eachReferrer } from '../heap/references.js'
import { bornUnder, type Compared, type Leaked, longestRing, retainedSinceBirth } from './born.js'
import { steps } from './routes.js'

/** Objects that were born in every interval of the series, stayed, and are held by the same old objects. */
export interface Growth {
  /** The objects older than the series that hold them. More than one when each stands in several registries. */
  readonly holders: readonly NodeIndex[]
  /** Routes of the old objects between the holders and what was born: the cells of a list that grows at its end. */
  readonly between: ReadonlySet<number>
  readonly leaked: Omit<Leaked, 'example'> & { readonly example: NodeIndex }
  /** By heap: bytes the holders keep. */
  readonly kept: readonly number[]
  /** By interval: bytes born in it that are still there. */
  readonly bornBytes: readonly number[]
  /** Most bytes the holders had in one of the heaps and let go of before the last. */
  readonly released: number
}

const synthetic = nodeTypeNumber('synthetic')

/** All growth in a series, in no particular order. */
export function growths(graph: HeapGraph, compared: Compared): Growth[] {
  const { book, line } = compared
  const retained = retainedSinceBirth(compared)
  const groups: (Held & { readonly spot: Spot })[] = []
  const groupOfTop = new Uint32Array(book.id.length)
  for (const spot of spots(compared)) {
    for (const held of byHolders(graph, compared, spot.tops, retained)) {
      groups.push({ ...held, spot })
      for (const top of held.tops) groupOfTop[top] = groups.length
    }
  }
  const born = bornUnder(graph, compared, retained, groupOfTop, groups.length)
  return groups.flatMap(({ holders, spot }, group) => {
    const { bytes: bornBytes, leaked } = born[group + 1] ?? {}
    if (bornBytes === undefined || leaked === undefined) return []
    // V8's table of strings: whoever made one is found where it is kept.
    if (leaked.type.endsWith('string)') && holders.every(node => graph.nodeType[node] === synthetic)) return []
    const kept = line.kept.map(bytes => sum(spot.anchors, bytes))
    if (!rises(kept, bornBytes)) return []
    const heads = holders.map(node => headOf(compared, node))
    return {
      holders: [...new Set(heads.map(({ head }) => head))],
      between: new Set(heads.flatMap(({ between }) => between)),
      leaked: { ...leaked, example: book.node[leaked.example]! },
      kept,
      bornBytes,
      released: Math.max(...line.gone.map(bytes => sum(spot.anchors, bytes))),
    }
  })
}

/**
 * New cells of a list hang on old ones, but what holds the list is above its first cell: where a holder and what holds it are on one
 * route, the holder is part of a structure that repeats. Between two cells may be more: a closure, its scope.
 */
function headOf({ book, line, routeOf }: Compared, node: NodeIndex): { head: NodeIndex; between: number[] } {
  const route = (entry: number): number => routeOf[book.node[entry]!]!
  let entry = book.entryOf[node]!
  const ring = [entry]
  for (let at = book.holder[entry]!; route(at) !== route(entry); at = book.holder[at]!) {
    if (at === 0 || line.birth[at] !== 0 || ring.length === longestRing) return { head: node, between: [route(entry)] }
    ring.push(at)
  }
  const routes = new Set(ring.map(route))
  const likenesses = new Set(ring.map(at => book.likeness[at]))
  const above = (): number => book.holder[entry]!
  while (above() !== 0 && routes.has(route(above()))) entry = above()
  if (above() !== 0) entry = above()
  // The first cell may be held under a name of its own (`queue.first`).
  if (above() !== 0 && likenesses.has(book.likeness[entry])) {
    routes.add(route(entry))
    entry = above()
  }
  return { head: book.node[entry]!, between: [...routes] }
}

/** Whether the holders gained, in every interval, a good part of what was born in it: a full cache gains nothing. */
const rises = (kept: readonly number[], bornBytes: readonly number[]): boolean =>
  bornBytes.every((born, interval) => born > 0 && kept[interval + 1]! - kept[interval]! >= 0.25 * born)

const sum = (anchors: readonly number[], bytes: Float64Array): number =>
  anchors.reduce((total, anchor) => total + bytes[anchor]!, 0)

interface Spot {
  readonly anchors: number[]
  /** What was born since the first heap and stands directly under one of the anchors. */
  readonly tops: number[]
}

/** Anchors that hold something new, those on the same route together: fifty tenants' caches are one place in the program. */
function spots({ book, line, routeOf }: Compared): Spot[] {
  const byRoute = new Map<number, Spot>()
  for (let entry = 1; entry < book.id.length; entry++) {
    const holder = book.holder[entry]!
    if (line.birth[entry] === 0 || line.birth[holder] !== 0) continue
    const route = routeOf[book.node[holder]!]!
    const spot = byRoute.get(route)
    if (spot === undefined) byRoute.set(route, { anchors: [], tops: [entry] })
    else spot.tops.push(entry)
  }
  // The anchors that shrank count as well: what moves from one to another is no growth.
  for (let entry = 0; entry < book.id.length; entry++) {
    if (line.birth[entry] === 0) byRoute.get(routeOf[book.node[entry]!]!)?.anchors.push(entry)
  }
  return [...byRoute.values()]
}

interface Held {
  readonly holders: readonly NodeIndex[]
  readonly tops: readonly number[]
  /** The one of the tops that retains most. */
  readonly top: number
}

/** Of many tops alike, so many are looked at one by one: the way to their holders costs a walk each. */
const sample = 400

/**
 * Tops told apart by who holds them, and under what name. The dominator is often the holder itself; where two registries hold the
 * same objects, it is only the last thing that both ways have in common, and the registries are found by going up from the objects.
 */
function byHolders(graph: HeapGraph, compared: Compared, tops: readonly number[], retained: Float64Array): Held[] {
  const { book, routeOf } = compared
  const holdersOf = ways(graph, compared)
  const groups = new Map<string, { holders: readonly NodeIndex[]; tops: number[]; top: number }>()
  const alike = new Map<string, { times: number; group: string }>()
  for (const top of tops) {
    const likeness = `${book.likeness[top]} ${routeOf[book.node[top]!]!}`
    const before = alike.get(likeness)
    let key = before?.group ?? ''
    let holders: readonly NodeIndex[] | undefined
    if (before === undefined || before.times < sample) {
      const held = holdersOf(top)
      key = [...new Set([...held].map(([holder, step]) => `${routeOf[holder]!}${step}`))].sort().join(' ')
      holders = [...held.keys()]
      alike.set(likeness, { times: (before?.times ?? 0) + 1, group: key })
    }
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { holders: holders!, tops: [top], top })
    else {
      group.tops.push(top)
      if (holders !== undefined && retained[top]! > retained[group.top]!) Object.assign(group, { top, holders })
    }
  }
  return [...groups.values()]
}

/** Holders, each with the step (`.items`, `->log`, `[]`) that leads from it towards the object asked about. */
type Holders = ReadonlyMap<NodeIndex, string>

/** More new objects than this on the way up are a structure (a ring of timers) whose parts all have the same holders. */
const structure = 100

/** Finds who, of the objects older than the series, holds a new one: directly, or through other new ones. */
function ways(graph: HeapGraph, { book, line }: Compared): (top: number) => Holders {
  const stepOf = steps(graph)
  const known = new Map<NodeIndex, Holders>()
  return top => {
    const start = book.node[top]!
    const dominator = book.node[book.holder[top]!]!
    const before = known.get(start)
    if (before !== undefined) return before
    const holders = new Map<NodeIndex, string>()
    const seen = new Set<NodeIndex>([start])
    for (const node of seen) {
      eachReferrer(graph, node, (referrer, first) => {
        const entry = book.entryOf[referrer]!
        if (book.node[entry] === referrer && line.birth[entry] !== 0) seen.add(referrer)
        else holders.set(book.node[entry]!, stepOf(referrer, first, book.node[entry] !== referrer)[0])
      })
      if (holders.has(dominator)) break
    }
    const step = holders.get(dominator)
    const found: Holders =
      step !== undefined ? new Map([[dominator, step]]) : holders.size > 0 ? holders : new Map([[dominator, '']])
    if (seen.size > structure) for (const node of seen) known.set(node, found)
    return found
  }
}
