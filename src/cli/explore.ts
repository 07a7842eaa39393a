import { neighbourhood } from '../drawing/neighbourhood.js'
import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { nodeWithId } from '../graph/ids.js'
import type { Heap } from '../heap/heap.js'
import type { Explorable } from '../report/explorable.js'
import type { Report, Section } from '../report/report.js'

/**
 * The part of a heap around what a report is about: the objects that were selected in its drawings, that its paths lead to, or that its
 * tables list, in this order. `undefined` where it names none.
 */
export function explorableOf(heap: Heap, { sections }: Report): Explorable | undefined {
  const around = mentioned(heap.graph, sections)
  return around.length === 0 ? undefined : neighbourhood(heap, around)
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
