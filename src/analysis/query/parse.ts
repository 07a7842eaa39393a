import type { LeakscopeError } from '../../errors.js'
import { nearNames } from '../type-names.js'
import { complaint } from './complaint.js'
import { type Fact, factNamed, facts } from './facts.js'
import type { Calculation, Comparison, Expression, Path, Step } from './syntax.js'
import { type Token, tokens } from './tokens.js'

/** How deep parentheses and `not` may nest. */
const deepest = 100

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
const constants: Readonly<Record<string, boolean | null | undefined>> = {
  true: true,
  false: false,
  null: null,
  undefined: undefined,
}

/**
 * Parses an expression, from `or`, which binds least, over `and`, `not`, comparisons, `+ -` and `* / %` to values. The grammar is in
 * docs/query.md. Errors: USAGE, with the place and what was expected there.
 */
export function parse(text: string): Expression {
  const parser = new Parser(text)
  const whole = parser.either(0)
  parser.end()
  return whole
}

/** Parses what `--sort` takes: expressions with a sign each, `-retained, type`. */
export function parseOrders(text: string): { readonly by: Expression; readonly descending: boolean }[] {
  const parser = new Parser(text)
  const orders: { by: Expression; descending: boolean }[] = []
  do {
    const descending = parser.sign('-') !== undefined
    if (!descending) parser.sign('+')
    orders.push({ by: parser.sum(0), descending })
  } while (parser.sign(',') !== undefined)
  parser.end()
  return orders
}

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokens(text)
  }

  either(depth: number): Expression {
    let left = this.#both(depth)
    for (let at = this.#word('or') ?? this.sign('||'); at !== undefined; at = this.#word('or') ?? this.sign('||')) {
      left = { kind: 'or', left, right: this.#both(depth), at: at.at }
    }
    return left
  }

  #both(depth: number): Expression {
    let left = this.#negation(depth)
    for (let at = this.#word('and') ?? this.sign('&&'); at !== undefined; at = this.#word('and') ?? this.sign('&&')) {
      left = { kind: 'and', left, right: this.#negation(depth), at: at.at }
    }
    return left
  }

  #negation(depth: number): Expression {
    const not = this.#word('not') ?? this.sign('!')
    if (not === undefined) return this.#comparison(depth)
    return { kind: 'not', operand: this.#negation(this.#deeper(depth)), at: not.at }
  }

  #comparison(depth: number): Expression {
    const left = this.sum(depth)
    const from = this.#next
    // `x not in (…)`, `x not like "…"`, `x !~ /…/`.
    const isNegated = this.#word('not') !== undefined
    const compared = this.#compared(left, depth, isNegated)
    if (compared === undefined) {
      if (isNegated) throw this.#expected('in, like, contains, startswith or endswith after not')
      return left
    }
    const then = this.#next
    if (this.#operator() !== undefined) {
      throw complaint(
        this.#text,
        then.at,
        'comparisons do not chain',
        'Join two of them with and: `self > 1KB and self < 1MB`.',
      )
    }
    return isNegated || from.value === '!~' ? { kind: 'not', operand: compared, at: from.at } : compared
  }

  #compared(left: Expression, depth: number, isNegated: boolean): Expression | undefined {
    const at = this.#next.at
    if (this.#word('in') !== undefined) return { kind: 'among', operand: left, list: this.#list(depth), at }
    if (!isNegated && this.sign('!~') !== undefined) return this.#comparing('~', left, depth, at)
    const operator = this.#operator()
    if (operator === undefined) return undefined
    this.#at++
    return this.#comparing(operator, left, depth, at)
  }

  #comparing(operator: Comparison, left: Expression, depth: number, at: number): Expression {
    const right = this.sum(depth)
    if (operator === '~' && right.kind !== 'pattern') {
      throw complaint(
        this.#text,
        right.at,
        'expected a regular expression after ~',
        'Say, for instance, `name ~ /^store/i`.',
      )
    }
    if (operator !== '~' && right.kind === 'pattern') {
      throw complaint(
        this.#text,
        at,
        'a regular expression is compared with ~',
        'Say, for instance, `name ~ /^store/i`.',
      )
    }
    return { kind: 'comparison', operator, left, right, at }
  }

  #list(depth: number): Expression[] {
    this.#need('(', 'a list in parentheses after in, such as ("Map", "Set")')
    const list = [this.sum(depth)]
    while (this.sign(',') !== undefined) list.push(this.sum(depth))
    this.#need(')', ', or ) in the list')
    return list
  }

  sum(depth: number): Expression {
    let left = this.#product(depth)
    for (;;) {
      const at = this.sign('+') ?? this.sign('-')
      if (at === undefined) return left
      left = { kind: 'calculation', operator: at.value as Calculation, left, right: this.#product(depth), at: at.at }
    }
  }

  #product(depth: number): Expression {
    let left = this.#value(depth)
    for (;;) {
      const at = this.sign('*') ?? this.sign('/') ?? this.sign('%')
      if (at === undefined) return left
      left = { kind: 'calculation', operator: at.value as Calculation, left, right: this.#value(depth), at: at.at }
    }
  }

  #value(depth: number): Expression {
    const token = this.#next
    const { at } = token
    if (token.kind === 'number' || token.kind === 'text') {
      this.#at++
      return { kind: 'literal', value: token.value, at }
    }
    if (token.kind === 'pattern') {
      this.#at++
      return { kind: 'pattern', pattern: token.value, at }
    }
    if (token.kind === 'word') return this.#named(token.value, at)
    if (this.sign('-') !== undefined) return { kind: 'minus', operand: this.#value(this.#deeper(depth)), at }
    if (this.sign('@') !== undefined) {
      const id = this.#next
      if (id.kind !== 'number') throw this.#expected('an object id after @, such as @1203')
      this.#at++
      return { kind: 'literal', value: id.value, at }
    }
    if (this.sign('(') !== undefined) {
      const inner = this.either(this.#deeper(depth))
      this.#need(')', '), or and, or, or an operator')
      return inner
    }
    const path = this.#path()
    if (path !== undefined) return { kind: 'path', path, at }
    throw this.#expected('a name, a field such as .userId, or a value')
  }

  #named(word: string, at: number): Expression {
    const lower = word.toLowerCase()
    if (Object.hasOwn(constants, lower)) {
      this.#at++
      return { kind: 'literal', value: constants[lower], at }
    }
    const fact = factNamed(lower)
    if (fact === undefined) throw this.#unknownName(word, at)
    this.#at++
    return { kind: 'fact', fact, of: this.#argument(fact), at }
  }

  /** `retained(.cache)`: a fact of what a field leads to. */
  #argument(fact: Fact): Path | undefined {
    if (this.sign('(') === undefined) return undefined
    const path = this.#path()
    if (path === undefined) throw this.#expected(`a field, such as ${fact.name}(.user)`)
    this.#need(')', ')')
    return path
  }

  #path(): Path | undefined {
    const from = this.#next.at
    const steps: Step[] = []
    for (let step = this.#step(); step !== undefined; step = this.#step()) steps.push(step)
    if (steps.length === 0) return undefined
    return { steps, text: this.#text.slice(from, this.#tokens[this.#at - 1]!.end) }
  }

  #step(): Step | undefined {
    if (this.sign('.') !== undefined || this.sign('->') !== undefined) {
      const kind = this.#tokens[this.#at - 1]!.value === '.' ? 'property' : 'variable'
      const hash = kind === 'property' && this.sign('#') !== undefined ? '#' : ''
      const name = this.#next
      if (name.kind !== 'word') {
        throw this.#expected(
          kind === 'property' ? 'the name of a field after the dot' : 'the name of a variable after ->',
        )
      }
      this.#at++
      return { kind, name: hash + name.value }
    }
    if (this.sign('[') === undefined) return undefined
    const key = this.#next
    if (key.kind !== 'text' && !(key.kind === 'number' && Number.isInteger(key.value))) {
      throw this.#expected('an index or a quoted key, such as [0] or ["odd key"]')
    }
    this.#at++
    this.#need(']', ']')
    return key.kind === 'text' ? { kind: 'property', name: key.value } : { kind: 'element', index: key.value }
  }

  /** Takes a sign if it is the next word. */
  sign(value: string): Token | undefined {
    return this.#next.kind === 'sign' && this.#next.value === value ? this.#tokens[this.#at++] : undefined
  }

  /** Complains about whatever is left. */
  end(): void {
    const { kind, at } = this.#next
    if (kind === 'end') return
    if (kind === 'word' && factNamed(String(this.#next.value)) === undefined && !this.#isVerb) {
      throw this.#unknownName(String(this.#next.value), at)
    }
    throw this.#expected('and, or, an operator or the end')
  }

  get #next(): Token {
    return this.#tokens[this.#at]!
  }

  get #isVerb(): boolean {
    return /^(?:and|or|not|in|like|contains|startswith|endswith)$/i.test(String(this.#next.value))
  }

  #word(value: string): Token | undefined {
    const { kind, value: word } = this.#next
    return kind === 'word' && word.toLowerCase() === value ? this.#tokens[this.#at++] : undefined
  }

  #operator(): Comparison | undefined {
    const { kind, value } = this.#next
    if (kind !== 'sign' && kind !== 'word') return undefined
    const word = value.toLowerCase()
    return Object.hasOwn(comparisons, word) ? comparisons[word] : undefined
  }

  #need(sign: string, what: string): void {
    if (this.sign(sign) === undefined) throw this.#expected(what)
  }

  #deeper(depth: number): number {
    if (depth < deepest) return depth + 1
    throw complaint(this.#text, this.#next.at, `the expression is nested more than ${deepest} deep`)
  }

  #expected(what: string): LeakscopeError {
    const { kind, at, end } = this.#next
    const found = kind === 'end' ? 'the end' : this.#text.slice(at, Math.min(end, at + 40))
    return complaint(this.#text, at, `expected ${what}, not ${found}`)
  }

  #unknownName(word: string, at: number): LeakscopeError {
    if (this.#isVerb) return this.#expected('a name, a field such as .userId, or a value')
    const [near] = nearNames(
      facts.map(fact => fact.name),
      word,
      1,
    )
    const names = facts.map(fact => fact.name).join(', ')
    return complaint(
      this.#text,
      at,
      `nothing is called ${word}`,
      near === undefined
        ? `A field begins with a dot (.${word}), text stands in quotes ("${word}"); the names are ${names}.`
        : `Did you mean ${near}? A field begins with a dot (.${word}), text stands in quotes ("${word}").`,
    )
  }
}
