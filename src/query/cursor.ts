import type { LeakscopeError } from '../errors.js'
import { syntaxError } from './syntax-error.js'
import { type Token, tokens } from './tokens.js'

/** The maximum nesting of parentheses and `not`. */
const deepest = 100

/** Operator words, which cannot be names. */
const verbs: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'like', 'contains', 'startswith', 'endswith'])

/** Reads the tokens of an expression from left to right, and reports errors at its position. */
export class Cursor {
  readonly text: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.text = text
    this.#tokens = tokens(text)
  }

  get next(): Token {
    return this.#tokens[this.#at]!
  }

  /** The end of the last token taken. */
  get end(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0
  }

  /** Whether the next token is an operator word. */
  get isVerb(): boolean {
    return this.next.kind === 'word' && verbs.has(this.next.value.toLowerCase())
  }

  /** Takes the next token. The last one (`end`) is never consumed. */
  take(): Token {
    const token = this.next
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Takes a sign if it is next. */
  sign(...values: readonly string[]): Token | undefined {
    return this.next.kind === 'sign' && values.includes(this.next.value) ? this.take() : undefined
  }

  /** Takes a word, ignoring case, if it is next. */
  word(value: string): Token | undefined {
    return this.next.kind === 'word' && this.next.value.toLowerCase() === value ? this.take() : undefined
  }

  /** Takes a required sign. */
  need(sign: string, what: string): void {
    if (this.sign(sign) === undefined) throw this.expected(what)
  }

  /** The next nesting level. Errors: USAGE if it is too deep. */
  deeper(depth: number): number {
    if (depth < deepest) return depth + 1
    throw syntaxError(this.text, this.next.at, `the expression is nested more than ${deepest} deep`)
  }

  /** The error for an unexpected token. */
  expected(what: string): LeakscopeError {
    const { kind, at, end } = this.next
    const found = kind === 'end' ? 'the end' : this.text.slice(at, Math.min(end, at + 40))
    return syntaxError(this.text, at, `expected ${what}, not ${found}`)
  }
}
