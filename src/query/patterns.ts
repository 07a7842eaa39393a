import type { LeakscopeError } from '../errors.js'

/** V8 cuts the strings of a snapshot after 1,024 characters; texts that it built of pieces are cut at the same length here. */
export const longestText = 1024

/** A regular expression, and how much of a text it is given. */
export interface Pattern {
  readonly regex: RegExp
  readonly longest: number
}

/**
 * How much of a text a regular expression may see, by how many repetitions (`*`, `+`, `?`, `{2,}`) it has: V8 tries every way to part
 * a text among them, which takes time by a power one higher than their number. More of them are refused.
 */
const longestByRepetitions = [longestText, longestText, 256, 100]

/**
 * A regular expression that cannot run for ever, whatever is in the heap: one in which a repetition repeats what varies in length
 * (`(a+)+`) or alternatives that may begin alike (`(a|ab)*`) is refused, as are references back, and more than three repetitions;
 * any other takes milliseconds for a text. `complain` makes the error.
 */
export function pattern(
  source: string,
  flags: string,
  complain: (message: { readonly what: string; readonly hint?: string }) => LeakscopeError,
): Pattern {
  const wrong = /[^imsu]/.exec(flags)?.[0]
  if (wrong !== undefined) {
    throw complain({ what: `a regular expression here has no flag ${wrong} (i, m, s and u there are)` })
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
    what: `this regular expression may take for ever on some text: ${why}`,
    hint: 'Write it plainer, or use contains, startswith, endswith or like (with * and ?).',
  })
}

/** Whether a text has what a pattern says. */
export const matches = ({ regex, longest }: Pattern, text: string): boolean => regex.test(text.slice(0, longest))

interface Group {
  /** Whether something in it may be there or not, or several times: the text does not say how often. */
  varies: boolean
  alternatives: number
  /** The first piece of each alternative. */
  readonly begins: string[]
}

const newGroup = (): Group => ({ varies: false, alternatives: 1, begins: [] })
const piece =
  /\\[\s\S]|\[(?:[^\]\\]|\\[\s\S])*\]|\((?:\?(?:<?[=!]|:|<[^>]*>))?|[)|]|(?:[*+?]|\{\d+(?:,\d*)?\})\??|[\s\S]/gu

/** How many repetitions of no fixed number a regular expression has, or why it may need time exponential in the text. */
function repetitionsOf(source: string): number | string {
  const open = [newGroup()]
  let closed: Group | undefined
  let repetitions = 0
  for (const [token] of source.matchAll(piece)) {
    const group = open.at(-1)!
    const last = closed
    closed = undefined
    if (/^\\[1-9k]/.test(token)) return 'it refers back to a group'
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})\??$/.test(token)) {
      const isFixed = /^\{\d+\}/.test(token)
      if (!isFixed) repetitions++
      group.varies ||= !isFixed
      if (token.startsWith('?')) continue
      if (last?.varies) return 'a repetition repeats what varies in length'
      if (last !== undefined && !beginApart(last)) return 'a repetition repeats alternatives that may begin alike'
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

/** Whether a text is as a pattern with `*` (any characters) and `?` (one) says, all of it. Time is the product of both lengths at most. */
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
