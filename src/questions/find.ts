import type { NodeIndex, ObjectId } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import type { Heap } from '../heap/heap.js'
import { query } from '../query/query.js'
import { standard } from '../report/columns.js'
import type { Report, Row, Table } from '../report/report.js'
import { type HeapAnalysis, heapAnalysis, type Option } from './ask/analysis.js'
import { limit } from './ask/options.js'
import { select, selectOptions } from './ask/selection.js'
import { matchNotes } from './query.js'

/** Objects as a table: id, type, sizes and description. */
export function objectTable(heap: Heap, title: string, nodes: readonly NodeIndex[]): Table {
  return {
    shape: 'table',
    title,
    columns: [standard.id, standard.type, standard.shallow, standard.retained, standard.name],
    rows: nodes.map(node => objectRow(heap, node)),
  }
}

function objectRow(heap: Heap, node: NodeIndex): Row {
  const { graph } = heap
  return {
    id: graph.nodeId[node]!,
    type: typeOf(graph, node),
    shallow: shallowSizes(graph)[node]!,
    retained: retainedSizes(graph)[node]!,
    name: describe(heap, node),
  }
}

const where: Option<string | undefined> = {
  flags: '--where <expression>',
  summary: "only objects for which this is true: '.user.name ~ /^A/ and retained > 10KB' (as in query)",
  default: undefined,
}
const options = { ...selectOptions, where, limit: limit('how many objects', 10) }

/** `leakscope find`: the objects of a type, largest retained size first, or those with an id. */
export const findAnalysis: HeapAnalysis = heapAnalysis({
  name: 'find',
  aliases: ['by-type'],
  summary: 'Objects of a type, or by id, those that retain most first',
  heaps: 1,
  options,
  run(heap, values) {
    if (values.where !== undefined) return findWhere(heap, values, values.where)
    const { nodes, title, notes } = select(heap, values, values.limit)
    return { title: `Objects: ${title}`, sections: [objectTable(heap, title, nodes)], notes }
  },
})

/** The selected objects (or all, without a selection) for which the expression is true. */
function findWhere(
  heap: Heap,
  { type, id, limit }: { readonly type: string | undefined; readonly id: readonly ObjectId[]; readonly limit: number },
  where: string,
): Report {
  const named = type !== undefined || id.length > 0
  const chosen = named ? select(heap, { type, id }, Number.POSITIVE_INFINITY) : undefined
  const among = chosen === undefined ? {} : { among: chosen.nodes }
  const found = query(heap, where, { ...among, sort: '-retained', limit })
  const title = [chosen?.title, `where ${where}`].filter(part => part !== undefined).join(' ')
  return {
    title: `Objects: ${title}`,
    sections: [objectTable(heap, title, found.nodes)],
    notes: matchNotes(found),
  }
}
