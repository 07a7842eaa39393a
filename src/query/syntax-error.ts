import { LeakscopeError } from '../errors.js'

/** The number of characters of a long expression shown on either side of the error. */
const around = 60

/**
 * A syntax error, with the position below the expression:
 *
 *     retained > 10MX
 *                  ^
 */
export function syntaxError(text: string, at: number, message: string, hint?: string): LeakscopeError {
  const from = at > around ? at - around : 0
  const to = Math.min(text.length, at + around)
  // Replaces one character by one, to keep the caret aligned.
  const excerpt = text.slice(from, to).replaceAll(/\p{Cc}/gu, ' ')
  const cut = from > 0 ? '…' : ''
  return new LeakscopeError('USAGE', `${message}, at character ${at + 1} of the expression`, {
    hint,
    lines: [`${cut}${excerpt}${to < text.length ? '…' : ''}`, `${' '.repeat(cut.length + at - from)}^`],
  })
}
