import type { Drawing, NodeRole } from '../report/report.js'
import { counted } from '../units.js'
import { isFaint } from './dot-look.js'
import type { Chip, DotStyle, Drawn } from './dot-style.js'
import { type Markup, markupText } from './graphviz-builder.js'
import { excerpt } from './plain-text.js'

/**
 * The title and a legend of the colours and lines that occur. It is the label of the whole graph: below the drawing,
 * without affecting the layout, and not a node for readers of the file.
 */
export function legend({ title, nodes, edges }: Drawing, style: DotStyle, drawn: Drawn): Markup | undefined {
  const roles = new Set(nodes.map(({ role }) => role))
  const types = new Set(edges.map(({ type }) => type))
  const isNew = nodes.some(node => node.isNew)
  const scale = style.scale(drawn, nodes)
  const largest = nodes.reduce((most, { count = 0 }) => Math.max(most, count), 0)
  const chips = [
    ...ROLES.filter(([role]) => roles.has(role)).map(([role, meaning]) => chip(style.chip(role, false), meaning)),
    ...(isNew ? [chip(style.chip('plain', true), 'new since the older heap')] : []),
    ...scale.chips.map(one => chip(one, one.text ?? '')),
  ]
  const lines = [
    ...scale.lines,
    ...(largest > 0 ? [`×${counted(largest)}: as many objects of one class in one box, sizes added up`] : []),
    ...(types.has('weak') ? ['dashed arrow: weak, keeps nothing alive'] : []),
    ...(edges.some(isFaint) ? ['grey arrow: inside V8'] : []),
  ]
  const titleLines = broken(excerpt(title, 200))
  const rows = [
    ...titleLines.map(line => wide(`<font point-size="12">${markupText(line)}</font>`)),
    ...(chips.length === 0 ? [] : [`<td align="left">${chipTable(chips)}</td>${beside(titleLines, chips)}`]),
    ...(lines.length === 0 ? [] : [wide(lines.map(line => `${line}<br align="left"/>`).join(''))]),
  ]
  // Graphviz sometimes underestimates the width of a text, which would then be cut off at the drawing's edge.
  const cells = rows.map(row => `<tr>${row}<td width="24"></td></tr>`).join('')
  return rows.length === 0
    ? undefined
    : { html: `<table border="0" cellborder="0" cellspacing="0" cellpadding="2">${cells}</table>` }
}

const wide = (html: string): string => `<td align="left" balign="left" colspan="2">${html}</td>`

/**
 * A cell that fills the width by which the title exceeds the chips, or they would be stretched. In points, roughly.
 */
function beside(titleLines: readonly string[], chips: readonly string[]): string {
  const longest = Math.max(0, ...titleLines.map(({ length }) => length))
  const room = Math.round(6.5 * longest) - 90 * Math.min(chips.length, ABREAST)
  return room > 0 ? `<td width="${room}"></td>` : '<td></td>'
}

/** Wraps a title into lines. */
function broken(title: string): string[] {
  const lines: string[] = []
  for (const word of title.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= LINE) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.filter(line => line !== '')
}

const LINE = 80
const ABREAST = 3

const ROLES: readonly (readonly [NodeRole, string])[] = [
  ['asked', 'selected'],
  ['module', 'module'],
  ['root', 'root'],
  ['native', 'held by C++'],
  ['highlight', 'highlighted'],
  ['more', 'not drawn'],
]

function chip({ fill, ink, border, rounded = false }: Chip, meaning: string): string {
  // The objgraph style keeps square chips without borders.
  const padding = '&#160;'.repeat(border === undefined ? 1 : 2)
  const corners = rounded ? ' style="rounded"' : ''
  const edge = border === undefined ? '' : ` color="${border}"`
  return `<td${corners}${edge} bgcolor="${fill}"><font color="${ink}">${padding}${markupText(meaning)}${padding}</font></td>`
}

function chipTable(chips: readonly string[]): string {
  const rows = Array.from({ length: Math.ceil(chips.length / ABREAST) }, (_, row) =>
    chips.slice(row * ABREAST, (row + 1) * ABREAST).join(''),
  )
  const lines = rows.map(row => `<tr>${row}</tr>`).join('')
  return `<table border="0" cellborder="1" cellspacing="4" cellpadding="3">${lines}</table>`
}
