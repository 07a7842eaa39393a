import type { NodeIndex } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { findingPath, isObject, readingPath } from './fields.js'
import { comparable, cost, gives, numeric } from './kinds.js'
import { isLike, matches } from './patterns.js'
import type { Calculation, Expression } from './syntax.js'
import { syntaxError } from './syntax-error.js'
import { unknown, type Value } from './values.js'

/** The value of an expression for one object. */
export type Read = (node: NodeIndex) => Value

/**
 * Compiles an expression to nested closures, without generating code. Computes only the facts of the heap that it
 * needs: dominators for `retained`, but not for `type = "Session"`. A comparison with an unknown value is itself
 * `unknown`. Errors: USAGE for parts that cannot be compared.
 */
export function reading(heap: Heap, expression: Expression, text: string): Read {
  const { graph } = heap
  const read = (part: Expression): Read => reading(heap, part, text)
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression
      return () => value
    }
    case 'pattern':
      throw syntaxError(
        text,
        expression.at,
        'a regular expression is only allowed after ~',
        'For example: `name ~ /^store/i`.',
      )
    case 'path':
      return readingPath(graph, expression.path)
    case 'fact': {
      const of = expression.fact.of(heap)
      if (expression.of === undefined) return of
      const find = findingPath(graph, expression.of)
      return node => {
        const found = find(node)
        return found === undefined || found === unknown ? found : of(found)
      }
    }
    case 'not': {
      const operand = condition(heap, expression.operand, text)
      return node => {
        const value = operand(node)
        return value === unknown ? unknown : !value
      }
    }
    case 'minus': {
      const operand = read(numeric(expression.operand, text))
      return node => calculated(operand(node), 0, value => -value)
    }
    case 'and':
    case 'or':
      return joined(heap, expression, text)
    case 'calculation': {
      const [left, right] = [read(numeric(expression.left, text)), read(numeric(expression.right, text))]
      const calculate = calculations[expression.operator]
      return node => calculated(left(node), right(node), calculate)
    }
    case 'comparison':
      return comparing(heap, expression, text)
    case 'among': {
      for (const one of expression.list) comparable(expression.operand, '=', one, text, expression.at)
      const operand = read(expression.operand)
      const list = expression.list.map(read)
      return node => {
        const value = operand(node)
        const answers = list.map(one => equal(value, one(node), graph.nodeId))
        return answers.includes(true) || (answers.includes(unknown) ? unknown : false)
      }
    }
  }
}

/** An expression as a condition: a bare field is true if it exists and is neither null nor false. */
export function condition(
  heap: Heap,
  expression: Expression,
  text: string,
): (node: NodeIndex) => boolean | typeof unknown {
  if (gives(expression) === 'number' || gives(expression) === 'text') {
    throw syntaxError(text, expression.at, 'this is not a condition', 'Compare it with something: `retained > 1MB`.')
  }
  const read = reading(heap, expression, text)
  return node => {
    const value = read(node)
    return value === unknown ? unknown : value !== undefined && value !== null && value !== false
  }
}

/** For `and` and `or`, evaluates the cheaper operand first, which often decides. */
function joined(heap: Heap, { kind, left, right }: Expression & { readonly kind: 'and' | 'or' }, text: string): Read {
  const parts = [left, right].map(part => ({ cost: cost(part), ask: condition(heap, part, text) }))
  const [first, second] = parts.sort((a, b) => a.cost - b.cost).map(({ ask }) => ask) as [Ask, Ask]
  const decides = kind === 'or'
  return node => {
    const one = first(node)
    if (one === decides) return decides
    const other = second(node)
    if (other === decides) return decides
    return one === unknown || other === unknown ? unknown : !decides
  }
}

type Ask = ReturnType<typeof condition>

const calculations: Readonly<Record<Calculation, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}

function calculated(a: Value, b: Value, calculate: (a: number, b: number) => number): Value {
  if (a === unknown || b === unknown) return unknown
  return typeof a === 'number' && typeof b === 'number' ? calculate(a, b) : undefined
}

function comparing(
  heap: Heap,
  { operator, left, right, at }: Expression & { readonly kind: 'comparison' },
  text: string,
): Read {
  comparable(left, operator, right, text, at)
  const one = reading(heap, left, text)
  if (operator === '~') {
    const { pattern } = right as Expression & { readonly kind: 'pattern' }
    return node => tested(one(node), value => matches(pattern, value))
  }
  const other = reading(heap, right, text)
  const { nodeId } = heap.graph
  switch (operator) {
    case '=':
      return node => equal(one(node), other(node), nodeId)
    case '!=':
      return node => {
        const same = equal(one(node), other(node), nodeId)
        return same === unknown ? unknown : !same
      }
    case 'like':
      return node => textual(one(node), other(node), isLike)
    case 'contains':
      return node => textual(one(node), other(node), (value, part) => value.includes(part))
    case 'startswith':
      return node => textual(one(node), other(node), (value, part) => value.startsWith(part))
    case 'endswith':
      return node => textual(one(node), other(node), (value, part) => value.endsWith(part))
    default: {
      const isSo = orders[operator]
      return node => ordered(one(node), other(node), isSo)
    }
  }
}

const orders: Readonly<Record<'<' | '<=' | '>' | '>=', (order: number) => boolean>> = {
  '<': order => order < 0,
  '<=': order => order <= 0,
  '>': order => order > 0,
  '>=': order => order >= 0,
}

/** Orders numbers with numbers and texts with texts; other values have no order. */
function ordered(a: Value, b: Value, isSo: (order: number) => boolean): Value {
  if (a === unknown || b === unknown) return unknown
  if (typeof a === 'number' && typeof b === 'number') return isSo(a - b)
  if (typeof a === 'string' && typeof b === 'string') return isSo(a < b ? -1 : Number(a > b))
  return false
}

/** An object is equal to itself, and to its id: `.user = @1203`. */
function equal(a: Value, b: Value, nodeId: Uint32Array): boolean | typeof unknown {
  if (a === unknown || b === unknown) return unknown
  const [one, other] = [isObject(a) ? nodeId[a.node]! : a, isObject(b) ? nodeId[b.node]! : b]
  return one === other
}

const tested = (value: Value, test: (text: string) => boolean): Value =>
  value === unknown ? unknown : typeof value === 'string' && test(value)

function textual(a: Value, b: Value, test: (text: string, other: string) => boolean): Value {
  if (b === unknown) return unknown
  return typeof b === 'string' && tested(a, text => test(text, b))
}
