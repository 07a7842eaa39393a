import type { Heap } from '../heap/heap.js'
import { columnsOf } from '../query/columns.js'
import { isOfNodes, mentioned } from '../query/kinds.js'
import { parse, parsed, parseOrders } from '../query/parse.js'
import { type Matches, query } from '../query/query.js'
import type { Expression } from '../query/syntax.js'
import type { Report, Row } from '../report/report.js'
import { type HeapAnalysis, heapAnalysis, type Option, type Values } from './ask/analysis.js'
import { cutNote, limit } from './ask/options.js'

const sort: Option<string | undefined> = {
  flags: '--sort <order>',
  summary: "the order: -retained, or '-.size, type' (default: largest first)",
  default: undefined,
}
const show: Option<readonly string[]> = {
  flags: '--show <expression...>',
  summary: 'further columns: retained .user.name',
  default: [],
  many: true,
  parse: text => text,
}
const options = { sort, show, limit: limit('how many objects', 20) }
type QueryValues = Values<typeof options>

/** `leakscope query`: objects by expression. */
export const queryAnalysis: HeapAnalysis = heapAnalysis({
  name: 'query',
  summary: 'Objects by an expression over type, name, sizes, distance and fields',
  argument: {
    name: 'expression',
    summary: `the expression: 'type = "Session" and .user.name ~ /^A/ and retained > 10KB'`,
    last: true,
  },
  heaps: 1,
  options,
  run: report,
  // With `name` in an expression, the column `label` is not shown, which would need edges.
  fromNodes(values, expression = '') {
    const named = expressionsIn(values, expression).flatMap(({ parts }) => parts)
    const isNamed = named.flatMap(mentioned).some(part => part.kind === 'fact' && part.fact.name === 'name')
    if (!isNamed || !named.every(isOfNodes)) return undefined
    // None of the expressions needs edges.
    return heap => report(heap as Heap, values, expression)
  },
})

function report(heap: Heap, values: QueryValues, expression = ''): Report {
  const { sort, limit } = values
  const matches = query(heap, expression, { sort, limit })
  const columns = columnsOf(heap, expressionsIn(values, expression))
  return {
    title: `Objects: ${expression}`,
    sections: [
      {
        shape: 'table',
        title: expression,
        columns: columns.map(({ column }) => column),
        rows: matches.nodes.map(
          (node): Row => Object.fromEntries(columns.map(({ column, cell }) => [column.key, cell(node)])),
        ),
      },
    ],
    notes: matchNotes(matches),
  }
}

/** All expressions of a query: the values that they name become columns. Errors: USAGE. */
function expressionsIn(
  { sort, show }: QueryValues,
  expression: string,
): { text: string; parts: readonly Expression[] }[] {
  return [
    { text: expression, parts: [parsed(expression)] },
    ...(sort === undefined ? [] : [{ text: sort, parts: parseOrders(sort).map(({ by }) => by) }]),
    ...show.map(text => ({ text, parts: [parse(text)] })),
  ]
}

/** Notes on how many rows were cut, and how many objects could not be decided. */
export function matchNotes({ nodes, total, unknown }: Matches): string[] {
  const cut = total === 0 ? ['No object matches.'] : cutNote(nodes.length, total)
  if (unknown === 0) return cut
  const objects = `${unknown.toLocaleString('en-US')} ${unknown === 1 ? 'object' : 'objects'}`
  const why =
    'a heap that V8 wrote has no numbers in fields (one read from memory does: --capture memory), and no heap has the texts of slices or all numbers of a long array or Map'
  return [...cut, `${objects} could not be decided: ${why}`]
}
