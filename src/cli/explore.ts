import { existsSync } from 'node:fs'
import { openHeap } from '../acquire/open-heap.js'
import { neighbourhood } from '../drawing/neighbourhood.js'
import { LeakscopeError } from '../errors.js'
import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { nodeWithId } from '../graph/ids.js'
import type { Heap } from '../heap/heap.js'
import type { Explorable } from '../report/explorable.js'
import type { Report, Section } from '../report/report.js'

/**
 * The part of a heap around the objects in a report: those selected in its drawings, at the ends of its paths, or
 * listed in its tables, in this order. `undefined` if there are none.
 */
export function explorableOf(heap: Heap, { sections }: Report): Explorable | undefined {
  const around = mentioned(heap.graph, sections)
  return around.length === 0 ? undefined : neighbourhood(heap, around)
}

/**
 * The same for a heap that is read again, since an answer about several heaps keeps none of them. `undefined` if it
 * cannot be read any more or `signal` aborts: the answer is then written without it.
 */
export async function exploreAgain(
  open: () => Promise<Heap>,
  report: Report,
  signal?: AbortSignal,
): Promise<(() => Explorable | undefined) | undefined> {
  try {
    const heap = await open()
    return () => explorableOf(heap, report)
  } catch (error) {
    if (error instanceof LeakscopeError || signal?.aborted) return undefined
    throw error
  }
}

/** Reads the newest heap of an answer; `undefined` if that no longer exists. */
export function newestOf(heaps: readonly Readonly<Record<string, unknown>>[]): (() => Promise<Heap>) | undefined {
  const path = heaps.at(-1)?.path
  return typeof path !== 'string' || !existsSync(path) ? undefined : () => openHeap(path)
}

const MOST = 40

function mentioned(graph: HeapGraph, sections: readonly Section[]): NodeIndex[] {
  const ids = new Set<number>()
  for (const section of sections) {
    if (section.shape === 'drawing') {
      for (const { id, role } of section.nodes) if (role === 'asked' && typeof id === 'number') ids.add(id)
    } else if (section.shape === 'path') {
      const last = section.steps.at(-1)
      if (last !== undefined) ids.add(last.id)
    } else if (section.shape === 'table' && section.columns.some(({ key, unit }) => key === 'id' && unit === 'id')) {
      for (const { id } of section.rows) if (typeof id === 'number') ids.add(id)
    }
  }
  return [...ids].slice(0, MOST).flatMap(id => nodeWithId(graph, id) ?? [])
}
