import { edgeNameOf, type HeapGraph, type NodeIndex } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import type { CoRetainers } from './co-retainers.js'
import type { GrowthPoint } from './growth-points.js'
import type { LastHeap } from './last-heap.js'
import type { Leaked } from './leaked-type.js'
import { noEdge, objectAbove, type Signatures } from './signatures.js'

/** A growth point with the type it leaks. */
export interface LeakingPoint {
  /** Its number among the growth points, from 1. */
  readonly number: number
  readonly point: GrowthPoint
  readonly leaked: Leaked
  readonly co: CoRetainers
}

/** The share of the growth that two points must have in common to be one leak. */
const minShared = 0.25

/** Joins points whose objects are the same, or retain one another one by one. The most meaningful comes first. */
export function joined(
  { graph, paths }: LastHeap,
  found: readonly LeakingPoint[],
): [LeakingPoint, ...LeakingPoint[]][] {
  const isOne = (a: LeakingPoint, b: LeakingPoint): boolean => gainAlike(a, b, oftenAlike)
  const groupOf = found.map((_, i) => i)
  const rootOf = (i: number): number => (groupOf[i] === i ? i : rootOf(groupOf[i]!))
  for (const [i, one] of found.entries()) {
    for (const point of one.co.points) {
      const other = found[point - 1]!
      // Two leaks may share a small part, such as a name, which does not make them one.
      const isMuch = one.point.gained >= minShared * other.point.gained
      if (isMuch && isOne(one, other)) groupOf[rootOf(point - 1)] = rootOf(i)
    }
    const events = eventsOf(graph, paths, one.point.where.retainer)
    for (const [k, other] of found.slice(0, i).entries()) {
      const { retainer } = other.point.where
      // The keys and values of a Map, or the two functions of a reaction: what one object gains is one leak.
      const isSame = gaining(other) === gaining(one) || areListsAlike(graph, paths, one, other)
      // A stream piped into another listens to several of its events.
      const isEmitters = events !== undefined && events === eventsOf(graph, paths, retainer) && isOne(one, other)
      // A Map that indexes the objects of another registry.
      const isIndex =
        isOne(one, other) && (one.co.registries.includes(retainer) || other.co.registries.includes(gaining(one)))
      if (isSame || isEmitters || isIndex || areOfOne(graph, paths, one, other)) groupOf[rootOf(k)] = rootOf(i)
    }
  }
  for (const many of dictionaries(graph, paths, found)) for (const i of many) groupOf[rootOf(i)] = rootOf(many[0]!)
  const groups = new Map<number, LeakingPoint[]>()
  for (const [i, one] of found.entries()) groups.set(rootOf(i), [...(groups.get(rootOf(i)) ?? []), one])
  return [...groups.values()].map(group => {
    group.sort((a, b) => a.leaked.rank - b.leaked.rank || b.point.gained - a.point.gained)
    return eventsInOrder(graph, paths, group) as [LeakingPoint, ...LeakingPoint[]]
  })
}

/**
 * Sorts an emitter's events with equal gains by name, for the same order in every run: which gained a few more bytes is
 * chance.
 */
function eventsInOrder(graph: HeapGraph, paths: Signatures, group: readonly LeakingPoint[]): LeakingPoint[] {
  const main = group[0]!
  const events = eventsOf(graph, paths, main.point.where.retainer)
  const nameOf = ({ point }: LeakingPoint): string => edgeNameOf(graph, paths.edge[point.where.retainer]!)
  const alike = group.filter(
    one =>
      events !== undefined &&
      one.leaked.rank === main.leaked.rank &&
      eventsOf(graph, paths, one.point.where.retainer) === events,
  )
  alike.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  return [...alike, ...group.filter(one => !alike.includes(one))]
}

/** The object that gains: for growth in place the growing object, so that two variables of one scope are two. */
const gaining = ({ point: { inPlace, where } }: LeakingPoint): NodeIndex => (inPlace ? where.first : where.retainer)

/**
/**
 * Whether both are lists of the same cells: doubly linked lists of many keys, each reached from both ends, or a ring that two variables
 * refer to.
 */
function areListsAlike(graph: HeapGraph, paths: Signatures, one: LeakingPoint, other: LeakingPoint): boolean {
  const [own, others] = [one.point.where, other.point.where]
  if (!own.isChained || !others.isChained || typeOf(graph, own.first) !== typeOf(graph, others.first)) return false
  const areOfMany = own.retainers > 1 && others.retainers > 1 && paths.of[own.retainer] === paths.of[others.retainer]
  return areOfMany || areLinked(graph, own.nodes, cellsOf(graph, paths, others))
}

/** The cells of a list, including the first ones, which have paths of their own. */
function cellsOf(graph: HeapGraph, paths: Signatures, { nodes, first }: GrowthPoint['where']): ReadonlySet<NodeIndex> {
  const cells = new Set(nodes)
  for (let at = objectAbove(graph, paths, first); typeOf(graph, at) === typeOf(graph, first) && !cells.has(at); ) {
    cells.add(at)
    at = objectAbove(graph, paths, at)
  }
  return cells
}

