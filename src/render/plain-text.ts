/**
 * A string out of somebody's heap, made fit to be shown: one line, nothing a terminal obeys, nothing that reorders or hides what
 * stands beside it. What is taken out stays visible as JavaScript would write it: a newline as `\n`, an escape character as
 * `\u001b`, a right-to-left override as `\u202e`. Everything else is left as it is, so the result is the same if done twice.
 *
 * Escaped are control characters (C0, DEL, C1), line and paragraph separators, bidirectional and other invisible formatting
 * characters, byte order marks, tag characters, noncharacters (not allowed in XML) and lone surrogates (not allowed in UTF-8).
 * The zero-width joiners stay: Persian and emoji families need them.
 */
export function plain(text: string): string {
  return SEEMLY.test(text) ? text : text.replace(UNSEEMLY, written)
}

/** As `plain`, cut to so many characters, the last of them `…` when something was cut. No character is cut in half. */
export function excerpt(text: string, characters: number): string {
  // A few escapes may grow sixfold, never shrink: the head of the text is enough to fill the excerpt, and the rest need not be read.
  const shown = Array.from(plain(text.slice(0, 2 * characters + 2)))
  if (shown.length <= characters && text.length <= 2 * characters + 2) return shown.join('')
  return `${shown.slice(0, characters - 1).join('')}…`
}

/** Replaces halves of surrogate pairs that stand alone, which no UTF-8 file can carry, by U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd')
}

const SEEMLY = /^[ -~]*$/
const LONE_SURROGATE = /\p{Surrogate}/gu
const UNSEEMLY =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\p{Noncharacter_Code_Point}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function written(character: string): string {
  const code = character.codePointAt(0)!
  return SHORT[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`)
}
