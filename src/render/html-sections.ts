import { LeakscopeError } from '../errors.js'
import type { Cell, Drawing, Path, Report, Section, Series, Table, Unit } from '../report/report.js'
import { dotText } from './dot.js'
import type { StyleName } from './dot-style.js'
import { layOut } from './layout.js'
import { range, span } from './sparkline.js'
import { linked } from './svg-links.js'
import { placeOf } from './text-path.js'
import { treeText } from './text-tree.js'
import { difference, shown } from './units.js'
import { wordOf } from './words.js'
import { escaped, inert } from './xml-text.js'

/** A section of the page, with its title unless that is the page's title. */
export async function sectionOf(
  section: Section,
  { title, sections }: Report,
  id: string,
  style: StyleName,
): Promise<string> {
  const heading =
    section.title === '' || (sections.length === 1 && section.title === title)
      ? ''
      : `<h2>${inert(section.title)}</h2>\n`
  return `<section id="${id}">\n${heading}${await contents(section, sections, style)}\n</section>`
}

async function contents(section: Section, sections: readonly Section[], style: StyleName): Promise<string> {
  switch (section.shape) {
    case 'table':
      return tableOf(section)
    case 'drawing':
      return drawingOf(section, sections, style)
    case 'series':
      return seriesOf(section)
    case 'path':
      return pathOf(section)
  }
}

function tableOf({ columns, rows }: Table): string {
  if (rows.length === 0) return '<p>Nothing.</p>'
  const header = columns.map(({ title, unit }) => `<th scope="col"${numeric(unit)}>${inert(title)}</th>`).join('')
  const lines = rows.map(
    row =>
      `<tr>${columns.map(({ key, unit }) => `<td${numeric(unit)}${sortKey(row[key], unit)}>${inert(shown(row[key], unit))}</td>`).join('')}</tr>`,
  )
  return `<div class="wide"><table class="data">\n<thead><tr>${header}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table></div>`
}

async function drawingOf(drawing: Drawing, sections: readonly Section[], style: StyleName): Promise<string> {
  const rungs = escaped(treeText(drawing))
  try {
    const picture = inline(
      await layOut(dotText({ ...drawing, title: '' }, style)),
      drawing,
      sections.indexOf(drawing) + 1,
    )
    return `<figure class="drawing">${picture}</figure>\n<details><summary>The same as text</summary><pre>${rungs}</pre></details>`
  } catch (reason) {
    if (!(reason instanceof LeakscopeError)) throw reason
    return `<p>${inert(reason.message)}. The same as text:</p>\n<pre>${rungs}</pre>`
  }
}

/** An SVG to embed in a page: without its XML prologue, and with ids that are unique in the page. */
function inline(svg: string, { nodes }: Drawing, number: number): string {
  const selected = new Set(nodes.flatMap(({ id, role }) => (role === 'asked' ? [`o${id}`] : [])))
  return linked(svg.slice(svg.indexOf('<svg')).replace(/ id="(?:graph|a_)[^"]*"/g, ''), `d${number}-`, selected)
}

function seriesOf({ seconds, lines }: Series): string {
  if (seconds.length === 0) return '<p>Nothing.</p>'
  const rows = lines.map(({ title, unit, values }) => {
    const { first, last, change } = span(values)
    const cells = [shown(first, unit), shown(last, unit), difference(change, unit)].map(
      cell => `<td class="number">${inert(cell)}</td>`,
    )
    return `<tr><th scope="row">${inert(title)}</th><td>${curve(seconds, values)}</td>${cells.join('')}</tr>`
  })
  const header =
    '<th></th><th>over time</th><th class="number">first</th><th class="number">last</th><th class="number">change</th>'
  return `<div class="wide"><table>\n<thead><tr>${header}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table></div>`
}

const CURVE = { width: 240, height: 32, margin: 2 }

/** A line through the available values, with time to scale. */
function curve(seconds: readonly number[], values: readonly (number | null)[]): string {
  const { low, height: most } = range(values)
  const { width, height, margin } = CURVE
  const from = seconds[0]!
  const duration = seconds.at(-1)! - from || 1
  const points = values.flatMap((value, at) => {
    if (value === null || !Number.isFinite(value)) return []
    const x = margin + ((seconds[at]! - from) / duration) * (width - 2 * margin)
    const y = height - margin - ((value - low) / most) * (height - 2 * margin)
    return [`${x.toFixed(1)},${y.toFixed(1)}`]
  })
  return `<svg class="curve" width="${width}" height="${height}" role="img" aria-label="over time"><polyline points="${points.join(' ')}"/></svg>`
}

function pathOf(path: Path): string {
  if (path.steps.length === 0) return '<p>Nothing.</p>'
  const steps = path.steps.map(step => {
    const words = [
      step.edge && `<b>${inert(step.edge)}</b> →`,
      `${inert(wordOf(step.type, step.name))} @${step.id}`,
      inert(step.name),
      `<i>${inert(placeOf(step))}</i>`,
    ]
    return `<li>${words.filter(word => word && word !== '<i></i>').join(' ')}</li>`
  })
  return `<ol>\n${steps.join('\n')}\n</ol>`
}

/** The attribute by which the page's script sorts numbers. */
const sortKey = (value: Cell | undefined, unit: Unit): string =>
  unit !== 'text' && typeof value === 'number' && Number.isFinite(value) ? ` data-value="${value}"` : ''

function numeric(unit: Unit): string {
  return unit === 'text' ? '' : ' class="number"'
}
