import type { Drawing, DrawnEdge, DrawnNode } from '../report/report.js'
import { counted } from '../units.js'
import { chosenAttributes } from './dot-attributes.js'
import { legend } from './dot-legend.js'
import { objgraph } from './dot-look.js'
import { modern } from './dot-modern.js'
import type { DotStyle, Drawn, StyleName } from './dot-style.js'
import { drawn } from './drawn.js'
import type { Format } from './format.js'
import { type Attributes, writeDot } from './graphviz-builder.js'
import { runsBackwards } from './ladder.js'
import { excerpt } from './plain-text.js'
import { sizesText, stubText } from './text-tree.js'
import { heading } from './words.js'

/**
 * For Graphviz, xdot and similar programs: by default a drawing in objgraph's style, with sizes and a legend. Several
 * drawings of a report are merged; a report with only paths is drawn as chains. The same report gives the same text.
 */
export const dot: Format = {
  name: 'dot',
  endings: ['.dot', '.gv'],
  shows: ['drawing', 'path'],
  render: (report, _, { style = 'objgraph' }) => dotText(drawn(report), style),
}

/** A drawing in the dot language. Node ids are `o` and the object's id: `o1203`. */
export function dotText(drawing: Drawing, name: StyleName = 'objgraph'): string {
  const { nodes } = drawing
  const style = STYLES[name]
  const whole: Drawn = {
    deepest: nodes.reduce((most, { depth }) => Math.max(most, depth), SHALLOWEST),
    most: nodes.reduce((most, { role, retained }) => (SIZED.has(role) ? Math.max(most, retained) : most), 0),
  }
  const label = legend(drawing, style, whole)
  const stubs = new Set(nodes.filter(({ role }) => role === 'more').map(({ id }) => id))
  const places = placing(drawing)
  return writeDot({
    name: 'ObjectGraph',
    graph: {
      ...style.look.graph,
      ...(label ? { label } : {}),
      ...(isWide(drawing) ? { rankdir: 'LR' } : {}),
      ...(nodes.length > MANY ? HASTE : {}),
    },
    node: style.look.node,
    edge: style.look.edge,
    nodes: nodes.map(node => ({ id: idOf(node.id), attributes: nodeAttributes(node, style, whole) })),
    edges: bundled(drawing.edges).map(edge => ({
      from: idOf(edge.from),
      to: idOf(edge.to),
      attributes: edgeAttributes(edge, style, stubs.has(edge.from) || stubs.has(edge.to), places(edge)),
    })),
  })
}

// objgraph's default depth, so that the colours of small drawings are not extreme.
const SHALLOWEST = 3

const STYLES: Readonly<Record<StyleName, DotStyle>> = { modern, objgraph }

// Roots and modules retain nearly everything anyway.
const SIZED: ReadonlySet<string> = new Set(['asked', 'plain', 'highlight'])

// Limits Graphviz's search for a better layout: three times as fast, and hardly worse.
const MANY = 100
const HASTE: Attributes<'graph'> = { nslimit: 1, nslimit1: 1, mclimit: 0.2 }

// In characters. objgraph cuts at 40; source locations are longer. The tooltip has the rest.
const LINE = 60
const EDGE_LABEL = 40
const TOOLTIP = 400
const IDS = 40

function nodeAttributes(node: DrawnNode, style: DotStyle, whole: Drawn): Attributes<'node'> {
  return {
    label: linesOf(node, heading(node), LINE).join('\n'),
    tooltip: [...linesOf(node, [node.type, node.label], TOOLTIP), ...idsOf(node)].join('\n'),
    ...style.node(node, whole),
    ...chosenAttributes(node.attributes ?? {}),
  }
}

