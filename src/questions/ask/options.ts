import { LeakscopeError } from '../../errors.js'
import { type Match, matching } from '../../heap/text-match.js'
import { counted } from '../../units.js'
import type { Option } from './analysis.js'

/** `--limit 10`, or `--limit all`. */
export const limit = (summary: string, usual: number): Option<number> => ({
  flags: '--limit <n>',
  summary: `${summary}; all for everything`,
  default: usual,
  parse: text => (text === 'all' ? Number.POSITIVE_INFINITY : whole('--limit', text)),
})

/** An option that is a whole number. */
export const count = (flag: string, summary: string, usual: number): Option<number> => ({
  flags: `${flag} <n>`,
  summary,
  default: usual,
  parse: text => whole(flag, text),
})

function whole(flag: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new LeakscopeError('USAGE', `${flag} takes a whole number, not ${JSON.stringify(text)}`, {
    hint: `For example: ${flag} 10.`,
  })
}

/** An option with a fixed set of values. */
export const choice = <W extends string>(flag: string, summary: string, words: readonly W[], usual: W): Option<W> => ({
  flags: `${flag} <${words.join('|')}>`,
  summary,
  default: usual,
  parse: text => {
    const word = words.find(word => word === text)
    if (word !== undefined) return word
    throw new LeakscopeError('USAGE', `${flag} takes ${words.join(', ')}, not ${JSON.stringify(text)}`, {
      hint: `For example: ${flag} ${words[0]}.`,
    })
  },
})

/** `--filter store` (contained text, case-insensitive) or `--filter '/^Session$/i'` (a regular expression). */
export const pattern = (flag: string, summary: string): Option<Match | undefined> => ({
  flags: `${flag} <text or /regex/>`,
  summary,
  default: undefined,
  parse: text => matching(flag, text),
})

const units: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }

/** A size such as `10MB`, in bytes. */
export const size = (flag: string, summary: string, usual: number): Option<number> => ({
  flags: `${flag} <size>`,
  summary,
  default: usual,
  parse: text => {
    const match = /^(\d+(?:\.\d+)?)\s*([KMG]?B)?$/i.exec(text)
    if (match !== null) return Number(match[1]) * units[(match[2] ?? 'B').toUpperCase()]!
    throw new LeakscopeError('USAGE', `${flag} takes a size, not ${JSON.stringify(text)}`, {
      hint: `For example: ${flag} 10MB.`,
    })
  },
})

/**
 * `412 more; raise --limit` if rows were cut, otherwise nothing. `what` follows the number: `suspects`, `of type
 * Session`.
 */
export const cutNote = (shown: number, total: number, what?: string): string[] =>
  shown < total ? [`${counted(total - shown)} more${what ? ` ${what}` : ''}; raise --limit`] : []
