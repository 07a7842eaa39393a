/**
 * A string out of somebody's heap, made fit to be shown: one line, nothing a terminal obeys, nothing that reorders or hides what
 * stands beside it. What is taken out stays visible as JavaScript would write it: a newline as `\n`, an escape character as
 * `\u001b`, a right-to-left override as `\u202e`. Everything else is left as it is, so the result is the same if done twice.
 * `written` chooses another way of writing what is taken out.
 *
 * Escaped are control characters (C0, DEL, C1), line and paragraph separators, what Unicode calls default ignorable (bidirectional
 * controls, zero-width and tag characters, byte order marks), noncharacters (not allowed in XML) and lone surrogates (not allowed in
 * UTF-8). Zero-width joiners and emoji's variation selectors stay: Persian and families of emoji need them.
 */
export function plain(text: string, written: (character: string) => string = asJavaScript): string {
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
  /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function asJavaScript(character: string): string {
  const code = character.codePointAt(0)!
  return SHORT[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`)
}
