import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { isV8InternalType, typeOf } from '../graph/types.js'
import { filling } from './filling.js'
import { type GroupPlace, nodesByGroup, placeOfGroup } from './group-place.js'
import { type Grouping, groupings } from './groupings.js'
import { type Growing, growing, type Totals } from './growing.js'
import type { LastHeap } from './last-heap.js'
import type { FindLongLived } from './long-lived.js'
import { rise } from './rise.js'
import type { SignatureTable } from './signature-table.js'
import { objectAbove } from './signatures.js'

/** Growth that no other growth explains, and where it is in the last heap. */
export interface GrowthPoint extends Growing {
  readonly where: GroupPlace
}

/**
 * Everything that grows over a series, each leak once: among a growing path and its continuations, the place where
 * objects accumulate. If paths change from heap to heap, by the ends of the paths, and finally by type alone, so that
 * no growth is missed.
 */
export function growthPoints(
  last: LastHeap,
  table: SignatureTable,
  totals: Totals,
  at: readonly number[],
  findLongLived: FindLongLived,
): GrowthPoint[] {
  const points: GrowthPoint[] = []
  // By signature: whether a point explains it.
  const covered = new Uint8Array(table.length)
  for (const grouping of groupings(table)) {
    const found = growing(grouping, table, totals, at, findLongLived).filter(
      one => grouping.by === 'path' || !isCovered(one, covered, totals, at),
    )
    if (grouping.by === 'path') addFilling(found, last, totals, at)
    const located = locate(
      last,
      table,
      totals,
      found.filter(one => isNamed(one, grouping, table)),
    )
    const chosen =
      grouping.by === 'path'
        ? withoutExplained(table, located)
        : withoutBelow(last, covered, located, grouping).map(point => gathered(last, table, point))
    points.push(...chosen)
    cover(table, covered, chosen)
  }
  return points
}

/** Adds the filling stores. Other growth at these signatures was too small to be reported. */
function addFilling(found: Growing[], last: LastHeap, totals: Totals, at: readonly number[]): void {
  const known = new Set(found.filter(({ isWorth }) => isWorth).flatMap(({ signatures }) => signatures))
  const more = filling(last, totals, at, known)
  const filled = new Set(more.flatMap(({ signatures }) => signatures))
  const rest = found.filter(({ signatures }) => !filled.has(signatures[0]!))
  found.splice(0, found.length, ...rest, ...more)
}

/** Strings, tables and the like are not reported by type alone: they are everywhere. */
const isNamed = ({ signatures }: Growing, { by }: Grouping, table: SignatureTable): boolean =>
  by !== 'type' || !/^\((?!closure\) .)|^system \/ |^scope of$/.test(table.text(table.type[signatures[0]!]!))

function locate(last: LastHeap, table: SignatureTable, { count }: Totals, found: readonly Growing[]): GrowthPoint[] {
  const { graph, paths } = last
  const groupOf = new Uint32Array(table.length)
  for (const [group, { signatures }] of found.entries()) {
    // A signature without more objects than at first is not where they accumulate, but an old table of the same type.
    const gaining = signatures.filter(one => count.at(-1)![one]! > count[0]![one]!)
    for (const one of gaining.length > 0 ? gaining : signatures) groupOf[one] = group + 1
  }
  const nodes = nodesByGroup(graph, paths, groupOf, found.length + 1)
  return found.flatMap((one, group) => {
    const where = placeOfGroup(graph, paths, nodes[group + 1]!)
    return where === undefined ? [] : { ...one, where: one.inPlace ? byStores(last, where) : where }
  })
}