function areLinked(graph: HeapGraph, own: readonly NodeIndex[], others: ReadonlySet<NodeIndex>): boolean {
  return own.some(node => {
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
      if (others.has(graph.edgeTo[edge]!)) return true
    return false
  })
}

/**
 * Whether both gain equally in fields of one object: a cache may have its keys in one array, its values in another, and
 * typed arrays of times.
 */
function areOfOne(graph: HeapGraph, paths: Signatures, one: LeakingPoint, other: LeakingPoint): boolean {
  const owner = ownerOf(graph, paths, one)
  if (owner === undefined || owner !== ownerOf(graph, paths, other)) return false
  if (one.point.rise.isLevelling !== other.point.rise.isLevelling || one.point.isHidden !== other.point.isHidden)
    return false
  // Two stores that fill with numbers may be two leaks: only gained objects show that entries are added together.
  if (one.point.inPlace && other.point.inPlace) return false
  const [filling, gaining] = one.point.inPlace ? [one, other] : [other, one]
  if (filling.point.inPlace) return filling.point.gained <= gaining.point.gained
  return gainAlike(one, other, minAlike)
}

/** The ratio of gains above which entries are added together. */
const minAlike = 0.95

/** The ratio of gains above which two points may be two views of one leak. */
const oftenAlike = 0.75

/** Whether the smaller gain is at least this share of the larger one. */
function gainAlike(one: LeakingPoint, other: LeakingPoint, share: number): boolean {
  const [less, more] = [one, other].map(({ point }) => point.rise.gain).sort((a, b) => a - b)
  return less! >= share * more!
}

/** The class instance in whose field a growth point gains. */
function ownerOf(graph: HeapGraph, paths: Signatures, { point }: LeakingPoint): NodeIndex | undefined {
  const { isChained, areAnchors } = point.where
  const container = point.inPlace ? point.where.first : point.where.retainer
  if (isChained || areAnchors || !/^(?:Array|Map|Set|\w+Array)$/.test(typeOf(graph, container))) return undefined
  const owner = objectAbove(graph, paths, container)
  return owner === container || /^(?:Object|Array|Map|Set|Module|Function)$|^\(|^system /.test(typeOf(graph, owner))
    ? undefined
    : owner
}

/** With this many siblings, they are reported together; fewer are reported one by one. */
export const minSiblings = 3

/**
 * Groups of growth points whose retainers are entries of one plain object and have one type: requests by tenant,
 * samples by route.
 */
function dictionaries(graph: HeapGraph, paths: Signatures, found: readonly LeakingPoint[]): number[][] {
  const byKind = new Map<string, number[]>()
  for (const [i, one] of found.entries()) {
    const dictionary = dictionaryOf(graph, paths, one)
    if (dictionary === undefined) continue
    const key = `${dictionary} ${typeOf(graph, one.point.where.retainer)} ${one.leaked.type}`
    byKind.set(key, [...(byKind.get(key) ?? []), i])
  }
  return [...byKind.values()].filter(({ length }) => length >= minSiblings)
}

/** The plain object of which a retainer is an entry; `undefined` if there is none. */
export function dictionaryOf(graph: HeapGraph, paths: Signatures, { point }: LeakingPoint): NodeIndex | undefined {
  const { retainer, isChained, areAnchors } = point.where
  if (point.inPlace || isChained || areAnchors || !/^(?:Array|Map|Set|Object)$/.test(typeOf(graph, retainer)))
    return undefined
  const above = objectAbove(graph, paths, retainer)
  return above !== retainer && typeOf(graph, above) === 'Object' ? above : undefined
}

/** An emitter's listeners by event, if the retainer is the list for one of its events. */
function eventsOf(graph: HeapGraph, paths: Signatures, retainer: NodeIndex): NodeIndex | undefined {
  const events = objectAbove(graph, paths, retainer)
  const edge = paths.edge[events]!
  return edge !== noEdge && edgeNameOf(graph, edge) === '_events' ? events : undefined
}

/**
 * How many more of the same objects the retainer gains by another path: a doubly linked list is reached from its head
 * and from its tail, each up to the middle.
 */
export function otherSide(
  { graph }: LastHeap,
  { point, leaked }: LeakingPoint,
  others: readonly LeakingPoint[],
): number {
  const { retainer, first, isChained } = point.where
  // The functions of a promise's reactions lead to the promises beside them, which are the same objects. Objects that
  // another growth point already covers are not counted again.
  const counted = new Set(point.where.nodes)
  const same = others.filter(({ leaked: { type }, point: { where, inPlace } }) => {
    const isOther =
      type === leaked.type &&
      (where.retainer === retainer || (isChained && where.isChained)) &&
      typeOf(graph, where.first) === typeOf(graph, first) &&
      !inPlace &&
      !counted.has(where.first)
    if (isOther) for (const node of where.nodes) counted.add(node)
    return isOther
  })
  return same.reduce((sum, { leaked }) => sum + Math.max(0, leaked.gain), 0)
}
