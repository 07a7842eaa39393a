import type { Table } from '../report/report.js'
import { aligned } from './aligned.js'
import type { Pen } from './pen.js'
import { plain } from './plain-text.js'
import { shown } from './units.js'

/** A table as a header and one line per row, numbers to the right; texts give way where the terminal is too narrow. */
export function tableLines({ columns, rows }: Table, pen: Pen, width: number): string[] {
  if (rows.length === 0) return []
  const cells = rows.map(row => columns.map(({ key, unit }) => shown(row[key], unit)))
  const settings = columns.map(
    ({ unit }) => ({ align: unit === 'text' ? 'left' : 'right', flexible: unit === 'text' }) as const,
  )
  const [header, ...lines] = aligned([columns.map(({ title }) => plain(title)), ...cells], settings, width)
  // A table of one nameless column is a bare answer, such as a count.
  return columns.every(({ title }) => title === '') ? lines : [pen.dim(header!), ...lines]
}
