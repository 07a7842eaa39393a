import type { DrawnEdge, DrawnNode, NodeRole } from '../report/report.js'
import { sized } from '../units.js'
import { isFaint } from './dot-look.js'
import { type Chip, type DotStyle, type Drawn, FONT } from './dot-style.js'
import type { Attributes } from './graphviz-builder.js'

const INK = '#1c2430'
const LINE = '#8794a6'

/**
 * For screens: rounded boxes, thin grey arrows, and colour only where it has a meaning. Each role has a hue; all other
 * objects are coloured warmer the more they retain.
 */
export const modern: DotStyle = {
  look: {
    graph: {
      fontname: FONT,
      fontsize: 10,
      labelloc: 'b',
      labeljust: 'l',
      bgcolor: '#ffffff',
      pad: '0.25',
      nodesep: 0.3,
      ranksep: 0.55,
    },
    node: {
      shape: 'box',
      style: 'filled,rounded',
      fillcolor: 'white',
      color: '#c4cedb',
      fontcolor: INK,
      fontname: FONT,
      fontsize: 12,
      margin: '0.16,0.09',
    },
    edge: { fontname: FONT, fontsize: 10, arrowsize: 0.7, color: LINE, fontcolor: '#4d5a6b', penwidth: 1.1 },
  },
  node(node, drawn) {
    const { fill, ink, border } = chipOf(node, drawn)
    return { fillcolor: fill, fontcolor: ink, color: border ?? fill, ...shapeOf(node.role) }
  },
  edge(edge: DrawnEdge): Attributes<'edge'> {
    if (edge.type === 'weak') return { style: 'dashed' }
    if (isFaint(edge)) return { color: '#c3ccd8', fontcolor: '#7c8898', weight: 10 }
    return edge.type === 'shortcut' ? {} : { weight: edge.type === 'element' || edge.type === 'property' ? 2 : 10 }
  },
  stub: { color: '#d1242f', style: 'dotted', len: 0.25, weight: 10 },
  chip: (role, isNew) => (isNew ? NEW : CHIPS[role]),
  scale(drawn, nodes) {
    const plain = nodes.filter(({ role, isNew }) => role === 'plain' && !isNew)
    if (plain.length === 0) return { chips: [], lines: [] }
    const least = plain.reduce((low, { retained }) => Math.min(low, retained), Number.POSITIVE_INFINITY)
    const most = plain.reduce((high, { retained }) => Math.max(high, retained), 0)
    const ends = least === most ? [most] : [least, most]
    return {
      chips: ends.map(retained => ({ ...plainChip({ retained }, drawn), text: `retains ${sized(retained)}` })),
      lines: [],
    }
  },
  // Space between the text and the arrow beside it; SVG would drop normal spaces.
  label: text => `\u00a0\u00a0${text}\u00a0\u00a0`,
}

const NEW: Chip = { fill: '#ffdcd9', ink: INK, border: '#d1242f', rounded: true }

const CHIPS: Readonly<Record<NodeRole, Chip>> = {
  asked: { fill: '#fff5f4', ink: '#b3261e', border: '#d1242f', rounded: true },
  plain: { fill: '#f3f6fa', ink: INK, border: '#c4cedb', rounded: true },
  module: { fill: '#dcf2e1', ink: '#0f5323', border: '#4aa564', rounded: true },
  root: { fill: '#eae6fa', ink: '#40318d', border: '#8d7fd0' },
  native: { fill: '#e8ebef', ink: INK, border: '#9aa5b3', rounded: true },
  highlight: { fill: '#d3e5ff', ink: '#0a3f86', border: '#1f6feb', rounded: true },
  more: { fill: '#ffffff', ink: '#b3261e', border: '#d1242f', rounded: true },
}

function chipOf({ role, isNew, retained }: DrawnNode, drawn: Drawn): Chip {
  if (isNew && role !== 'highlight') return role === 'asked' ? { ...NEW, ink: '#8a1811' } : NEW
  if (role === 'plain') return plainChip({ retained }, drawn)
  if (role !== 'asked') return CHIPS[role]
  return { ...CHIPS.asked, fill: plainChip({ retained }, drawn).fill }
}

/** From nearly white to amber, by the square root of its share: the middle of the scale is a quarter of the bytes. */
function plainChip({ retained }: Pick<DrawnNode, 'retained'>, { most }: Drawn): Chip {
  const heat = most === 0 ? 0 : Math.sqrt(Math.min(1, retained / most))
  const channel = (from: number, to: number): string =>
    Math.round(from + (to - from) * heat)
      .toString(16)
      .padStart(2, '0')
  const fill = `#${channel(0xf5, 0xff)}${channel(0xf7, 0xcf)}${channel(0xfa, 0x87)}`
  const border = `#${channel(0xc4, 0xd8)}${channel(0xce, 0x93)}${channel(0xdb, 0x38)}`
  return { fill, ink: INK, border, rounded: true }
}

function shapeOf(role: NodeRole): Attributes<'node'> {
  switch (role) {
    case 'asked':
      return { penwidth: 2.2 }
    case 'root':
      return { shape: 'hexagon', style: 'filled' }
    case 'native':
      return { style: 'filled,rounded,dashed' }
    case 'more':
      return { fontsize: 9, height: 0.2, margin: '0.08,0.04', style: 'filled,rounded,dashed' }
    default:
      return {}
  }
}
