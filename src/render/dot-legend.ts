import type { Drawing, DrawnNode, NodeRole } from '../report/report.js'
import { dotColor, fillOf, inkOf, isFaint } from './dot-look.js'
import { type Markup, markupText } from './graphviz-builder.js'
import { excerpt } from './plain-text.js'

/**
 * What the colours and lines mean, only those that occur, under the drawing's title. It is the label of the whole graph: it stands
 * below the drawing, disturbs no layout, and is no node for a reader of the file to stumble over.
 */
export function legend({ title, nodes, edges }: Drawing): Markup | undefined {
  const roles = new Set(nodes.map(({ role }) => role))
  const types = new Set(edges.map(({ type }) => type))
  const isNew = nodes.some(node => node.isNew)
  const chips = [
    ...ROLES.filter(([role]) => roles.has(role)).map(([role, meaning]) => chip({ role }, meaning)),
    ...(isNew ? [chip({ role: 'plain', isNew }, 'new since the older heap')] : []),
  ]
  const lines = [
    ...(nodes.some(({ role, depth }) => role === 'plain' && depth > 0) ? ['darker: further away'] : []),
    ...(nodes.some(({ count }) => count !== undefined) ? ['×37: so many objects of one class, sizes together'] : []),
    ...(types.has('weak') ? ['dashed arrow: weak, keeps nothing alive'] : []),
    ...(edges.some(isFaint) ? ['grey arrow: inside V8'] : []),
  ]
  const rows = [
    ...(title === '' ? [] : [`<font point-size="12">${markupText(excerpt(title, 80))}</font>`]),
    ...(chips.length === 0 ? [] : [chipTable(chips)]),
    ...(lines.length === 0 ? [] : [lines.map(line => `${line}<br align="left"/>`).join('')]),
  ]
  // Graphviz' guess at the width of a text is sometimes short, and what is beyond the drawing's edge is cut off.
  const cells = rows.map(row => `<tr><td align="left" balign="left">${row}</td><td width="24"></td></tr>`).join('')
  return rows.length === 0
    ? undefined
    : { html: `<table border="0" cellborder="0" cellspacing="0" cellpadding="2">${cells}</table>` }
}

const ABREAST = 3

const ROLES: readonly (readonly [NodeRole, string])[] = [
  ['asked', 'asked about'],
  ['module', 'module'],
  ['root', 'GC root'],
  ['native', 'held by C++'],
  ['highlight', 'highlighted'],
  ['more', 'not drawn'],
]

function chip(look: Pick<DrawnNode, 'role' | 'isNew'>, meaning: string): string {
  const fill = fillOf(look, 1)
  const corners = look.role === 'native' ? ' style="rounded"' : ''
  const ink = inkOf(look, fill)
  return `<td${corners} bgcolor="${dotColor(fill)}"><font color="${ink}">&#160;${meaning}&#160;</font></td>`
}

function chipTable(chips: readonly string[]): string {
  const rows = Array.from({ length: Math.ceil(chips.length / ABREAST) }, (_, row) =>
    chips.slice(row * ABREAST, (row + 1) * ABREAST).join(''),
  )
  const lines = rows.map(row => `<tr>${row}</tr>`).join('')
  return `<table border="0" cellborder="1" cellspacing="4" cellpadding="3">${lines}</table>`
}
