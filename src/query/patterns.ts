import type { LeakscopeError } from '../errors.js'

/** V8 cuts the strings of a snapshot after 1,024 characters; concatenated texts are cut at the same length here. */
export const longestText = 1024

/** A regular expression, and the maximum length of text to which it is applied. */
export interface Pattern {
  readonly regex: RegExp
  readonly longest: number
}

/**
 * The maximum text length by the number of repetitions (`*`, `+`, `?`, `{2,}`) in a regular expression: V8's
 * backtracking takes polynomial time, with a degree of one more than their number. More repetitions are refused.
 */
const longestByRepetitions = [longestText, longestText, 256, 100]

/**
 * A regular expression with bounded run time on any text. Refused are a repetition of something with variable length
 * (`(a+)+`) or of alternatives that may start the same (`(a|ab)*`), back references, and more than three repetitions;
 * any other takes milliseconds per text. `complain` creates the error.
 */
export function pattern(
  source: string,
  flags: string,
  complain: (message: { readonly what: string; readonly hint?: string }) => LeakscopeError,
): Pattern {
  const wrong = /[^imsu]/.exec(flags)?.[0]
  if (wrong !== undefined) {
    throw complain({ what: `unknown flag ${wrong} of a regular expression (allowed: i, m, s, u)` })
  }
  let regex: RegExp
  try {
    regex = new RegExp(source, flags)
  } catch (cause) {
    const what = (cause as Error).message.replace(/^Invalid regular expression: /, 'not a regular expression: ')
    throw complain({ what })
  }
  const repetitions = repetitionsOf(source)
  if (typeof repetitions === 'number' && repetitions < longestByRepetitions.length) {
    return { regex, longest: longestByRepetitions[repetitions]! }
  }
  const why =
    typeof repetitions === 'number' ? `it has more than ${longestByRepetitions.length - 1} repetitions` : repetitions
  throw complain({
    what: `this regular expression may not end on some texts: ${why}`,
    hint: 'Simplify it, or use contains, startswith, endswith or like (with * and ?).',
  })
}

/** Whether a text matches a pattern. */
export const matches = ({ regex, longest }: Pattern, text: string): boolean => regex.test(text.slice(0, longest))

interface Group {
  /** Whether its length varies. */
  varies: boolean
  alternatives: number
  /** The first piece of each alternative. */
  readonly begins: string[]
}

const newGroup = (): Group => ({ varies: false, alternatives: 1, begins: [] })
const piece =
  /\\[\s\S]|\[(?:[^\]\\]|\\[\s\S])*\]|\((?:\?(?:<?[=!]|:|<[^>]*>))?|[)|]|(?:[*+?]|\{\d+(?:,\d*)?\})\??|[\s\S]/gu

/** The number of variable repetitions in a regular expression, or the reason why it may take exponential time. */
function repetitionsOf(source: string): number | string {
  const open = [newGroup()]
  let closed: Group | undefined
  let repetitions = 0
  for (const [token] of source.matchAll(piece)) {
    const group = open.at(-1)!
    const last = closed
    closed = undefined
    if (/^\\[1-9k]/.test(token)) return 'it has a back reference'
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})\??$/.test(token)) {
      const isFixed = /^\{\d+\}/.test(token)
      if (!isFixed) repetitions++
      group.varies ||= !isFixed
      if (token.startsWith('?')) continue
      if (last?.varies) return 'a repetition contains something of variable length'
      if (last !== undefined && !beginApart(last)) return 'a repetition contains alternatives that may start the same'
    } else if (token === ')') {
      closed = open.length > 1 ? open.pop()! : newGroup()
      open.at(-1)!.varies ||= closed.varies
    } else if (token === '|') group.alternatives++
    else {
      if (group.begins.length < group.alternatives) group.begins[group.alternatives - 1] = token
      if (token.startsWith('(')) open.push(newGroup())
    }
  }
  return repetitions
}

function beginApart({ alternatives, begins }: Group): boolean {
  if (alternatives === 1) return true
  const letters = new Set(begins.filter(begin => /^[\w -]$/.test(begin)).map(begin => begin.toLowerCase()))
  return letters.size === alternatives
}

/**
 * Whether a whole text matches a glob with `*` (any characters) and `?` (one). Takes at most the product of both
 * lengths.
 */
export function isLike(text: string, glob: string): boolean {
  let [at, wanted] = [0, 0]
  let star = -1
  let resume = 0
  while (at < text.length) {
    if (glob[wanted] === '*') {
      star = wanted++
      resume = at
    } else if (wanted < glob.length && (glob[wanted] === '?' || glob[wanted] === text[at])) {
      at++
      wanted++
    } else if (star >= 0) {
      wanted = star + 1
      at = ++resume
    } else return false
  }
  while (glob[wanted] === '*') wanted++
  return wanted === glob.length
}
