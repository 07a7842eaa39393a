import { type EdgeIndex, edgeNameOf, type HeapGraph, type NodeIndex } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { isBetween } from '../heap/v8/machinery.js'
import { givenNames } from '../paths/named-in-source.js'
import type { Hop } from '../paths/retaining-paths.js'
import { gainByChance, isAllLate, isGoneAtLast, isOfOthers } from './by-chance.js'
import { type CoRetainers, coRetainers, pointsBySignature } from './co-retainers.js'
import { mayBeSwept, type Pending, waitsForFinalizers } from './finalizers.js'
import type { Totals } from './growing.js'
import type { GrowthPoint } from './growth-points.js'
import type { LastHeap } from './last-heap.js'
import { type Leaked, leakedType } from './leaked-type.js'
import { fillsRing } from './ring.js'
import type { SignatureTable } from './signature-table.js'
import { noEdge, objectAbove, type Signatures } from './signatures.js'
import { isPartOfString } from './step-words.js'
import { retainingPathOf } from './suspects/retaining-path.js'
import type { Candidate } from './suspects/suspects-of.js'
import type { Turnover } from './turnover.js'
import type { Stayed } from './who-stayed.js'

/** More retainers than this of the same objects are not listed one by one. */
const mostRetainers = 4

/** Of what grows in two places, so much must be what they share, for them to be one leak. */
const leastShared = 0.25

/** So many objects from heap to heap are the fewest that a suspect gains: one, or now and then none. */
const fewestEach = 0.75

interface Named {
  /** Its place among the growth points, counted from 1. */
  readonly number: number
  readonly point: GrowthPoint
  readonly leaked: Leaked
  readonly co: CoRetainers
}

/** What is known of a series as a whole. */
interface Series {
  /** The moment of each heap. */
  readonly at: readonly number[]
  /** Who stayed, where ids may be compared. */
  readonly stayed: Stayed | undefined
  /** What is gone since the first heap, where objects can be distinguished. */
  readonly turnover: Turnover | undefined
  /** How many objects wait for a finalizer. */
  readonly pending: Pending
}

/** What grows, as candidates: growth points that are one leak seen from several sides are one candidate. */
export function suspectCandidates(
  heap: Heap,
  last: LastHeap,
  table: SignatureTable,
  totals: Totals,
  points: readonly GrowthPoint[],
  series: Series,
): Candidate[] {
  const pointOf = pointsBySignature(table, points)
  const found = points.map((point, own): Named => {
    const leaked = leakedType(last, table, totals, point, series.at)
    const { nodes, retainer } = point.where
    return { number: own + 1, point, leaked, co: coRetainers(last, own + 1, nodes, retainer, pointOf) }
  })
  return joined(last, found).map(([main, ...others]) => {
    const candidate = candidateOf(heap, last, table, main, others, series)
    const isBounded = fillsRing(last, totals, main.point) || fillToBound(last, main.point)
    // What fills a store made for so many is as bounded as what grows less and less.
    return isBounded ? { ...candidate, evidence: { ...candidate.evidence, levelling: true } } : candidate
  })
}

/** Whether stores fill of which some are full, and none has more than those. */
const fillToBound = ({ paths, history }: LastHeap, { inPlace, where }: GrowthPoint): boolean =>
  inPlace && history.of(paths.of[where.first]!)?.areBounded === true

