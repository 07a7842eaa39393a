import type { NodeIndex } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import type { Heap } from '../heap/heap.js'
import { standard } from '../report/columns.js'
import type { Cell, Column } from '../report/report.js'
import { reading } from './evaluate.js'
import { isObject } from './fields.js'
import { mentioned } from './kinds.js'
import { parse } from './parse.js'
import type { Expression } from './syntax.js'
import { unknown, type Value } from './values.js'

/** A column of the answer, and its value for an object. */
export interface Shown {
  readonly column: Column
  readonly cell: (node: NodeIndex) => Cell
}

/** The columns: id, type and size of each object, then the values that the expressions name, then a description. */
export function columnsOf(
  heap: Heap,
  asked: readonly { readonly text: string; readonly parts: readonly Expression[] }[],
): Shown[] {
  const columns = new Map<string, Shown>()
  const usual = ['id', 'type', 'self'].map(text => ({ text, parts: [parse(text)] }))
  for (const { text, parts } of [...usual, ...asked]) {
    for (const part of parts.flatMap(mentioned)) {
      const key = keyOf(part)
      if (columns.has(key)) continue
      const read = reading(heap, part, text)
      const unit = part.kind === 'fact' ? part.fact.unit : 'text'
      columns.set(key, { column: { key, title: titleOf(key), unit }, cell: node => cellOf(heap, read(node)) })
    }
  }
  if (!columns.has('name') && !columns.has('label')) {
    columns.set('name', { column: standard.name, cell: node => describe(heap, node) })
  }
  return [...columns.values()]
}

/** `retained`, `.user.name`, `retained(.user)`. */
function keyOf(part: Expression & { readonly kind: 'fact' | 'path' }): string {
  if (part.kind === 'path') return part.path.text
  return part.of === undefined ? part.fact.name : `${part.fact.name}(${part.of.text})`
}

const titleOf = (key: string): string => key.replace(/^[a-z]/, letter => letter.toUpperCase())

function cellOf(heap: Heap, value: Value): Cell {
  if (value === unknown) return '?'
  if (typeof value === 'boolean') return String(value)
  if (isObject(value)) return `${typeOf(heap.graph, value.node)} @${heap.graph.nodeId[value.node]}`
  return value ?? null
}
