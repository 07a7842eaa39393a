import type { Cell, Path, Section, Series, Table } from '../report/report.js'
import type { Format } from './format.js'
import { plain } from './plain-text.js'

/**
 * For spreadsheets and data frames: RFC 4180, the JSON keys as header, plain numbers (sizes in bytes), missing values
 * empty. One section is one plain table, so that `read_csv` works directly; several sections each begin with a record
 * of only the title and are separated by an empty line. A series is a table with `seconds` first; drawings cannot be
 * written as CSV.
 *
 * A text that a spreadsheet would read as a formula (beginning with `= + - @`, also full-width ones, a tab or a line
 * break) is prefixed with an apostrophe, because strings in a heap often come from requests.
 */
export const csv: Format = {
  name: 'csv',
  endings: ['.csv'],
  shows: ['table', 'series', 'path'],
  render({ sections }) {
    const shown = sections
      .map(section => ({ title: section.title, records: recordsOf(section) }))
      .filter(({ records }) => records)
    return shown
      .map(({ title, records }) => [...(shown.length > 1 ? [[title]] : []), ...records!].map(record).join(''))
      .join('\r\n')
  },
}

function recordsOf(section: Section): Cell[][] | undefined {
  switch (section.shape) {
    case 'table':
      return tableRecords(section)
    case 'series':
      return seriesRecords(section)
    case 'path':
      return pathRecords(section)
    case 'drawing':
      return undefined
  }
}

function tableRecords({ columns, rows }: Table): Cell[][] {
  const keys = columns.map(({ key }) => key)
  return [keys, ...rows.map(row => keys.map(key => row[key] ?? null))]
}

function seriesRecords({ seconds, lines }: Series): Cell[][] {
  return [
    ['seconds', ...lines.map(({ key }) => key)],
    ...seconds.map((second, at) => [second, ...lines.map(({ values }) => values[at] ?? null)]),
  ]
}

function pathRecords({ steps }: Path): Cell[][] {
  return [
    ['edge', 'type', 'name', 'id', 'file', 'line', 'column'],
    ...steps.map(({ edge, type, name, id, location }) => [
      edge,
      type,
      name,
      id,
      location?.file ?? null,
      location?.line ?? null,
      location?.column ?? null,
    ]),
  ]
}

function record(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`
}

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : ''
  const text = isFormula(cell) ? `'${plain(cell)}` : plain(cell)
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

// Full-width and small forms (＝ ﹦) are normalized first, as East Asian spreadsheets do.
const isFormula = (text: string): boolean => /^[\s\p{Cc}]*[=+\-@\t\r\n]/u.test(text.slice(0, 256).normalize('NFKC'))
