/**
 * Makes a heap string safe to display: on one line, without terminal control, and without characters that reorder or
 * hide neighbouring text. Such characters are written as JavaScript escapes: a newline as `\n`, an escape character as
 * `\u001b`, a right-to-left override as `\u202e`. Everything else is unchanged, so the function is idempotent.
 * `written` replaces the way of escaping.
 *
 * Escapes control characters (C0, DEL, C1), line and paragraph separators, Unicode's default ignorable characters
 * (bidirectional controls, zero-width and tag characters, byte order marks), noncharacters (not allowed in XML) and
 * lone surrogates (not allowed in UTF-8). Zero-width joiners and emoji variation selectors stay: Persian and emoji
 * sequences need them.
 */
export function plain(text: string, written: (character: string) => string = asJavaScript): string {
  return SEEMLY.test(text) ? text : text.replace(UNSEEMLY, written)
}

/** As `plain`, cut to at most so many characters, ending in `…` if cut. Never splits a character. */
export function excerpt(text: string, characters: number): string {
  // Escaping never shortens a text: its beginning is enough to fill the excerpt.
  const shown = Array.from(plain(text.slice(0, 2 * characters + 2)))
  if (shown.length <= characters && text.length <= 2 * characters + 2) return shown.join('')
  return `${shown.slice(0, characters - 1).join('')}…`
}

/** Replaces lone surrogates, which UTF-8 cannot carry, with U+FFFD. */
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
