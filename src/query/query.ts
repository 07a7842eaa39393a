import type { NodeIndex } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { condition, reading } from './evaluate.js'
import { mentioned } from './kinds.js'
import { parse, parsed, parseOrders } from './parse.js'
import { unknown, type Value } from './values.js'

/** The result of a query. */
export interface Matches {
  /** The objects for which the expression is true, in the requested order. */
  readonly nodes: readonly NodeIndex[]
  /** The total number of matches, including those beyond the limit. */
  readonly total: number
  /**
   * The number of objects for which the result is unknown, since a field is a number without a value or a slice of a
   * text.
   */
  readonly unknown: number
}

export interface QueryOptions {
  /** The objects to search; by default all of the heap. */
  readonly among?: Iterable<NodeIndex>
  /** The order, such as `-retained, type`; by default the largest first. */
  readonly sort?: string | undefined
  readonly limit?: number
}

/**
 * The objects for which an expression is true: `query(heap, 'type = "Session" and .user.name ~ /^A/ and retained >
 * 10KB')`. The grammar is in docs/query.md. Costs a pass over the nodes, and what the names in the expression need: for
 * `retained` the dominators. Errors: USAGE, with the position of the mistake in `lines`.
 */
export function query(
  heap: Heap,
  expression: string,
  { among, sort, limit = Number.POSITIVE_INFINITY }: QueryOptions = {},
): Matches {
  const is = matching(heap, expression)
  const order = ordering(heap, sort ?? defaultOrder(expression))
  const found: NodeIndex[] = []
  let undecided = 0
  const look = (node: NodeIndex): void => {
    const answer = is(node)
    if (answer === true) found.push(node)
    else if (answer === unknown) undecided++
  }
  if (among === undefined) for (let node = 0; node < heap.graph.nodeCount; node++) look(node)
  else for (const node of among) look(node)
  const total = found.length
  return { nodes: order(found).slice(0, limit), total, unknown: undecided }
}

/** An expression as a test of one object. Errors: USAGE. */
export function matching(heap: Heap, expression: string): (node: NodeIndex) => boolean | typeof unknown {
  return condition(heap, parsed(expression), expression)
}

/** The default order: by retained size if the expression uses it, otherwise by shallow size, which costs nothing. */
const defaultOrder = (expression: string): string =>
  mentioned(parse(expression)).some(part => part.kind === 'fact' && part.fact.name === 'retained')
    ? '-retained'
    : '-self'

/** Sorts objects; equal ones stay in heap order. Objects without a value come last. */
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
