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
import { dictionaryOf, joined, type LeakingPoint, minSiblings, otherSide } from './one-leak.js'
import { fillsRing } from './ring.js'
import type { SignatureTable } from './signature-table.js'
import { isPartOfString } from './step-words.js'
import type { Survivors } from './survivors.js'
import { retainingPathOf } from './suspects/retaining-path.js'
import type { Candidate } from './suspects/suspects-of.js'
import type { Turnover } from './turnover.js'

/** The maximum number of retainers of the same objects that are listed. */
const maxRetainers = 4

/** The minimum number of objects that a suspect gains per heap: one, or occasionally none. */
const minEach = 0.75

/** Facts about a series as a whole. */
interface Series {
  /** The time of each heap. */
  readonly at: readonly number[]
  /** Which objects stayed, if ids are comparable. */
  readonly stayed: Survivors | undefined
  /** What is gone since the first heap, if objects can be distinguished. */
  readonly turnover: Turnover | undefined
  /** How many objects wait for a finalizer. */
  readonly pending: Pending
}

/** The candidates for suspects: growth points that show the same leak from several sides are one candidate. */
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
    // A store that fills up to its capacity is bounded, like growth that levels off.
    return isBounded ? { ...candidate, evidence: { ...candidate.evidence, levelling: true } } : candidate
  })
}

/** Whether the stores are filling, some are full, and none has more entries than the full ones. */
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
  // Growing Maps in Maps are not a list, whatever leads to each; the parts of a text are.
  const isText = typeOf(graph, point.where.first).endsWith('string)')
  const where = { ...point.where, isChained: point.where.isChained && (isText || !point.inPlace) }
  const { example } = leaked
  const path = point.inPlace ? ([{ node: example }] as [Hop]) : pathTo(last, where.retainer, example)
  const shown = where.isChained ? upToSecond(last, path, leaked.type) : path
  const { siblings, registries, companions } = besides(last, main, others)
  const count = [main, ...siblings].reduce((sum, { leaked }) => sum + leaked.gain, otherSide(last, main, others))
  const gained = point.gained + others.reduce((sum, { point }) => sum + Math.max(0, point.gained), 0)
  const born = leaked.count.slice(1).map((count, i) => Math.round(count - leaked.count[i]!))
  // A text that is appended to is a single text with more and more parts.
  const isInPlace = point.inPlace || isPartOfString(table, point.signatures[0]!)
  // Less than one object per heap is a detail of some growth, not the growth itself.
  const isScarce = !isInPlace && count < minEach * (series.at.length - 1)
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
    ...(siblings.length + 1 >= minSiblings ? { isOfMany: true } : {}),
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

/** The further parts of a candidate, besides its main growth point. */
interface Besides {
  /** Entries of the same plain object, which gain the same type. */
  readonly siblings: readonly LeakingPoint[]
  /** Further retainers of the same objects. */
  readonly registries: readonly NodeIndex[]
  /** Other growth points that gain together with it. */
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
  // Sorted, since the order of retainers differs between heaps and the fingerprint uses the first. Objects that are
  // retained by the leaked objects grow with them, but removing those frees none of them.
  const registries = [...co.registries, ...rest.filter(({ number }) => co.points.has(number)).map(retainerOf)]
    .filter((node, i, all) => node !== retainer && all.indexOf(node) === i)
    .slice(0, maxRetainers - 1)
  const companions = rest
    .filter(other => !co.points.has(other.number))
    .filter(other => retainerOf(other) !== retainer && !registries.includes(retainerOf(other)))
    .slice(0, maxRetainers - 1)
  return { siblings, registries, companions }
}

/** Whether a point's gain may be objects that come and go. With comparable ids it is known which are still there. */
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

/** V8 enlarges a full store at least by this factor. */
const leap = 1.4

/**
 * Whether the last change of the readings is the enlargement of a full store, after which it stays level until it is
 * full again.
 */
function leaps(bytes: readonly number[]): boolean {
  const last = bytes.findLastIndex((now, at) => at > 0 && now !== bytes[at - 1])
  return last > 0 && bytes[last]! >= leap * bytes[last - 1]!
}