/** For growth in place, shows the object with most entries. It represents all if it has less than half of them. */
function byStores({ paths, stores }: LastHeap, where: GroupPlace): GroupPlace {
  const used = new Map(where.nodes.map(node => [node, 0]))
  for (let at = 0; at < stores.node.length; at++) {
    const owner = paths.from[stores.node[at]!]!
    const before = used.get(owner)
    if (before !== undefined) used.set(owner, before + stores.used[at]!)
  }
  const [first, most] = [...used].reduce((a, b) => (b[1] > a[1] ? b : a))
  const all = [...used.values()].reduce((sum, one) => sum + one, 0)
  if (all === 0) return where
  const retainers = where.nodes.length
  return { ...where, first, second: undefined, retainers, most: most >= all / 2 ? retainers : 1 }
}

/** How many times a group is replaced by the retainers of its objects. */
const farthestUp = 3

/**
 * If each object has its own retainer, as the text of a message has the message, uses the retainers instead, if many of
 * them share one. The point then explains these, too.
 */
function gathered({ graph, paths }: LastHeap, table: SignatureTable, point: GrowthPoint): GrowthPoint {
  let { where } = point
  const signatures = new Set(point.signatures)
  for (let steps = 0; steps < farthestUp; steps++) {
    const { nodes, retainers, isChained, areAnchors } = where
    if (nodes.length < fewGathered || isChained || areAnchors || retainers < mostlyAlone * nodes.length) break
    const above = [...new Set(nodes.map(node => objectAbove(graph, paths, node)))].sort((a, b) => a - b)
    const found = placeOfGroup(graph, paths, above)
    if (found === undefined || above.some(node => paths.of[node] === 0 || paths.from[node] === node)) break
    where = found
    for (const one of [...signatures]) if (table.above[one] !== 0) signatures.add(table.above[one]!)
  }
  return { ...point, where, signatures: [...signatures] }
}

const fewGathered = 10
const mostlyAlone = 0.8

/** A growing path explains its continuations, unless these accumulate by themselves. */
function withoutExplained(table: SignatureTable, found: readonly GrowthPoint[]): GrowthPoint[] {
  const bySignature = new Map(found.map(point => [point.signatures[0]!, point]))
  const growsBelow = new Set(
    found.filter(({ inPlace }) => !inPlace).map(({ signatures }) => table.above[signatures[0]!]!),
  )
  const kept = found.filter(point => {
    const own = point.signatures[0]!
    // A table that grows with its entries.
    if (point.inPlace && growsBelow.has(own)) return false
    // Its entries are retained and counted elsewhere.
    if (
      point.inPlace &&
      /^Weak(?:Map|Set)$/.test(table.text(table.type[own]!)) &&
      found.some(({ inPlace }) => !inPlace)
    )
      return false
    for (let up = table.above[own]!; up !== 0; up = table.above[up]!) {
      const above = bySignature.get(up)
      if (above === undefined || above.inPlace) continue
      if (!accumulatesByItself(point, above)) return false
    }
    return true
  })
  return worthReporting(table, found, kept)
}

/** Drops points that gain too little to be reported and explain none that gains enough. */
function worthReporting(
  table: SignatureTable,
  found: readonly GrowthPoint[],
  kept: readonly GrowthPoint[],
): GrowthPoint[] {
  const explains = new Set<number>()
  const own = new Set(kept)
  for (const point of found) {
    if (!point.isWorth || own.has(point)) continue
    for (let up = table.above[point.signatures[0]!]!; up !== 0; up = table.above[up]!) explains.add(up)
  }
  return kept.filter(({ isWorth, signatures }) => isWorth || explains.has(signatures[0]!))
}

/**
 * Whether objects accumulate under few or old retainers, rather than come along with new ones: the lines of a tenant's
 * log accumulate, a Session's own cart does not.
 */
function accumulatesByItself(point: GrowthPoint, above: GrowthPoint): boolean {
  const { where, rise, count } = point
  const average = where.nodes.length / where.retainers
  if (where.most >= 0.5 * rise.gain && where.most >= 3 * average && where.most >= 10) return true
  if (above.rise.gain <= 0) return true
  const each = count.at(-1)! / Math.max(1, above.count.at(-1)!)
  return rise.gain / above.rise.gain > 2 * each
}