/** Points whose objects are the same, or retain one another one by one, together: the one that says most first. */
function joined({ graph, paths }: LastHeap, found: readonly Named[]): [Named, ...Named[]][] {
  const isOne = (a: Named, b: Named): boolean => {
    const [more, less] = [a, b].map(({ point }) => point.rise.gain).sort((x, y) => y - x)
    return less! >= 0.75 * more!
  }
  const groupOf = found.map((_, i) => i)
  const rootOf = (i: number): number => (groupOf[i] === i ? i : rootOf(groupOf[i]!))
  for (const [i, one] of found.entries()) {
    for (const point of one.co.points) {
      const other = found[point - 1]!
      // Two leaks may have a name in common: it is not what either is about.
      const isMuch = one.point.gained >= leastShared * other.point.gained
      if (isMuch && isOne(one, other)) groupOf[rootOf(point - 1)] = rootOf(i)
    }
    const events = eventsOf(graph, paths, one.point.where.retainer)
    for (const [k, other] of found.slice(0, i).entries()) {
      const { retainer } = other.point.where
      // The keys and the values of a Map, the two functions of each reaction: what one object gains is one leak.
      const isSame = gaining(other) === gaining(one)
      // A stream that is piped into another listens to several of its events.
      const isEmitters = events !== undefined && events === eventsOf(graph, paths, retainer) && isOne(one, other)
      // A Map has the objects of another registry, by keys of its own.
      const isIndex =
        isOne(one, other) && (one.co.registries.includes(retainer) || other.co.registries.includes(gaining(one)))
      if (isSame || isEmitters || isIndex || areOfOne(graph, paths, one, other)) groupOf[rootOf(k)] = rootOf(i)
    }
  }
  for (const many of dictionaries(graph, paths, found)) for (const i of many) groupOf[rootOf(i)] = rootOf(many[0]!)
  const groups = new Map<number, Named[]>()
  for (const [i, one] of found.entries()) groups.set(rootOf(i), [...(groups.get(rootOf(i)) ?? []), one])
  return [...groups.values()].map(
    group =>
      group.sort((a, b) => a.leaked.rank - b.leaked.rank || b.point.gained - a.point.gained) as [Named, ...Named[]],
  )
}

/** The object that gains: of what grows in place it is that, and two variables of one scope are two. */
const gaining = ({ point: { inPlace, where } }: Named): NodeIndex => (inPlace ? where.first : where.retainer)

/**
 * Whether both gain in fields of one object, as much in each: a cache has its keys in one array, the values in another, and typed arrays of
 * times for all of them.
 */
function areOfOne(graph: HeapGraph, paths: Signatures, one: Named, other: Named): boolean {
  const owner = ownerOf(graph, paths, one)
  if (owner === undefined || owner !== ownerOf(graph, paths, other)) return false
  if (one.point.rise.isLevelling !== other.point.rise.isLevelling || one.point.isHidden !== other.point.isHidden)
    return false
  if (one.point.inPlace && other.point.inPlace) return true
  const [filling, gaining] = one.point.inPlace ? [one, other] : [other, one]
  if (filling.point.inPlace) return filling.point.gained <= gaining.point.gained
  const [less, more] = [one, other].map(({ point }) => point.rise.gain).sort((a, b) => a - b)
  return less! >= leastAlike * more!
}

/** Of entries that come together all have about as many. */
const leastAlike = 0.95

