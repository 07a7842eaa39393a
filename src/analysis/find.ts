import type { NodeIndex } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import type { Row, Table } from '../report/report.js'
import { type HeapAnalysis, heapAnalysis } from './analysis.js'
import { asked, askedOptions } from './asked.js'
import { describe } from './describe.js'
import type { Heap } from './heap.js'
import { limit } from './options.js'

/** Objects as a table: id, type, what each takes, and what it is. */
export function objectTable(heap: Heap, title: string, nodes: readonly NodeIndex[]): Table {
  return {
    shape: 'table',
    title,
    columns: [
      { key: 'id', title: 'Id', unit: 'id' },
      { key: 'type', title: 'Type', unit: 'text' },
      { key: 'shallow', title: 'Shallow', unit: 'bytes' },
      { key: 'retained', title: 'Retained', unit: 'bytes' },
      { key: 'name', title: 'Name', unit: 'text' },
    ],
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

const options = { ...askedOptions, limit: limit('how many objects', 10) }

/** `leakscope find`: the objects of a type, largest retained size first, or those with an id. */
export const findAnalysis: HeapAnalysis = heapAnalysis({
  name: 'find',
  aliases: ['by-type'],
  summary: 'Objects of a type, or by id, those that retain most first',
  heaps: 1,
  options,
  run(heap, values) {
    const { nodes, title, notes } = asked(heap, values, values.limit)
    return { title: `Objects: ${title}`, sections: [objectTable(heap, title, nodes)], notes }
  },
})