/** Whether most of a group's gain is in signatures that a point already explains. */
function isCovered(
  { signatures, rise: own }: Growing,
  covered: Uint8Array,
  { count }: Totals,
  at: readonly number[],
): boolean {
  const rest = signatures.filter(signature => covered[signature] === 0)
  if (rest.length === signatures.length) return false
  if (rest.length === 0) return true
  const left = count.map(column => rest.reduce((sum, signature) => sum + column[signature]!, 0))
  return rise(left, at).gain < own.gain / 2
}

/** The number of objects sampled. */
const sample = 200
/** The maximum number of steps up a path. */
const farthest = 12

/**
 * Drops groups whose objects are mostly retained by those of another growing group. By type alone, groups may retain
 * one another, like the nodes of a tree and the objects between them: then the class that gains most is kept.
 */
function withoutBelow(
  { graph, paths }: LastHeap,
  covered: Uint8Array,
  found: readonly GrowthPoint[],
  { by }: Grouping,
): GrowthPoint[] {
  const groupOf = new Map<number, number>()
  for (const [group, { signatures }] of found.entries()) for (const one of signatures) groupOf.set(one, group)
  /** The nearest other group above an object; none if another point explains it, `undefined` if there is nothing. */
  const groupAbove = (node: NodeIndex, own: number): number | undefined => {
    let at = node
    for (let steps = 0; steps < farthest; steps++) {
      const next = objectAbove(graph, paths, at)
      if (next === at) return undefined
      const group = groupOf.get(paths.of[next]!)
      if (group !== undefined && group !== own) return group
      if (covered[paths.of[next]!] === 1) return none
      at = next
    }
    return undefined
  }
  const above = found.map(({ where: { nodes } }, own) => {
    const looked = nodes.filter((_, i) => i % Math.ceil(nodes.length / sample) === 0)
    const groups = looked.flatMap(node => groupAbove(node, own) ?? [])
    return groups.length < 0.6 * looked.length ? undefined : mostCommon(groups)
  })
  const inRing = by === 'type' ? leftOfRings(graph, found, above) : new Set<number>()
  return found.filter((_, own) => above[own] === undefined || inRing.has(own))
}

const none = -1

function mostCommon(groups: readonly number[]): number {
  const times = new Map<number, number>()
  for (const group of groups) times.set(group, (times.get(group) ?? 0) + 1)
  return [...times].reduce((a, b) => (b[1] > a[1] ? b : a))[0]
}

/**
 * For each ring of groups, of which every one is below the next, the one to keep. `above` maps a group to the one above
 * it.
 */
function leftOfRings(
  graph: HeapGraph,
  found: readonly GrowthPoint[],
  above: readonly (number | undefined)[],
): ReadonlySet<number> {
  const left = new Set<number>()
  for (const start of found.keys()) {
    const ring: number[] = []
    let at = above[start]
    while (at !== undefined && at !== none && !ring.includes(at) && at !== start) {
      ring.push(at)
      at = above[at]
    }
    if (at !== start) continue
    const ofClasses = [start, ...ring].filter(one => isClass(typeOf(graph, found[one]!.where.first)))
    ofClasses.sort((a, b) => found[b]!.rise.gain - found[a]!.rise.gain || a - b)
    if (ofClasses[0] !== undefined) left.add(ofClasses[0])
  }
  return left
}

/** A plain object or array is not a class: nested data has them at every level. */
const isClass = (type: string): boolean =>
  !isV8InternalType(type) && !/^(?:Object|Array|Map|Set|Promise|Generator)$/.test(type)

function cover(table: SignatureTable, covered: Uint8Array, points: readonly GrowthPoint[]): void {
  for (const { signatures } of points) for (const one of signatures) covered[one] = 1
  for (let at = 1; at < covered.length; at++) if (covered[table.above[at]!] === 1) covered[at] = 1
}