/** The object of a class in a field of which a growth point gains. */
function ownerOf(graph: HeapGraph, paths: Signatures, { point }: Named): NodeIndex | undefined {
  const { isChained, areAnchors } = point.where
  const container = point.inPlace ? point.where.first : point.where.retainer
  if (isChained || areAnchors || !/^(?:Array|Map|Set|\w+Array)$/.test(typeOf(graph, container))) return undefined
  const owner = objectAbove(graph, paths, container)
  return owner === container || /^(?:Object|Array|Map|Set|Module|Function)$|^\(|^system /.test(typeOf(graph, owner))
    ? undefined
    : owner
}

/** So few are said one by one. */
const fewestSiblings = 3

/** The places of growth points whose retainers are entries of one plain object, all of one type: requests by tenant, samples by route. */
function dictionaries(graph: HeapGraph, paths: Signatures, found: readonly Named[]): number[][] {
  const byKind = new Map<string, number[]>()
  for (const [i, one] of found.entries()) {
    const dictionary = dictionaryOf(graph, paths, one)
    if (dictionary === undefined) continue
    const key = `${dictionary} ${typeOf(graph, one.point.where.retainer)} ${one.leaked.type}`
    byKind.set(key, [...(byKind.get(key) ?? []), i])
  }
  return [...byKind.values()].filter(({ length }) => length >= fewestSiblings)
}

/** The plain object that a retainer is an entry of; `undefined` where it is none. */
function dictionaryOf(graph: HeapGraph, paths: Signatures, { point }: Named): NodeIndex | undefined {
  const { retainer, isChained, areAnchors } = point.where
  if (point.inPlace || isChained || areAnchors || !/^(?:Array|Map|Set|Object)$/.test(typeOf(graph, retainer)))
    return undefined
  const above = objectAbove(graph, paths, retainer)
  return above !== retainer && typeOf(graph, above) === 'Object' ? above : undefined
}

/** The listeners of an emitter by event, where a retainer is those of one of its events. */
function eventsOf(graph: HeapGraph, paths: Signatures, retainer: NodeIndex): NodeIndex | undefined {
  const events = objectAbove(graph, paths, retainer)
  const edge = paths.edge[events]!
  return edge !== noEdge && edgeNameOf(graph, edge) === '_events' ? events : undefined
}

function candidateOf(
  heap: Heap,
  last: LastHeap,
  table: SignatureTable,
  main: Named,
  others: readonly Named[],
  { at, stayed, turnover, pending }: Series,
): Candidate {
  const { point, leaked, co } = main
  const { rise, bytes } = point
  // Maps in Maps that get larger are no list, whatever leads to each; the parts of a text are.
  const isText = typeOf(last.graph, point.where.first).endsWith('string)')
  const isList = point.where.isChained && (isText || !point.inPlace)
  const where = { ...point.where, isChained: isList }
  const { example } = leaked
  const way = point.inPlace ? ([{ node: example }] as [Hop]) : wayTo(last.paths, heap, where.retainer, example)
  const shown = where.isChained ? upToSecond(heap, way, leaked.type) : way
  // The order of retainers is another in every heap; the fingerprint goes by the first.
  // What the objects themselves retain grows with them, and frees none of them.
  const dictionary = dictionaryOf(last.graph, last.paths, main)
  const siblings = others.filter(
    other =>
      dictionary !== undefined &&
      other.point.where.retainer !== where.retainer &&
      other.leaked.type === leaked.type &&
      dictionaryOf(last.graph, last.paths, other) === dictionary,
  )
  const retaining = others.filter(other => co.points.has(other.number) && !siblings.includes(other))
  const grown = others.filter(other => !co.points.has(other.number) && !siblings.includes(other))
  const registries = [...co.registries, ...retaining.map(({ point }) => point.where.retainer)]
    .filter((node, i, all) => node !== where.retainer && all.indexOf(node) === i)
    .slice(0, mostRetainers - 1)
  const companions = grown
    .filter(
      ({
        point: {
          where: { retainer },
        },
      }) => retainer !== where.retainer && !registries.includes(retainer),
    )
    .slice(0, mostRetainers - 1)
  const count = [main, ...siblings].reduce((sum, { leaked }) => sum + leaked.gain, otherSide(heap, main, others))
  const gained = point.gained + others.reduce((sum, { point }) => sum + Math.max(0, point.gained), 0)
  const evidence = stayed?.of(point.signatures, at)
  const born = leaked.count.slice(1).map((count, i) => Math.round(count - leaked.count[i]!))
  // A text that is added to is one, of ever more parts.
  const isInPlace = point.inPlace || isPartOfString(table, point.signatures[0]!)
  const byChance = gainByChance(last, point, turnover, stayed !== undefined)
  const isSure = point.longLived?.isSure
  const isFew = (point.inPlace ? point.gained : point.rise.gain) <= byChance
  // Less than one from heap to heap is what is named of a growth, not the growth.
  const isScarce = !isInPlace && count < fewestEach * (at.length - 1)
  // By ids it is known whether those that came are still there.
  const mayBeChance =
    isFew ||
    isScarce ||
    point.isUnclear ||
    (point.isHidden && !isSure) ||
    (stayed === undefined && !isSure && (isGoneAtLast(point) || isAllLate(point))) ||
    (!isSure && isOfOthers(last, point, turnover, at)) ||
    (stayed !== undefined && evidence === undefined && !isSure && !point.inPlace)
  const { graph } = heap
  const waits =
    waitsForFinalizers(graph, where.nodes, leaked.gain, pending) ||
    // V8's own snapshots collect garbage in the process.
    (stayed === undefined && mayBeSwept(graph, where.nodes))
  return {
    paths: [
      retainingPathOf(heap, shown, { ...where, siblings: co.siblings }),
      ...registries.map(node =>
        retainingPathOf(heap, [{ node }, { node: example }] as [Hop, ...Hop[]], { ...where, areAnchors: false }),
      ),
    ],
    ...(siblings.length + 1 >= fewestSiblings ? { isOfMany: true } : {}),
    companions: companions.map(({ point, leaked }) =>
      retainingPathOf(heap, wayTo(last.paths, heap, point.where.retainer, leaked.example), point.where),
    ),
    leaked: { type: leaked.type, bytes: Math.round(gained), count: isInPlace ? 0 : Math.round(count) },
    alias: typeOf(heap.graph, where.first) === leaked.type ? givenNames(heap.graph, leaked.type, where.nodes) : [],
    evidence: {
      by: stayed === undefined ? 'path' : 'identity',
      born,
      bornBytes: bytes.slice(1).map((now, i) => now - bytes[i]!),
      kept: bytes,
      alongPath: leaked.count,
      ...(point.isHidden ? { longLived: point.longLived!.count.map(Math.round) } : {}),
      levelling: rise.isLevelling,
      ...(point.inPlace && leaps(bytes) ? { leaps: true } : {}),
      ...(mayBeChance ? { withinChance: true } : {}),
      ...(waits ? { waits } : {}),
    },
  }
}

/** V8 makes a store that is full at least so many times as large. */
const leap = 1.4

/** Whether the last change of readings is one by which a store grows that was full: until it is full again, it is level. */
function leaps(bytes: readonly number[]): boolean {
  const last = bytes.findLastIndex((now, at) => at > 0 && now !== bytes[at - 1])
  return last > 0 && bytes[last]! >= leap * bytes[last - 1]!
}

/**
 * How many more of the same the retainer gains by another path: a list linked both ways is reached from its head and from its tail, each to
 * the middle.
 */
function otherSide({ graph }: Heap, { point, leaked }: Named, others: readonly Named[]): number {
  const { retainer, first } = point.where
  // The functions of a promise's reactions lead to the promises that stand beside them: those are the same.
  // Nor are those others that other growth has gathered at: each is counted once.
  const counted = new Set(point.where.nodes)
  const same = others.filter(({ leaked: { type }, point: { where, inPlace } }) => {
    const isOther =
      type === leaked.type &&
      where.retainer === retainer &&
      typeOf(graph, where.first) === typeOf(graph, first) &&
      !inPlace &&
      !counted.has(where.first)
    if (isOther) for (const node of where.nodes) counted.add(node)
    return isOther
  })
  return same.reduce((sum, { leaked }) => sum + Math.max(0, leaked.gain), 0)
}

/** The path from a retainer to an object below it; only the two where the path does not pass the retainer. */
function wayTo(paths: Signatures, { graph }: Heap, retainer: NodeIndex, example: NodeIndex): [Hop, ...Hop[]] {
  const edges: number[] = []
  let at = example
  while (at !== retainer && paths.edge[at] !== noEdge) {
    edges.push(paths.edge[at]!)
    at = paths.from[at]!
  }
  if (at !== retainer) return [{ node: retainer }, { node: example }]
  return throughTables(graph, retainer, edges.reverse())
}

/** A path as people see it: V8's tables and cells are read through. A closure's scope stays, as it may be what links a list. */
function throughTables(graph: HeapGraph, start: NodeIndex, edges: readonly EdgeIndex[]): [Hop, ...Hop[]] {
  const hops: [Hop, ...Hop[]] = [{ node: start }]
  let first: EdgeIndex | undefined
  let via = start
  for (const [at, edge] of edges.entries()) {
    const node = graph.edgeTo[edge]!
    const isTable = isBetween(graph, node) && at < edges.length - 1
    if (!isTable) hops.push({ node, first: first ?? edge, last: edge, via })
    first = isTable ? (first ?? edge) : undefined
    via = node
  }
  return hops
}

/** One behind another is seen with the first two cells of a list. */
function upToSecond({ graph }: Heap, way: readonly [Hop, ...Hop[]], type: string): [Hop, ...Hop[]] {
  const cells = way.filter(({ node }, at) => at > 0 && typeOf(graph, node) === type)
  const [retainer, ...hops] = way
  return [retainer, ...(cells[1] === undefined ? hops : hops.slice(0, hops.indexOf(cells[1]) + 1))]
}
