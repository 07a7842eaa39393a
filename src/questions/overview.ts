import { retainedSizes } from '../graph/retained-sizes.js'
import { isV8Type } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { standard } from '../report/columns.js'
import type { Cell, Report, Row, Table } from '../report/report.js'
import { counted, sized } from '../units.js'
import { type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { accumulationSentence, accumulations, accumulationTable } from './suspects.js'
import { statsByType } from './types.js'

const MOST_TYPES = 8
const MOST_PLACES = 3

/**
 * `leakscope <pid|file>`: what a heap is, its most common types, where memory accumulates, and what to run next.
 * Costs the dominators.
 */
export const overviewAnalysis: HeapAnalysis = heapAnalysis({
  name: 'overview',
  summary: 'What a process or a heap is, its types, where memory accumulates, and what to run next',
  heaps: 1,
  options: {},
  run(heap) {
    const places = accumulations(heap.graph).slice(0, MOST_PLACES)
    const types = typeTable(heap)
    return {
      title: 'Overview',
      headline: [headline(heap), ...places.slice(0, 1).map(one => accumulationSentence(heap, one))].join('. '),
      sections: [
        ...(places.length === 0 ? [] : [accumulationTable(heap, places)]),
        types,
        nextTable(heap, places[0]?.node, types.rows[0]?.type),
      ],
      notes: places.length === 0 ? ['No object of the program retains 5 % of the heap.'] : [],
    } satisfies Report
  },
})

function headline({ graph, origin }: Heap): string {
  const process = origin.pid === null ? undefined : `process ${origin.pid}`
  const version = origin.nodeVersion === null ? undefined : `Node.js ${origin.nodeVersion.replace(/^v/, '')}`
  const about = [process, version].filter(part => part !== undefined).join(', ')
  const size = `${sized(retainedSizes(graph)[graph.root]!)} in ${counted(graph.nodeCount)} objects`
  return about === '' ? `A heap of ${size}` : `Heap of ${about}: ${size}`
}

/** The program's own types, by constructor name, the most common first. */
function typeTable(heap: Heap): Table {
  const rows = [...statsByType(heap, { retained: true }).values()]
    .filter(({ type }) => !isV8Type(type))
    .sort((a, b) => b.count - a.count || b.retained! - a.retained!)
    .slice(0, MOST_TYPES)
  return {
    shape: 'table',
    title: 'Most common types',
    columns: [standard.type, standard.count, standard.shallow, standard.retained],
    rows: rows.map(row => ({ ...row })),
  }
}

function nextTable(heap: Heap, node: number | undefined, type: Cell | undefined): Table {
  const { origin } = heap
  // Without a heap argument, commands use the newest snapshot in .leakscope.
  const file = origin.path === null || /(^|\/)\.leakscope\//.test(origin.path) ? '' : ` ${origin.path}`
  const object = node === undefined ? type : `@${heap.graph.nodeId[node]}`
  const rows: Row[] = [
    ...(typeof object === 'string' && /^[\w@.]+$/.test(object)
      ? [
          {
            command: `leakscope path ${object}${file}`,
            answers: node === undefined ? 'why objects of a type are kept' : 'why it is kept',
          },
          { command: `leakscope backrefs ${object}${file} -o graph.svg`, answers: 'the same as a graph' },
        ]
      : []),
    { command: `leakscope collections${file}`, answers: 'Maps, Sets, arrays and dictionaries, and what retains them' },
    ...(origin.pid === null
      ? [{ command: `leakscope leaks <older>${file}`, answers: 'what grew since an older snapshot' }]
      : [{ command: `leakscope check ${origin.pid}`, answers: 'whether it leaks, in a sentence' }]),
  ]
  return {
    shape: 'table',
    title: 'What to run next',
    wraps: true,
    columns: [
      { key: 'command', title: 'Command', unit: 'text' },
      { key: 'answers', title: 'Answers', unit: 'text' },
    ],
    rows,
  }
}
