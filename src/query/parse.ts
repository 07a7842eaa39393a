import { LeakscopeError } from '../errors.js'
import { Cursor } from './cursor.js'
import { factNamed } from './facts.js'
import { operand, unknownName } from './operands.js'
import type { Calculation, Comparison, Expression } from './syntax.js'
import { syntaxError } from './syntax-error.js'

const comparisons: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '==': '=',
  '===': '=',
  '!=': '!=',
  '!==': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '~': '~',
  '=~': '~',
  like: 'like',
  contains: 'contains',
  startswith: 'startswith',
  endswith: 'endswith',
}

/**
 * Parses an expression, by increasing precedence: `or`, `and`, `not`, comparisons, `+ -`, `* / %`, values. The grammar
 * is in docs/query.md. Errors: USAGE, with the position and what was expected there.
 */
export function parse(text: string): Expression {
  const cursor = new Cursor(text)
  const whole = either(cursor, 0)
  end(cursor)
  return whole
}

/** Parses the value of `--sort`: expressions with optional signs, `-retained, type`. */
export function parseOrders(text: string): { readonly by: Expression; readonly descending: boolean }[] {
  const cursor = new Cursor(text)
  const orders: { by: Expression; descending: boolean }[] = []
  do {
    const sign = cursor.sign('-', '+')
    orders.push({ by: sum(cursor, 0), descending: sign?.value === '-' })
  } while (cursor.sign(',') !== undefined)
  end(cursor)
  return orders
}

/** Throws if anything is left. */
function end(cursor: Cursor): void {
  const { kind, value } = cursor.next
  if (kind === 'end') return
  if (kind === 'word' && factNamed(value) === undefined && !cursor.isVerb) throw unknownName(cursor)
  throw cursor.expected('and, or, an operator or the end')
}

function either(cursor: Cursor, depth: number): Expression {
  let left = both(cursor, depth)
  for (;;) {
    const or = cursor.word('or') ?? cursor.sign('||')
    if (or === undefined) return left
    left = { kind: 'or', left, right: both(cursor, depth), at: or.at }
  }
}

function both(cursor: Cursor, depth: number): Expression {
  let left = negation(cursor, depth)
  for (;;) {
    const and = cursor.word('and') ?? cursor.sign('&&')
    if (and === undefined) return left
    left = { kind: 'and', left, right: negation(cursor, depth), at: and.at }
  }
}

function negation(cursor: Cursor, depth: number): Expression {
  const not = cursor.word('not') ?? cursor.sign('!')
  if (not === undefined) return comparison(cursor, depth)
  return { kind: 'not', operand: negation(cursor, cursor.deeper(depth)), at: not.at }
}

function comparison(cursor: Cursor, depth: number): Expression {
  const left = sum(cursor, depth)
  const from = cursor.next
  // `x not in (…)`, `x not like "…"`, `x !~ /…/`.
  const isNegated = cursor.word('not') !== undefined
  const compared = isNegated && !cursor.isVerb ? undefined : comparedTo(cursor, left, depth)
  if (compared === undefined) {
    if (isNegated) throw cursor.expected('in, like, contains, startswith or endswith after not')
    return left
  }
  if (operator(cursor) !== undefined) {
    const hint = 'Join two of them with and: `self > 1KB and self < 1MB`.'
    throw syntaxError(cursor.text, cursor.next.at, 'comparisons do not chain', hint)
  }
  return isNegated || from.value === '!~' ? { kind: 'not', operand: compared, at: from.at } : compared
}

function comparedTo(cursor: Cursor, left: Expression, depth: number): Expression | undefined {
  const { at } = cursor.next
  if (cursor.word('in') !== undefined) return { kind: 'among', operand: left, list: list(cursor, depth), at }
  const found = cursor.sign('!~') === undefined ? operator(cursor) : '~'
  if (found === undefined) return undefined
  if (cursor.next.at === at) cursor.take()
  const right = sum(cursor, depth)
  if ((found === '~') !== (right.kind === 'pattern')) {
    const hint = 'For example: `name ~ /^store/i`.'
    throw found === '~'
      ? syntaxError(cursor.text, right.at, 'expected a regular expression after ~', hint)
      : syntaxError(cursor.text, at, 'a regular expression is compared with ~', hint)
  }
  return { kind: 'comparison', operator: found, left, right, at }
}

/** The next token as an operator, without taking it. */
function operator({ next: { kind, value } }: Cursor): Comparison | undefined {
  if (kind !== 'sign' && kind !== 'word') return undefined
  const word = value.toLowerCase()
  return Object.hasOwn(comparisons, word) ? comparisons[word] : undefined
}

function list(cursor: Cursor, depth: number): Expression[] {
  cursor.need('(', 'a list in parentheses after in, such as ("Map", "Set")')
  const values = [sum(cursor, depth)]
  while (cursor.sign(',') !== undefined) values.push(sum(cursor, depth))
  cursor.need(')', ', or ) in the list')
  return values
}

function sum(cursor: Cursor, depth: number): Expression {
  let left = product(cursor, depth)
  for (;;) {
    const sign = cursor.sign('+', '-')
    if (sign === undefined) return left
    const right = product(cursor, depth)
    left = { kind: 'calculation', operator: sign.value as Calculation, left, right, at: sign.at }
  }
}

function product(cursor: Cursor, depth: number): Expression {
  let left = value(cursor, depth)
  for (;;) {
    const sign = cursor.sign('*', '/', '%')
    if (sign === undefined) return left
    const right = value(cursor, depth)
    left = { kind: 'calculation', operator: sign.value as Calculation, left, right, at: sign.at }
  }
}

function value(cursor: Cursor, depth: number): Expression {
  const { at } = cursor.next
  if (cursor.sign('-') !== undefined) return { kind: 'minus', operand: value(cursor, cursor.deeper(depth)), at }
  if (cursor.sign('(') !== undefined) {
    const inner = either(cursor, cursor.deeper(depth))
    cursor.need(')', '), or and, or, or an operator')
    return inner
  }
  const found = operand(cursor)
  if (found === undefined) throw cursor.expected('a name, a field such as .userId, or a value')
  return found
}

/** Checks an expression argument, which may be missing. Errors: USAGE. */
export function parsed(expression: string): Expression {
  if (expression.trim() !== '') return parse(expression)
  throw new LeakscopeError('USAGE', 'an expression is needed', {
    hint: `For example: \`leakscope query 'type = "Session" and retained > 10KB'\`.`,
  })
}
