import type { NodeIndex } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { givenNames } from '../paths/named-in-source.js'
import type { Hop } from '../paths/retaining-paths.js'
import { pathTo, upToSecond } from './below-retainer.js'
import { gainByChance, isAllLate, isGoneAtLast, isOfOthers } from './by-chance.js'
import { coRetainers, pointsBySignature } from './co-retainers.js'
import { mayBeSwept, type Pending, waitsForFinalizers } from './finalizers.js'
import type { Totals } from './growing.js'
import type { GrowthPoint } from './growth-points.js'
import type { LastHeap } from './last-heap.js'
import { leakedType } from './leaked-type.js'
import { dictionaryOf, fewestSiblings, joined, type LeakingPoint, otherSide } from './one-leak.js'
import { fillsRing } from './ring.js'
import type { SignatureTable } from './signature-table.js'
import { isPartOfString } from './step-words.js'
import { retainingPathOf } from './suspects/retaining-path.js'
import type { Candidate } from './suspects/suspects-of.js'
import type { Turnover } from './turnover.js'
import type { Stayed } from './who-stayed.js'

/** More retainers than this of the same objects are not listed one by one. */
const mostRetainers = 4

/** So many objects from heap to heap are the fewest that a suspect gains: one, or now and then none. */
const fewestEach = 0.75

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
  const found = points.map((point, own): LeakingPoint => {
    const leaked = leakedType(last, table, totals, point, series.at, one => pointOf[one] === own + 1)
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

function candidateOf(
  heap: Heap,
  last: LastHeap,
  table: SignatureTable,
  main: LeakingPoint,
  others: readonly LeakingPoint[],
  series: Series,
): Candidate {
  const { point, leaked, co } = main
  const { rise, bytes } = point
  const { graph } = last
  // Maps in Maps that get larger are no list, whatever leads to each; the parts of a text are.
  const isText = typeOf(graph, point.where.first).endsWith('string)')
  const where = { ...point.where, isChained: point.where.isChained && (isText || !point.inPlace) }
  const { example } = leaked
  const path = point.inPlace ? ([{ node: example }] as [Hop]) : pathTo(last, where.retainer, example)
  const shown = where.isChained ? upToSecond(last, path, leaked.type) : path
  const { siblings, registries, companions } = besides(last, main, others)
  const count = [main, ...siblings].reduce((sum, { leaked }) => sum + leaked.gain, otherSide(last, main, others))
  const gained = point.gained + others.reduce((sum, { point }) => sum + Math.max(0, point.gained), 0)
  const born = leaked.count.slice(1).map((count, i) => Math.round(count - leaked.count[i]!))
  // A text that is added to is one, of ever more parts.
  const isInPlace = point.inPlace || isPartOfString(table, point.signatures[0]!)
  // Less than one from heap to heap is what is named of a growth, not the growth.
  const isScarce = !isInPlace && count < fewestEach * (series.at.length - 1)
  const { stayed, pending } = series
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
      retainingPathOf(heap, pathTo(last, point.where.retainer, leaked.example), point.where),
    ),
    leaked: { type: leaked.type, bytes: Math.round(gained), count: isInPlace ? 0 : Math.round(count) },
    alias: typeOf(graph, where.first) === leaked.type ? givenNames(graph, leaked.type, where.nodes) : [],
    evidence: {
      by: stayed === undefined ? 'path' : 'identity',
      born,
      bornBytes: bytes.slice(1).map((now, i) => now - bytes[i]!),
      kept: bytes,
      alongPath: leaked.count,
      ...(point.isHidden ? { longLived: point.longLived!.count.map(Math.round) } : {}),
      levelling: rise.isLevelling,
      ...(rise.isSlowing && !rise.isLevelling ? { slowing: true } : {}),
      ...(point.inPlace && leaps(bytes) ? { leaps: true } : {}),
      ...(isScarce || mayBeChance(last, point, series) ? { withinChance: true } : {}),
      ...(waits ? { waits } : {}),
    },
  }
}

/** What a candidate consists of besides its main growth point. */
interface Besides {
  /** Entries of the same plain object, which gain the same type. */
  readonly siblings: readonly LeakingPoint[]
  /** What retains the same objects. */
  readonly registries: readonly NodeIndex[]
  /** What else gains with it. */
  readonly companions: readonly LeakingPoint[]
}

function besides({ graph, paths }: LastHeap, main: LeakingPoint, others: readonly LeakingPoint[]): Besides {
  const { co, leaked } = main
  const { retainer } = main.point.where
  const retainerOf = ({ point }: LeakingPoint): NodeIndex => point.where.retainer
  const dictionary = dictionaryOf(graph, paths, main)
  const siblings = others.filter(
    other =>
      dictionary !== undefined &&
      retainerOf(other) !== retainer &&
      other.leaked.type === leaked.type &&
      dictionaryOf(graph, paths, other) === dictionary,
  )
  const rest = others.filter(other => !siblings.includes(other))
  // The order of retainers is another in every heap; the fingerprint goes by the first.
  // What the objects themselves retain grows with them, and frees none of them.
  const registries = [...co.registries, ...rest.filter(({ number }) => co.points.has(number)).map(retainerOf)]
    .filter((node, i, all) => node !== retainer && all.indexOf(node) === i)
    .slice(0, mostRetainers - 1)
  const companions = rest
    .filter(other => !co.points.has(other.number))
    .filter(other => retainerOf(other) !== retainer && !registries.includes(retainerOf(other)))
    .slice(0, mostRetainers - 1)
  return { siblings, registries, companions }
}

/** Whether what a point gains may be what comes and goes. By ids it is known whether those that came are still there. */
function mayBeChance(last: LastHeap, point: GrowthPoint, { at, stayed, turnover }: Series): boolean {
  const gain = point.inPlace ? point.gained : point.rise.gain
  if (gain <= gainByChance(last, point, turnover, stayed !== undefined) || point.isUnclear) return true
  if (point.longLived?.isSure) return false
  return (
    point.isHidden ||
    (stayed === undefined && (isGoneAtLast(point) || isAllLate(point))) ||
    isOfOthers(last, point, turnover, at) ||
    (stayed !== undefined && !point.inPlace && stayed.of(point.signatures, at) === undefined)
  )
}

/** V8 makes a store that is full at least so many times as large. */
const leap = 1.4

/** Whether the last change of readings is one by which a store grows that was full: until it is full again, it is level. */
function leaps(bytes: readonly number[]): boolean {
  const last = bytes.findLastIndex((now, at) => at > 0 && now !== bytes[at - 1])
  return last > 0 && bytes[last]! >= leap * bytes[last - 1]!
}
