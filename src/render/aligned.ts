import { clipped, clippedAhead, widthOf, wordWrapped } from './text-width.js'

/** How a column of text is set. Only a `flexible` one gives up room when the lines would be too long. */
export interface Setting {
  readonly align: 'left' | 'right'
  readonly flexible: boolean
  /** Which part is worth keeping where there is no room for all of it: the beginning, unless said otherwise. */
  readonly keeps?: 'end'
  /** What does not fit goes on in further lines of the cell instead of being cut. */
  readonly wraps?: boolean
}

/**
 * Rows of cells as lines of equal columns, two spaces between them, no longer than `width` as far as flexible columns allow. One text
 * per row: a row with a cell that wraps is several lines.
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

/** Takes the missing room from the widest flexible column, down to the next widest, and so on. */
function shrink(widths: number[], settings: readonly Setting[], width: number): void {
  let missing = widths.reduce((sum, each) => sum + each, 2 * (widths.length - 1)) - width
  while (missing > 0) {
    const flexible = [...widths.keys()].filter(column => settings[column]!.flexible && widths[column]! > NARROWEST)
    if (flexible.length === 0) return
    flexible.sort((a, b) => widths[b]! - widths[a]!)
    const widest = flexible[0]!
    const next = flexible.length > 1 ? widths[flexible[1]!]! : NARROWEST
    // At least one column at a time, or two that are equally wide would wait for each other.
    const taken = Math.min(missing, Math.max(1, widths[widest]! - Math.max(next, NARROWEST)))
    widths[widest]! -= taken
    missing -= taken
  }
}

function padded(text: string, width: number, align: 'left' | 'right'): string {
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'left' ? text + padding : padding + text
}
