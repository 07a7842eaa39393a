import type { Section } from '../report/report.js'
import type { Format, Look } from './format.js'
import { type Pen, penOf } from './pen.js'
import { plain } from './plain-text.js'
import { pathLines } from './text-path.js'
import { seriesLines } from './text-series.js'
import { tableLines } from './text-table.js'
import { treeLines } from './text-tree.js'
import { wordWrapped } from './text-width.js'

/**
 * For people: columns, ladders and sparklines, as wide as the terminal (`width: Infinity` cuts nothing). An empty
 * section prints nothing, not even its title, as objgraph's show_growth prints nothing when nothing grew. Titles are
 * printed only for several sections and above a path, whose title is a one-line summary. Notes are not included: they
 * go to stderr.
 */
export const text: Format = {
  name: 'text',
  endings: ['.txt'],
  shows: ['table', 'drawing', 'series', 'path'],
  render({ headline, sections }, _envelope, look) {
    const pen = penOf(look.color)
    const shown = sections
      .map(section => ({ section, lines: linesOf(section, pen, look) }))
      .filter(({ lines }) => lines.length > 0)
    const bold = (text: string): string => wordWrapped(plain(text), look.width).map(pen.bold).join('\n')
    const head = headline === undefined ? [] : [`${bold(headline)}\n`]
    const parts = shown.map(({ section: { shape, title }, lines }) => {
      const titled = title !== '' && (shown.length > 1 || shape === 'path')
      return `${[...(titled ? [bold(title)] : []), ...lines].join('\n')}\n`
    })
    return [...head, ...parts].join('\n')
  },
}

function linesOf(section: Section, pen: Pen, { width }: Look): string[] {
  switch (section.shape) {
    case 'table':
      return tableLines(section, pen, width)
    case 'drawing':
      return treeLines(section, pen, width)
    case 'series':
      return seriesLines(section, pen, width)
    case 'path':
      return pathLines(section, width)
  }
}
