import type { Comparison, Expression } from './syntax.js'
import { syntaxError } from './syntax-error.js'

/** The static type of an expression. */
export function gives(expression: Expression): 'number' | 'text' | 'truth' | 'any' {
  switch (expression.kind) {
    case 'fact':
      return expression.fact.gives
    case 'literal':
      return typeof expression.value === 'number' ? 'number' : typeof expression.value === 'string' ? 'text' : 'any'
    case 'calculation':
    case 'minus':
      return 'number'
    case 'path':
      return 'any'
    case 'pattern':
      return 'text'
    default:
      return 'truth'
  }
}

/** Checks that two expressions can be compared by an operator. Errors: USAGE. */
export function comparable(left: Expression, operator: Comparison, right: Expression, text: string, at: number): void {
  const [one, other] = [gives(left), gives(right)]
  const isOfText = /^[~a-z]/.test(operator)
  if (isOfText && (one === 'number' || one === 'truth')) {
    throw syntaxError(text, left.at, `${operator} needs text, and this is ${words[one]}`)
  }
  if (isOfText && (other === 'number' || other === 'truth')) {
    throw syntaxError(
      text,
      right.at,
      `expected text after ${operator}, and this is ${words[other]}`,
      'Put text in quotes.',
    )
  }
  if (one === other || one === 'any' || other === 'any') return
  throw syntaxError(text, at, `${words[one]} is compared with ${words[other]}`)
}

const words = { number: 'a number', text: 'text', truth: 'a condition', any: 'a value' } as const

/** The expression, if it may be a number. Errors: USAGE. */
export function numeric(expression: Expression, text: string): Expression {
  const given = gives(expression)
  if (given === 'number' || given === 'any') return expression
  throw syntaxError(text, expression.at, `expected a number to calculate with, and this is ${words[given]}`)
}

/** The approximate cost of an expression per object. */
export function cost(expression: Expression): number {
  switch (expression.kind) {
    case 'literal':
      return 0
    case 'pattern':
      return 5
    case 'path':
      return 10 * expression.path.steps.length
    case 'fact':
      return expression.fact.cost + 10 * (expression.of?.steps.length ?? 0)
    case 'not':
    case 'minus':
      return cost(expression.operand)
    case 'among':
      return cost(expression.operand) + expression.list.length
    default:
      return cost(expression.left) + cost(expression.right)
  }
}

/** The facts and fields that an expression names. */
export function mentioned(expression: Expression): (Expression & { readonly kind: 'fact' | 'path' })[] {
  switch (expression.kind) {
    case 'fact':
    case 'path':
      return [expression]
    case 'literal':
    case 'pattern':
      return []
    case 'not':
    case 'minus':
      return mentioned(expression.operand)
    case 'among':
      return [expression.operand, ...expression.list].flatMap(mentioned)
    default:
      return [...mentioned(expression.left), ...mentioned(expression.right)]
  }
}

/** Whether an expression needs only the nodes of a heap, not the edges. */
export const isOfNodes = (expression: Expression): boolean =>
  mentioned(expression).every(part => part.kind === 'fact' && part.of === undefined && part.fact.ofNodes === true)
