import { LeakscopeError } from '../errors.js'
import type { NodeIndex } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { type HeapAnalysis, heapAnalysis, type Option, type Values } from '../questions/ask/analysis.js'
import { cutNote, limit } from '../questions/ask/options.js'
import type { Report, Row } from '../report/report.js'
import { columnsOf } from './columns.js'
import { condition, reading } from './evaluate.js'
import { isOfNodes, mentioned } from './kinds.js'
import { parse, parseOrders } from './parse.js'
import type { Expression } from './syntax.js'
import { unknown, type Value } from './values.js'

/** What an expression found. */
export interface Matches {
  /** The objects of which it is true, in the order asked for. */
  readonly nodes: readonly NodeIndex[]
  /** How many there are, also beyond the limit. */
  readonly total: number
  /** Objects of which the heap does not tell: a field holds a number without its value, or a slice of a text. */
  readonly unknown: number
}

export interface QueryOptions {
  /** Objects among which to look; all of the heap unless said. */
  readonly among?: Iterable<NodeIndex>
  /** `-retained, type`: what goes first; the largest unless said. */
  readonly sort?: string | undefined
  readonly limit?: number
}

/**
 * Objects of which an expression is true: `query(heap, 'type = "Session" and .user.name ~ /^A/ and retained > 10KB')`. The grammar is
 * in docs/query.md. Costs a look at each object, and what the names in the expression need: `retained` the dominators, for one. Errors:
 * USAGE, with the place of the mistake in `lines`.
 */
export function query(
  heap: Heap,
  expression: string,
  { among, sort, limit = Number.POSITIVE_INFINITY }: QueryOptions = {},
): Matches {
  const is = matching(heap, expression)
  const order = ordering(heap, sort ?? usualOrder(expression))
  const found: NodeIndex[] = []
  let untold = 0
  const look = (node: NodeIndex): void => {
    const answer = is(node)
    if (answer === true) found.push(node)
    else if (answer === unknown) untold++
  }
  if (among === undefined) for (let node = 0; node < heap.graph.nodeCount; node++) look(node)
  else for (const node of among) look(node)
  const total = found.length
  return { nodes: order(found).slice(0, limit), total, unknown: untold }
}

/** An expression as a test of one object. Errors: USAGE. */
export function matching(heap: Heap, expression: string): (node: NodeIndex) => boolean | typeof unknown {
  return condition(heap, parsed(expression), expression)
}

function parsed(expression: string): Expression {
  if (expression.trim() !== '') return parse(expression)
  throw new LeakscopeError('USAGE', 'an expression is needed', {
    hint: `Say, for instance, \`leakscope query 'type = "Session" and retained > 10KB'\`.`,
  })
}

/** Who asks for retained sizes wants to see the largest; for the others their own size does, which costs nothing. */
const usualOrder = (expression: string): string =>
  mentioned(parse(expression)).some(part => part.kind === 'fact' && part.fact.name === 'retained')
    ? '-retained'
    : '-self'

/** Sorts objects; equal ones stay in the order of the heap. What has no value goes last. */
function ordering(heap: Heap, text: string): (nodes: readonly NodeIndex[]) => readonly NodeIndex[] {
  const orders = parseOrders(text).map(({ by, descending }) => ({ read: reading(heap, by, text), descending }))
  return nodes => {
    const keys = nodes.map(node => ({ node, values: orders.map(({ read }) => read(node)) }))
    keys.sort((a, b) => {
      for (const [at, { descending }] of orders.entries()) {
        const order = compared(a.values[at], b.values[at], descending)
        if (order !== 0) return order
      }
      return a.node - b.node
    })
    return keys.map(({ node }) => node)
  }
}

function compared(a: Value, b: Value, descending: boolean): number {
  const isOrdered = (value: Value): value is string | number => typeof value === 'string' || typeof value === 'number'
  if (!isOrdered(a) || !isOrdered(b)) return Number(isOrdered(b)) - Number(isOrdered(a))
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : Number(a !== b)
  return descending ? -order : order
}

const sort: Option<string | undefined> = {
  flags: '--sort <order>',
  summary: "what goes first: -retained, or '-.size, type' (default: the largest)",
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
type Asked = Values<typeof options>

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
  // Who names `name` gets that column; the other that says what an object is (`label`) is read off its edges.
  fromNodes(values, expression = '') {
    const named = askedFor(values, expression).flatMap(({ parts }) => parts)
    const isNamed = named.flatMap(mentioned).some(part => part.kind === 'fact' && part.fact.name === 'name')
    if (!isNamed || !named.every(isOfNodes)) return undefined
    // Nothing that is asked of it touches an edge.
    return heap => report(heap as Heap, values, expression)
  },
})

function report(heap: Heap, values: Asked, expression = ''): Report {
  const { sort, limit } = values
  const matches = query(heap, expression, { sort, limit })
  const columns = columnsOf(heap, askedFor(values, expression))
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

/** All expressions of one asking: each may name something, which gets a column. Errors: USAGE. */
function askedFor({ sort, show }: Asked, expression: string): { text: string; parts: readonly Expression[] }[] {
  return [
    { text: expression, parts: [parsed(expression)] },
    ...(sort === undefined ? [] : [{ text: sort, parts: parseOrders(sort).map(({ by }) => by) }]),
    ...show.map(text => ({ text, parts: [parse(text)] })),
  ]
}

/** How much was cut, and of how many objects the heap does not tell. */
export function matchNotes({ nodes, total, unknown }: Matches): string[] {
  const cut = total === 0 ? ['No object matches.'] : cutNote(nodes.length, total)
  if (unknown === 0) return cut
  const objects = `${unknown.toLocaleString('en-US')} ${unknown === 1 ? 'object' : 'objects'}`
  const why =
    'the heap has no values of numbers in fields (unless the program writes it, by v8.writeHeapSnapshot(file, { exposeNumericValues: true })) and no texts of slices'
  return [...cut, `${objects} could not be judged: ${why}`]
}
