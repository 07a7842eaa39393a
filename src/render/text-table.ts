import type { Column, Table } from '../report/report.js'
import { aligned, type Setting } from './aligned.js'
import type { Pen } from './pen.js'
import { plain } from './plain-text.js'
import { widthOf } from './text-width.js'
import { shown } from './units.js'

/**
 * A table as a header and one line per row, numbers right-aligned. On a narrow terminal, optional columns are dropped
 * first; then texts are cut, or, in a table that `wraps`, continue on the next line.
 */
export function tableLines({ columns: all, rows, wraps, dimmed = [] }: Table, pen: Pen, width: number): string[] {
  if (rows.length === 0) return []
  const cellsOf = (columns: readonly Column[]): string[][] => [
    columns.map(({ title }) => plain(title)),
    ...rows.map(row => columns.map(({ key, unit }) => shown(row[key], unit))),
  ]
  const fits = naturalWidth(cellsOf(all)) <= width
  const columns = fits ? all : all.filter(({ optional }) => !optional)
  const settings = columns.map(
    ({ unit, whole }): Setting => ({
      align: unit === 'text' ? 'left' : 'right',
      flexible: unit === 'text' && whole !== true,
      wraps: wraps === true,
    }),
  )
  const [header, ...bodies] = aligned(cellsOf(columns), settings, width)
  const lines = bodies.map((line, row) => (dimmed[row] ? pen.dim(line) : line))
  // A table with only untitled columns is a bare value, such as a count.
  return columns.every(({ title }) => title === '') ? lines : [pen.dim(header!), ...lines]
}

function naturalWidth(rows: readonly (readonly string[])[]): number {
  const widths = rows[0]!.map((_, column) => rows.reduce((most, row) => Math.max(most, widthOf(row[column]!)), 0))
  return widths.reduce((sum, each) => sum + each, 2 * (widths.length - 1))
}
