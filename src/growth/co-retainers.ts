import type { NodeIndex } from '../graph/heap-graph.js'
import { eachReferrer } from '../heap/references.js'
import type { GrowthPoint } from './growth-points.js'
import type { LastHeap } from './last-heap.js'
import type { SignatureTable } from './signature-table.js'
import { isPassed } from './signatures.js'

/** Other retainers of the objects of a growth point. */
export interface CoRetainers {
  /** Old objects that also retain nearly all of them: a second registry. */
  readonly registries: readonly NodeIndex[]
  /**
   * The number of other objects with the retainer's path that also retain nearly all of them: subscribers of three
   * topics.
   */
  readonly siblings: number
  /** Other growth points whose objects retain nearly all of them: the same leak from another side. */
  readonly points: ReadonlySet<number>
}

const sample = 100
/** The share of the sampled objects that it must also retain. */
const nearlyAll = 0.8

/**
 * Examines the retainers of a sample of the objects. `pointOf` maps a signature to its growth point, counted from 1.
 */
export function coRetainers(
  { graph, paths }: LastHeap,
  own: number,
  nodes: readonly NodeIndex[],
  retainer: NodeIndex,
  pointOf: Uint32Array,
): CoRetainers {
  const looked = nodes.filter((_, i) => i % Math.ceil(nodes.length / sample) === 0)
  const bySignature = new Map<number, { objects: Set<NodeIndex>; by: Map<NodeIndex, number> }>()
  const byPoint = new Map<number, Set<NodeIndex>>()
  const bySibling = new Map<NodeIndex, number>()
  for (const node of looked) {
    eachReferrer(graph, node, referrer => {
      const signature = paths.of[referrer]!
      const point = pointOf[signature]!
      if (signature === paths.of[retainer]! && signature !== 0 && !isPassed(graph, referrer) && referrer !== retainer)
        bySibling.set(referrer, (bySibling.get(referrer) ?? 0) + 1)
      if (signature === 0 || point === own || signature === paths.of[retainer]!) return
      if (point !== 0) byPoint.set(point, (byPoint.get(point) ?? new Set()).add(node))
      else {
        const tally = bySignature.get(signature) ?? { objects: new Set(), by: new Map<NodeIndex, number>() }
        bySignature.set(signature, tally)
        tally.objects.add(node)
        tally.by.set(referrer, (tally.by.get(referrer) ?? 0) + 1)
      }
    })
  }
  const isMost = (objects: ReadonlySet<NodeIndex>): boolean => objects.size >= nearlyAll * looked.length
  return {
    registries: [...bySignature.values()]
      .filter(({ objects, by }) => isMost(objects) && by.size <= looked.length / 4 + 1)
      .map(({ by }) => [...by].reduce((a, b) => (b[1] > a[1] ? b : a))[0]),
    siblings: [...bySibling.values()].filter(times => times >= nearlyAll * looked.length).length,
    points: new Set([...byPoint].flatMap(([point, objects]) => (isMost(objects) ? point : []))),
  }
}

/** By signature: the growth point, counted from 1, whose objects lead to it; 0 for none. */
export function pointsBySignature(table: SignatureTable, points: readonly GrowthPoint[]): Uint32Array {
  const pointOf = new Uint32Array(table.length)
  for (const [point, { signatures }] of points.entries()) for (const one of signatures) pointOf[one] = point + 1
  for (let at = 1; at < pointOf.length; at++) if (pointOf[at] === 0) pointOf[at] = pointOf[table.above[at]!]!
  return pointOf
}
