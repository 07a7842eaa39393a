import { LeakscopeError } from '../errors.js'
import type { NodeIndex, ObjectId } from '../graph/heap-graph.js'
import { nodeWithId } from '../graph/ids.js'
import type { Heap } from '../heap/heap.js'
import { objectFields } from '../heap/object-fields.js'
import { placeOf, placeText } from '../heap/places.js'
import { refcount } from '../heap/refcount.js'
import { isModuleRoot } from '../heap/roots.js'
import { why } from '../paths/why.js'
import { standard } from '../report/columns.js'
import type { Section, Table } from '../report/report.js'
import { type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { objectTable } from './find.js'

/**
 * `leakscope at @1203 @1207`: what the objects with these ids are, where their code is, and what retains each; for a
 * single one, its fields.
 */
export const atAnalysis: HeapAnalysis = heapAnalysis({
  name: 'at',
  summary: 'The objects with these ids: what each is, where its code is, and what retains it',
  argument: { name: 'id', many: true, summary: '@1203 @1207' },
  heaps: 1,
  options: {},
  run(heap, _values, words = '') {
    const ids = words
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(idOf)
    const found = ids.map(id => ({ id, node: nodeWithId(heap.graph, id) }))
    const there = found.flatMap(({ node }) => node ?? [])
    const gone = found.filter(({ node }) => node === undefined)
    if (there.length === 0) throw noneThere(ids)
    return {
      title: `Objects ${words}`,
      sections: [
        factTable(heap, there),
        ...(there.length === 1 ? fieldTable(heap, there[0]!) : []),
        ...there.flatMap((node): Section[] => why(heap, node, 1)),
      ],
      notes: gone.map(({ id }) => `No object @${id} is in this heap.`),
    }
  },
})

function factTable(heap: Heap, nodes: readonly NodeIndex[]): Table {
  const objects = objectTable(heap, 'Objects', nodes)
  return {
    ...objects,
    columns: [
      ...objects.columns,
      { key: 'references', title: 'Retainers', unit: 'count' },
      { key: 'root', title: 'Module', unit: 'text' },
      standard.place,
    ],
    rows: objects.rows.map((row, at) => {
      const node = nodes[at]!
      const place = placeOf(heap, node)
      return {
        ...row,
        references: refcount(heap.graph, node),
        root: isModuleRoot(heap.graph, node) ? 'yes' : 'no',
        place: place === undefined ? null : placeText(place),
      }
    }),
  }
}

const maxFields = 30

function fieldTable(heap: Heap, node: NodeIndex): Table[] {
  const { fields, total } = objectFields(heap, node, maxFields)
  if (fields.length === 0) return []
  return [
    {
      shape: 'table',
      title: total > fields.length ? `The first ${fields.length} of ${total} fields` : 'Fields',
      columns: [
        { key: 'name', title: 'Field', unit: 'text' },
        { key: 'value', title: 'Value', unit: 'text' },
        { key: 'id', title: 'Id', unit: 'id' },
      ],
      rows: fields.map(({ name, value, id }) => ({ name, value, id: id ?? null })),
    },
  ]
}

function idOf(word: string): ObjectId {
  if (/^@?\d+$/.test(word)) return Number(word.replace('@', ''))
  throw new LeakscopeError('USAGE', `${JSON.stringify(word)} is not an object id`, {
    hint: 'For example: `leakscope at @1203 heap.heapsnapshot`.',
  })
}

function noneThere(ids: readonly ObjectId[]): LeakscopeError {
  if (ids.length === 0) {
    return new LeakscopeError('USAGE', 'which object?', {
      hint: 'For example: `leakscope at @1203 heap.heapsnapshot`.',
    })
  }
  return new LeakscopeError('NOT_FOUND', `no object ${ids.map(id => `@${id}`).join(', ')} is in this heap`, {
    hint: 'Find ids with `leakscope find --type Session`; they are valid for one heap, or for one unbroken session of a live target.',
  })
}
