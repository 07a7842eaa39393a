import { type Pattern, pattern } from './patterns.js'
import { syntaxError } from './syntax-error.js'

/** One token of an expression. `end` is the position after it. */
export type Token = { readonly at: number; readonly end: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'pattern'; readonly value: Pattern }
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'sign'; readonly value: string }
  | { readonly kind: 'end'; readonly value: '' }
)

/** The maximum length of an expression: longer ones are a mistake or an attack. */
const longest = 10_000

const space = /\s*/y
const word = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy
const number = /(\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)([\p{ID_Start}]*)/iuy
const sign = /->|!==|===|<=|>=|<>|==|=~|!=|!~|&&|\|\||[-=<>~!+*/%(),.[\]@#]/y
const regex = /\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([\p{ID_Continue}]*)/uy
const units: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 }

/** The tokens of an expression, the last of kind `end`. Errors: USAGE, with the position. */
export function tokens(text: string): Token[] {
  if (text.length > longest) {
    throw syntaxError(text, longest, `the expression is longer than ${longest.toLocaleString('en-US')} characters`)
  }
  const found: Token[] = []
  let at = 0
  const take = (shape: RegExp): RegExpExecArray | undefined => {
    shape.lastIndex = at
    return shape.exec(text) ?? undefined
  }

  for (;;) {
    at += take(space)![0].length
    if (at >= text.length) break
    const token = one()
    found.push(token)
    at = token.end
  }
  return [...found, { kind: 'end', value: '', at: text.length, end: text.length }]

  function one(): Token {
    const letter = text[at]!
    if (letter === '"' || letter === "'") return quoted(text, at)
    if (letter === '/' && !endsOperand(found.at(-1))) {
      const match = take(regex)
      if (match === undefined) throw syntaxError(text, at, 'a regular expression is not closed', 'Close it: `/text/`.')
      return {
        kind: 'pattern',
        value: pattern(match[1]!, match[2]!, message => syntaxError(text, at, message.what, message.hint)),
        at,
        end: at + match[0].length,
      }
    }
    const digits = take(number)
    if (digits !== undefined) {
      const unit = units[(digits[2] || 'B').toUpperCase()]
      const place = at + digits[1]!.length
      if (unit === undefined) throw syntaxError(text, place, `expected a unit (B, KB, MB, GB, TB), not ${digits[2]}`)
      return { kind: 'number', value: Number(digits[1]!.replaceAll('_', '')) * unit, at, end: at + digits[0].length }
    }
    const name = take(word)
    if (name !== undefined) return { kind: 'word', value: name[0], at, end: at + name[0].length }
    const mark = take(sign)
    if (mark !== undefined) return { kind: 'sign', value: mark[0], at, end: at + mark[0].length }
    throw syntaxError(text, at, `expected a name, a value or an operator, not ${JSON.stringify(letter)}`)
  }
}

/** After an operand a slash divides; anywhere else it begins a regular expression. */
const endsOperand = (before: Token | undefined): boolean =>
  before !== undefined &&
  (before.kind === 'sign' ? before.value === ')' || before.value === ']' : before.kind !== 'word' || !isVerb(before))

const isVerb = ({ value }: Token): boolean =>
  /^(?:and|or|not|like|contains|startswith|endswith|in)$/i.test(String(value))

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' }

/** Text in quotes of either kind, with JavaScript's escapes. */
function quoted(text: string, at: number): Token {
  const quote = text[at]!
  let value = ''
  for (let place = at + 1; place < text.length; place++) {
    const letter = text[place]!
    if (letter === quote) return { kind: 'text', value, at, end: place + 1 }
    if (letter !== '\\') {
      value += letter
      continue
    }
    const code = /^u([\da-f]{4})/i.exec(text.slice(place + 1, place + 6))?.[1]
    if (code !== undefined) {
      value += String.fromCharCode(Number.parseInt(code, 16))
      place += 5
    } else {
      const next = text[++place] ?? ''
      value += escapes[next] ?? next
    }
  }
  throw syntaxError(text, at, `a ${quote} is not closed`, `Close it with another ${quote}.`)
}