function linesOf(node: DrawnNode, [first = '', second = '']: readonly string[], longest: number): string[] {
  if (node.role === 'more') return [excerpt(stubText(node), longest)]
  const holders = node.retainers === undefined ? '' : ` [${counted(node.retainers)}]`
  const which = node.count === undefined ? `@${node.id}  ` : ''
  return [
    excerpt(first, longest) + holders,
    excerpt(second, longest),
    excerpt(node.extra ?? '', longest),
    `${which}${sizesText(node)}`.trimEnd(),
  ].filter(line => line !== '')
}

/** The ids of a merged group, as many as fit into a tooltip. */
function idsOf({ ids = [] }: DrawnNode): string[] {
  if (ids.length === 0) return []
  const rest = ids.length - IDS
  return [
    `${counted(ids.length)} objects: ${ids
      .slice(0, IDS)
      .map(id => `@${id}`)
      .join(' ')}${rest > 0 ? ` … ${counted(rest)} more` : ''}`,
  ]
}

function edgeAttributes(edge: Arrow, style: DotStyle, toStub: boolean, places: boolean): Attributes<'edge'> {
  if (toStub) return style.stub
  const label = style.label(shortLabel(edge.label))
  const texts =
    edge.label === ''
      ? {}
      : { ...(places ? { label } : { xlabel: label }), tooltip: excerpt(edge.every ?? edge.label, TOOLTIP) }
  return { ...texts, ...style.edge(edge), ...(places ? {} : { constraint: false }) }
}

/** Cuts keys, but keeps the count: `["user-1"], ["user-2"] and 35 more`. */
function shortLabel(label: string): string {
  const more = / and [\d,]+ more$/.exec(label)?.[0] ?? ''
  return excerpt(label.slice(0, label.length - more.length), EDGE_LABEL - more.length) + more
}

/** An edge, or several drawn as one: then `every` has all their labels. */
type Arrow = DrawnEdge & { readonly every?: string }

/** Draws many edges of one type between the same two nodes as one. */
function bundled(edges: readonly DrawnEdge[]): Arrow[] {
  const bundles = new Map<string, DrawnEdge[]>()
  for (const edge of edges) {
    const key = JSON.stringify([edge.from, edge.to, edge.type])
    const bundle = bundles.get(key)
    if (bundle) bundle.push(edge)
    else bundles.set(key, [edge])
  }
  return [...bundles.values()].flatMap(bundle => (bundle.length > APART ? [together(bundle)] : bundle))
}

const APART = 3
const BUNDLED_LABEL = 6

function together(bundle: readonly DrawnEdge[]): Arrow {
  const first = bundle.slice(0, APART).map(({ label }) => excerpt(label, BUNDLED_LABEL))
  return {
    ...bundle[0]!,
    label: `${first.join(', ')} and ${counted(bundle.length - APART)} more`,
    every: bundle.map(({ label }) => label).join(', '),
  }
}

/**
 * Whether so many objects would stand side by side, each as wide as its name, that they are better put one below the
 * other.
 */
function isWide({ nodes }: Drawing): boolean {
  const abreast = new Map<number, number>()
  for (const { depth } of nodes) abreast.set(depth, (abreast.get(depth) ?? 0) + 1)
  return [...abreast.values()].some(count => count > ABREAST)
}

const ABREAST = 8

/**
 * Which edges constrain the ranks of their ends: all if they are few. Otherwise only those that lead one step further
 * from the selected objects, so that nodes at the same distance get the same rank: cycles and cross references would
 * stretch the drawing, and hundreds of them cost minutes. (The labels of the others are `xlabel`s: Graphviz 2.43
 * crashes on some labelled edges without a constraint.)
 */
function placing(drawing: Drawing): (edge: DrawnEdge) => boolean {
  if (drawing.edges.length <= FEW) return () => true
  const step = runsBackwards(drawing) ? -1 : 1
  const depths = new Map(drawing.nodes.map(({ id, depth }) => [id, depth]))
  return ({ from, to }) => (depths.get(to) ?? 0) - (depths.get(from) ?? 0) === step
}

const FEW = 40

function idOf(id: number | string): string {
  return `o${String(id).replace(/\W/g, '_')}`
}
