import type { Drawing, Path, Section, Series, Table } from '../report/report.js'
import type { Format } from './format.js'
import { ladder } from './ladder.js'
import { plain } from './plain-text.js'
import { span, sparkline } from './sparkline.js'
import { placeOf } from './text-path.js'
import { rungText } from './text-tree.js'
import { difference, shown } from './units.js'

/**
 * For GitHub: issues, pull requests, job summaries. Tables are tables, a drawing is a nested list and a path a numbered
 * one, both as code. Heap strings can neither break out of their cell nor create links or mentions (`@1203` could be a
 * user).
 */
export const markdown: Format = {
  name: 'markdown',
  endings: ['.md', '.markdown'],
  shows: ['table', 'drawing', 'series', 'path'],
  render({ title, sections, notes }) {
    const blocks = [
      `## ${inert(title)}`,
      ...sections.flatMap(section => [...headed(section, sections.length, title), blockOf(section)]),
      notes.map(note => `> ${inert(note)}`).join('\n>\n'),
    ]
    return `${blocks.filter(Boolean).join('\n\n')}\n`
  },
}

function headed({ title }: Section, sections: number, above: string): string[] {
  return title === '' || (sections === 1 && title === above) ? [] : [`### ${inert(title)}`]
}

function blockOf(section: Section): string {
  switch (section.shape) {
    case 'table':
      return tableBlock(section)
    case 'drawing':
      return drawingBlock(section)
    case 'series':
      return seriesBlock(section)
    case 'path':
      return pathBlock(section)
  }
}

function tableBlock({ columns, rows }: Table): string {
  if (columns.length === 0) return ''
  return [
    row(columns.map(({ title }) => inert(title))),
    row(columns.map(({ unit }) => (unit === 'text' ? '---' : '---:'))),
    ...rows.map(values =>
      row(columns.map(({ key, unit }) => (unit === 'id' ? code : inert)(shown(values[key], unit)))),
    ),
  ].join('\n')
}

function drawingBlock(drawing: Drawing): string {
  return ladder(drawing)
    .map(rung => `${'  '.repeat(rung.depth)}- ${code(rungText(rung))}`)
    .join('\n')
}

function seriesBlock({ lines }: Series): string {
  if (lines.length === 0) return ''
  const rows = lines.map(({ title, unit, values }) => {
    const { first, last, change } = span(values)
    return row([inert(title), sparkline(values), shown(first, unit), shown(last, unit), difference(change, unit)])
  })
  return [row(['', 'over time', 'first', 'last', 'change']), row(['---', '---', '---:', '---:', '---:']), ...rows].join(
    '\n',
  )
}

function pathBlock(path: Path): string {
  const steps = path.steps.map((step, at) => {
    const named = [`${step.type} @${step.id}`, step.name, placeOf(step)].filter(Boolean).join('  ')
    return `${at + 1}. ${code(plain(at === 0 ? named : `${step.edge} → ${named}`))}`
  })
  return steps.join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/**
 * Escapes a text so that Markdown shows it literally. An empty comment breaks what GitHub and GitLab would link:
 * mentions, issues (`#1`, `!1`, `GH-1` and a repository's own such as `TICKET-1`), web addresses.
 */
function inert(text: string): string {
  return plain(text)
    .trim()
    .replace(/[&<>]/g, character => ENTITIES[character]!)
    .replace(/[\\`*_{}[\]|~$]|^[-+=#]|(?<=^\d+)[.)](?=\s|$)/g, '\\$&')
    .replace(/[@#!＠＃](?=\w)|(?<=[a-z]\w*)-(?=\d)|:(?=\/\/)|www(?=\.)/gi, '$&<!-- -->')
}

/** A text as code, fenced by more backticks than its longest run. */
function code(text: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0)
  const fence = '`'.repeat(longest + 1)
  return longest > 0 ? `${fence} ${text} ${fence}` : fence + text + fence
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
