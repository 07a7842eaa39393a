import type { NodeIndex } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { typeOf } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { heldByNativeOnly } from '../heap/held-by-native-only.js'
import { standard } from '../report/columns.js'
import type { Row } from '../report/report.js'
import { type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { cutNote, limit, pattern } from './ask/options.js'
import { objectTable } from './find.js'

const options = {
  limit: limit('how many types, and how many objects', 10),
  filter: pattern('--filter', 'only objects whose type matches'),
}

/** `leakscope native-held`: objects that only C++ keeps, by type, and the largest of them. */
export const nativeHeldAnalysis: HeapAnalysis = heapAnalysis({
  name: 'native-held',
  aliases: ['leaking-objects'],
  summary: 'Objects that only C++ keeps, such as forgotten native handles',
  heaps: 1,
  options,
  run(heap, { limit, filter }) {
    const held = heldByNativeOnly(heap.graph).filter(node => filter?.(typeOf(heap.graph, node)) ?? true)
    const sizes = retainedSizes(heap.graph)
    held.sort((a, b) => sizes[b]! - sizes[a]! || a - b)
    const rows = byType(heap, held)
    return {
      title: 'Objects that only C++ keeps',
      sections: [
        {
          shape: 'table',
          title: 'By type',
          columns: [standard.type, standard.count],
          rows: rows.slice(0, limit),
        },
        objectTable(heap, 'Those that retain most', held.slice(0, limit)),
      ],
      notes: [...cutNote(Math.min(limit, rows.length), rows.length, 'types'), usual],
    }
  },
})

const usual = 'Node.js also keeps its own roots like this: look for a type of your program, or one that grows.'

function byType({ graph }: Heap, nodes: readonly NodeIndex[]): Row[] {
  const counts = new Map<string, number>()
  for (const node of nodes) {
    const type = typeOf(graph, node)
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return [...counts]
    .map(([type, count]) => ({ type, count }))
    .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1))
}
