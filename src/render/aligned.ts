import { clipped, clippedAhead, widthOf, wordWrapped } from './text-width.js'

/** The layout of a text column. Only `flexible` ones shrink when the lines would be too long. */
export interface Setting {
  readonly align: 'left' | 'right'
  readonly flexible: boolean
  /** Which part to keep when there is no room for all: the beginning by default. */
  readonly keeps?: 'end'
  /** Wraps text that does not fit into further lines instead of cutting it. */
  readonly wraps?: boolean
}

/**
 * Aligns rows of cells in columns, separated by two spaces, no wider than `width` as far as flexible columns allow.
 * Returns one text per row: a row with a wrapping cell has several lines.
 */
export function aligned(rows: readonly (readonly string[])[], settings: readonly Setting[], width: number): string[] {
  const widths = settings.map((_, column) => rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0))
  shrink(widths, settings, width)
  return rows.map(row => {
    const cells = settings.map((setting, column) => cellLines(row[column] ?? '', widths[column]!, setting))
    const height = cells.reduce((most, lines) => Math.max(most, lines.length), 1)
    return Array.from({ length: height }, (_, line) =>
      settings
        .map(({ align }, column) => padded(cells[column]![line] ?? '', widths[column]!, align))
        .join('  ')
        .trimEnd(),
    ).join('\n')
  })
}

function cellLines(text: string, width: number, { flexible, keeps, wraps = false }: Setting): string[] {
  if (wraps && flexible && widthOf(text) > width) return wordWrapped(text, width)
  return [keeps === 'end' ? clippedAhead(text, width) : clipped(text, width)]
}

const NARROWEST = 8

/** Shrinks the widest flexible column to the width of the next widest, and so on, until the row fits. */
function shrink(widths: number[], settings: readonly Setting[], width: number): void {
  let missing = widths.reduce((sum, each) => sum + each, 2 * (widths.length - 1)) - width
  while (missing > 0) {
    const flexible = [...widths.keys()].filter(column => settings[column]!.flexible && widths[column]! > NARROWEST)
    if (flexible.length === 0) return
    flexible.sort((a, b) => widths[b]! - widths[a]!)
    const widest = flexible[0]!
    const next = flexible.length > 1 ? widths[flexible[1]!]! : NARROWEST
    // At least one, or two equally wide columns would never shrink.
    const taken = Math.min(missing, Math.max(1, widths[widest]! - Math.max(next, NARROWEST)))
    widths[widest]! -= taken
    missing -= taken
  }
}

function padded(text: string, width: number, align: 'left' | 'right'): string {
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'left' ? text + padding : padding + text
}
