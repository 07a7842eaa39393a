import type { Drawing, NodeRole } from '../report/report.js'
import { dotColor, FAINT_TEXT, fillOf, inkOn } from './dot-look.js'
import type { Markup } from './graphviz-builder.js'
import { excerpt } from './plain-text.js'
import { escaped } from './xml-text.js'

/**
 * What the colours and lines mean, only those that occur, under the drawing's title. It is the label of the whole graph: it stands
 * below the drawing, disturbs no layout, and is no node for a reader of the file to stumble over.
 */
export function legend({ title, nodes, edges }: Drawing): Markup {
  const roles = new Set(nodes.map(({ role }) => role))
  const types = new Set(edges.map(({ type }) => type))
  const entries = [
    ...ROLES.filter(([role]) => roles.has(role)).map(([role, meaning]) => chip(role, meaning)),
    ...(nodes.some(({ role, depth }) => role === 'plain' && depth > 1) ? [said('darker: further away')] : []),
    ...(types.has('weak') ? [said('dashed: weak, keeps nothing alive')] : []),
    ...(types.has('internal') || types.has('hidden') ? [said('grey line: inside V8', FAINT_TEXT)] : []),
  ]
  const rows = Array.from({ length: Math.ceil(entries.length / IN_A_ROW) }, (_, row) =>
    entries.slice(row * IN_A_ROW, (row + 1) * IN_A_ROW).join(''),
  )
  const heading =
    title === '' ? [] : [`<td align="left" colspan="${IN_A_ROW}"><b>${escaped(excerpt(title, 80))}</b></td>`]
  const lines = [...heading, ...rows].map(row => `<tr>${row}</tr>`).join('')
  return { html: lines && `<table border="0" cellborder="0" cellspacing="5" cellpadding="2">${lines}</table>` }
}

const IN_A_ROW = 4

const ROLES: readonly (readonly [NodeRole, string])[] = [
  ['asked', 'asked about'],
  ['module', 'module'],
  ['root', 'GC root'],
  ['native', 'held by C++'],
  ['highlight', 'highlighted'],
  ['more', 'not drawn'],
]

function chip(role: NodeRole, meaning: string): string {
  const fill = fillOf(role, 1)
  const ink = role === 'asked' ? 'red' : inkOn(fill)
  return `<td border="1" bgcolor="${dotColor(fill)}"><font color="${ink}">${meaning}</font></td>`
}

function said(meaning: string, ink = 'black'): string {
  return `<td><font color="${ink}">${meaning}</font></td>`
}
