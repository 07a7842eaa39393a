/**
 * The width of a text in terminal columns: two for Chinese, Japanese and Korean characters and for emoji, none for
 * combining accents.
 */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes(text)) width += WIDE.test(segment) ? 2 : JOINED.test(segment) ? 0 : 1
  return width
}

/** Cuts a text to at most so many columns; it ends in `…` if cut. */
export function clipped(text: string, columns: number): string {
  if (text.length <= columns && ASCII.test(text)) return text
  if (widthOf(text) <= columns) return text
  let kept = ''
  let width = 1 // the ellipsis
  for (const { segment } of graphemes(text)) {
    width += widthOf(segment)
    if (width > columns) break
    kept += segment
  }
  return columns < 1 ? '' : `${kept}…`
}

/** As `clipped`, but cuts the beginning: `…es/store.js:4:7` still has the line. */
export function clippedAhead(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let kept = ''
  let width = 1 // the ellipsis
  for (const { segment } of [...graphemes(text)].reverse()) {
    width += widthOf(segment)
    if (width > columns) break
    kept = segment + kept
  }
  return columns < 1 ? '' : `…${kept}`
}

/**
 * Wraps a text at spaces into lines of at most so many columns; a word that is longer than a line is broken at its end.
 */
export function wordWrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) <= columns) {
      line += ` ${word}`
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (widthOf(line) > Math.max(columns, 1)) {
      const head = clipped(line, Math.max(columns, 1) + 1).slice(0, -1)
      if (head === '') break
      lines.push(head)
      line = line.slice(head.length)
    }
  }
  return [...lines, line]
}

const ASCII = /^[ -~]*$/

let segmenter: Intl.Segmenter | undefined

// Created for the first non-ASCII text: it takes 13 ms, a large part of leakscope's start time.
function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

// Wide and fullwidth of Unicode's EastAsianWidth.txt, as whole blocks; emoji by property or by the variation selector asking for one.
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f/u
const JOINED = /^[\p{M}\u200c\u200d]+$/u
