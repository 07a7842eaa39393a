import { LeakscopeError } from '../errors.js'

/** How much of a long expression is shown on either side of the place complained of. */
const around = 60

/**
 * What is wrong with an expression, with the place below it:
 *
 *     retained > 10MX
 *                  ^
 */
export function complaint(text: string, at: number, message: string, hint?: string): LeakscopeError {
  const from = at > around ? at - around : 0
  const to = Math.min(text.length, at + around)
  // One character for one, so that the caret stands where it should.
  const excerpt = text.slice(from, to).replaceAll(/\p{Cc}/gu, ' ')
  const cut = from > 0 ? '…' : ''
  return new LeakscopeError('USAGE', `${message}, at character ${at + 1} of the expression`, {
    hint,
    lines: [`${cut}${excerpt}${to < text.length ? '…' : ''}`, `${' '.repeat(cut.length + at - from)}^`],
  })
}
