import type { DrawnEdge, DrawnNode, NodeRole } from '../report/report.js'
import type { Attributes, DotGraph } from './graphviz-builder.js'

export type StyleName = 'modern' | 'objgraph'

// Browsers and viewers without Helvetica have Arial, of the same widths; Graphviz measures by the first.
export const FONT = 'Helvetica,Arial,sans-serif'

/** How a drawing looks: everything about it but its texts and where they stand. */
export interface DotStyle {
  readonly look: Pick<DotGraph, 'graph' | 'node' | 'edge'>
  /** How one node of a drawing is drawn. */
  node(node: DrawnNode, drawing: Drawn): Attributes<'node'>
  edge(edge: DrawnEdge): Attributes<'edge'>
  /** An edge to a stub. */
  readonly stub: Attributes<'edge'>
  /** How a role is shown in the legend: colours as Graphviz takes them. */
  chip(role: NodeRole, isNew: boolean): Chip
  /** What the colours of plain nodes mean in this drawing, in words and chips. */
  scale(
    drawing: Drawn,
    nodes: readonly DrawnNode[],
  ): { readonly chips: readonly Chip[]; readonly lines: readonly string[] }
  /** The text of an edge's label. */
  label(text: string): string
}

/** What is known of a drawing as a whole. */
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
