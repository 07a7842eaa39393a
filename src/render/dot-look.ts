import type { DrawnEdge, DrawnNode, NodeRole } from '../report/report.js'
import { type DotStyle, FONT } from './dot-style.js'
import type { Attributes } from './graphviz-builder.js'

/** Hue, saturation and value, each from 0 to 1. */
type Hsv = readonly [hue: number, saturation: number, value: number]

/** The look of Python's objgraph. */
export const objgraph: DotStyle = {
  look: {
    graph: { fontname: FONT, fontsize: 10, labelloc: 'b', labeljust: 'l' },
    node: { shape: 'box', style: 'filled', fillcolor: 'white', fontname: FONT, fontsize: 12, margin: '0.16,0.08' },
    edge: { fontname: FONT, fontsize: 10, arrowsize: 0.8 },
  },
  node(node, { deepest }) {
    const fill = fillOf(node, 1 - node.depth / deepest)
    return { fillcolor: dotColor(fill), fontcolor: inkOf(node, fill), ...outlineOf(node.role) }
  },
  edge: strokeOf,
  // As in objgraph.
  stub: { color: 'red', style: 'dotted', len: 0.25, weight: 10 },
  chip(role, isNew) {
    const fill = fillOf({ role, isNew }, 1)
    return { fill: dotColor(fill), ink: inkOf({ role, isNew }, fill), ...(role === 'native' ? { rounded: true } : {}) }
  },
  scale: (_, nodes) => ({
    chips: [],
    lines: nodes.some(({ role, depth }) => role === 'plain' && depth > 0) ? ['darker: further away'] : [],
  }),
  label: text => ` ${text} `,
}

/**
 * objgraph's colours, lighter: white for the selected objects, greyer with every step away from them (`nearness` runs
 * from 1 to 0), but never too dark for black text. Modules green, highlighted objects blue, stubs and new objects red.
 */
function fillOf({ role, isNew }: Pick<DrawnNode, 'role' | 'isNew'>, nearness: number): Hsv {
  const value = 0.7 + 0.3 * nearness
  if (isNew && role !== 'highlight') return [0, 0.42, 0.9 + 0.1 * nearness]
  switch (role) {
    case 'module':
      return [0.3, 0.55, 0.75 + 0.25 * nearness]
    case 'highlight':
      return [0.6, 0.45, value]
    case 'more':
      return [0, 1, 0.7]
    case 'native':
      return [0, 0, 0.8]
    default:
      return [0, 0, value]
  }
}

/** A colour in dot's notation. */
function dotColor(color: Hsv): string {
  return color.map(part => Number(part.toFixed(3))).join(',')
}

/**
 * The colour of the text: red for selected objects, dark red if they are new and thus filled red; otherwise black or
 * white, whichever has more contrast (WCAG).
 */
function inkOf({ role, isNew }: Pick<DrawnNode, 'role' | 'isNew'>, fill: Hsv): 'red' | 'red4' | 'black' | 'white' {
  if (role === 'asked') return isNew ? 'red4' : 'red'
  return role === 'more' || luminance(fill) <= 0.179 ? 'white' : 'black'
}

/** The shape and outline of a node. */
function outlineOf(role: NodeRole): Attributes<'node'> {
  switch (role) {
    case 'asked':
      return { penwidth: 2 }
    case 'root':
      return { shape: 'hexagon' }
    case 'native':
      return { style: 'filled,rounded' }
    case 'more':
      return { fontsize: 8, height: 0.2, margin: '0.1,0.04' }
    default:
      return {}
  }
}

/** The style of an edge. Graphviz keeps edges of more weight shorter and straighter. */
function strokeOf(edge: DrawnEdge): Attributes<'edge'> {
  switch (edge.type) {
    case 'weak':
      return { style: 'dashed' }
    case 'internal':
    case 'hidden':
      return { ...(isFaint(edge) ? { color: 'gray65', fontcolor: 'gray45' } : {}), weight: 10 }
    case 'context':
      return { weight: 10 }
    case 'element':
    case 'property':
      return { weight: 2 }
    case 'shortcut':
      return {}
  }
}

/** Whether an edge shows V8's internals (`{table}`) rather than the program's data (a Map entry: `["user-7"]`). */
export function isFaint({ type, label }: DrawnEdge): boolean {
  return (type === 'internal' || type === 'hidden') && label.startsWith('{')
}

function luminance([hue, saturation, value]: Hsv): number {
  const channel = (offset: number) => {
    const at = (offset + hue * 6) % 6
    const light = value - value * saturation * Math.max(0, Math.min(at, 4 - at, 1))
    return light <= 0.04045 ? light / 12.92 : ((light + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(5) + 0.7152 * channel(3) + 0.0722 * channel(1)
}
