import type { DrawnEdge, DrawnNode, NodeRole } from '../report/report.js'
import type { Attributes, DotGraph } from './graphviz-builder.js'

export type StyleName = 'modern' | 'objgraph'

// Browsers and viewers without Helvetica have Arial, with the same widths; Graphviz measures with the first.
export const FONT = 'Helvetica,Arial,sans-serif'

/** The look of a drawing: everything but its texts and their positions. */
export interface DotStyle {
  readonly look: Pick<DotGraph, 'graph' | 'node' | 'edge'>
  /** The attributes of one node. */
  node(node: DrawnNode, drawing: Drawn): Attributes<'node'>
  edge(edge: DrawnEdge): Attributes<'edge'>
  /** An edge to a stub. */
  readonly stub: Attributes<'edge'>
  /** A role's colours in the legend, in Graphviz's notation. */
  chip(role: NodeRole, isNew: boolean): Chip
  /** The legend for the colours of plain nodes in this drawing. */
  scale(
    drawing: Drawn,
    nodes: readonly DrawnNode[],
  ): { readonly chips: readonly Chip[]; readonly lines: readonly string[] }
  /** The text of an edge's label. */
  label(text: string): string
}

/** Properties of a whole drawing. */
export interface Drawn {
  /** The greatest depth. */
  readonly deepest: number
  /** The largest retained size of a node that is neither a root nor a module, in bytes. */
  readonly most: number
}

export interface Chip {
  readonly fill: string
  readonly ink: string
  readonly border?: string
  readonly rounded?: boolean
  readonly text?: string
}
