import type { LeakscopeError } from '../errors.js'
import { complaint } from './complaint.js'
import { type Token, tokens } from './tokens.js'

/** How deep parentheses and `not` may nest. */
const deepest = 100

/** Words that join or compare, and so name nothing. */
const verbs: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'like', 'contains', 'startswith', 'endswith'])

/** Goes over the words of an expression from left to right, and complains where it stands. */
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

  /** Where the word taken last ends. */
  get end(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0
  }

  /** Whether the next word joins or compares. */
  get isVerb(): boolean {
    return this.next.kind === 'word' && verbs.has(this.next.value.toLowerCase())
  }

  /** Takes the next word, whatever it is. The last one stays. */
  take(): Token {
    const token = this.next
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Takes a sign if it is next. */
  sign(...values: readonly string[]): Token | undefined {
    return this.next.kind === 'sign' && values.includes(this.next.value) ? this.take() : undefined
  }

  /** Takes a word of letters, in any case, if it is next. */
  word(value: string): Token | undefined {
    return this.next.kind === 'word' && this.next.value.toLowerCase() === value ? this.take() : undefined
  }

  /** Takes a sign that has to be next. */
  need(sign: string, what: string): void {
    if (this.sign(sign) === undefined) throw this.expected(what)
  }

  /** One level deeper. */
  deeper(depth: number): number {
    if (depth < deepest) return depth + 1
    throw complaint(this.text, this.next.at, `the expression is nested more than ${deepest} deep`)
  }

  /** What should have stood here. */
  expected(what: string): LeakscopeError {
    const { kind, at, end } = this.next
    const found = kind === 'end' ? 'the end' : this.text.slice(at, Math.min(end, at + 40))
    return complaint(this.text, at, `expected ${what}, not ${found}`)
  }
}
