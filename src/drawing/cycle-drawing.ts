import type { NodeIndex } from '../graph/heap-graph.js'
import { referenceNotation, referenceType } from '../heap/edge-notation.js'
import type { Heap } from '../heap/heap.js'
import { type Cycle, type CycleOptions, shortestRing } from '../paths/cycles/cycles.js'
import { outsideRetainers } from '../paths/cycles/outside-retainers.js'
import type { Drawing, DrawnEdge } from '../report/report.js'
import { drawing } from './drawing.js'
import { drawnNode } from './drawn-node.js'

/** References from the way round to what else of the cycle is drawn. */
const deepest = 3
/** Objects of a cycle that a person can follow; in a larger one only the way round is drawn, or what is nearest to it. */
const mostNodes = 24
/** Retainers drawn: where there are more, no one of them is to blame. */
const mostRetainers = 5

/** A cycle as a graph: one short way round it, what else of it is near, and what keeps it from outside. */
export function cycleDrawing(heap: Heap, cycle: Cycle, { raw = false }: CycleOptions = {}): Drawing {
  const { graph } = heap
  const round = [...new Set(shortestRing(graph, cycle, { raw }).map(({ node }) => node))]
  const near = (maxDepth: number, among: ReadonlySet<NodeIndex>): Drawing =>
    drawing(heap, round, 'refs', { maxDepth, filter: node => among.has(node), raw })
  let drawn = near(deepest, cycle.members)
  for (let depth = deepest - 1; depth > 0 && drawn.nodes.length > mostNodes; depth--) drawn = near(depth, cycle.members)
  if (drawn.nodes.length > mostNodes) drawn = near(1, new Set(round))

  const retainers = new Map<NodeIndex, DrawnEdge[]>()
  const isDrawn = new Set(drawn.nodes.map(({ id }) => id))
  for (const { retainer, member, first, last, via } of outsideRetainers(graph, cycle)) {
    const to = graph.nodeId[member]!
    if (!isDrawn.has(to)) continue
    const edges = retainers.get(retainer) ?? []
    const [type, label] = [referenceType(graph, first, last), referenceNotation(graph, first, last, via)]
    retainers.set(retainer, [...edges, { from: graph.nodeId[retainer]!, to, type, label }])
  }
  const shown = [...retainers].slice(0, mostRetainers)
  return {
    ...drawn,
    nodes: [...drawn.nodes, ...shown.map(([node]) => drawnNode(heap, { nodes: [node], depth: 1, isSelected: false }))],
    edges: [...drawn.edges, ...shown.flatMap(([, edges]) => edges)],
  }
}
