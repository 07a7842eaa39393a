import type { DrawnEdge, DrawnNode, Row, Section, Table } from '../report/report.js'
import type { Format } from './format.js'
import { plain } from './plain-text.js'

/**
 * For programs. Strings are complete and unchanged (lone surrogates, which UTF-8 cannot carry, become U+FFFD); control
 * characters for terminals are written as JSON's `\u` escapes, so that the output is safe to print. Sizes are in bytes;
 * an unavailable number is `null`.
 */
export const json: Format = {
  name: 'json',
  endings: ['.json'],
  shows: ['table', 'drawing', 'series', 'path'],
  render({ sections, notes, findings }, { command, target, heaps }) {
    const answer = { version: 1, command, target, heaps, sections: sections.map(contents), notes, ...findings }
    return `${carriable(JSON.stringify(answer, null, 2))}\n`
  },
}

/**
 * Only the documented keys of a section, so that an internal field does not become part of the contract by accident.
 */
function contents(section: Section): object {
  const { shape, title } = section
  switch (section.shape) {
    case 'table':
      return { shape, title, columns: section.columns.map(({ key, unit }) => ({ key, unit })), rows: rowsOf(section) }
    case 'drawing':
      return {
        shape,
        title,
        direction: section.direction,
        nodes: section.nodes.map(nodeContents),
        edges: section.edges.map(edgeContents),
      }
    case 'series':
      return { shape, title, seconds: section.seconds, lines: section.lines.map(lineContents) }
    case 'path':
      return { shape, title, steps: section.steps }
  }
}

function rowsOf({ columns, rows, absentKeys = [] }: Table): Row[] {
  const keys = [...columns.map(({ key }) => key), ...absentKeys]
  return rows.map(row => Object.fromEntries(keys.map(key => [key, row[key] ?? null])))
}

function nodeContents({ isNew, ...node }: DrawnNode): object {
  const { id, type, label, shallow, retained, role, depth, retainers, extra, count, ids } = node
  return { id, type, label, shallow, retained, role, depth, retainers, extra, count, ids, new: isNew }
}

function edgeContents({ from, to, type, label, count }: DrawnEdge): object {
  return { from, to, type, label, count }
}

function lineContents({ key, title, unit, values }: Extract<Section, { shape: 'series' }>['lines'][number]): object {
  return { key, title, unit, values }
}

/**
 * JSON text that is safe for UTF-8 and terminals. JSON.stringify has escaped C0 and lone surrogates already, the latter
 * as `\ud800`.
 */
function carriable(text: string): string {
  return text
    .replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, written => (written === '\\\\' ? written : '\ufffd'))
    .replace(/[^\n]+/g, line => plain(line, inUnits))
}

function inUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')
}
