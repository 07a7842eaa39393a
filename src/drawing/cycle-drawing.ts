import type { NodeIndex } from '../graph/heap-graph.js'
import { referenceNotation, referenceType } from '../heap/edge-notation.js'
import type { Heap } from '../heap/heap.js'
import { type Cycle, type CycleOptions, shortestRing } from '../paths/cycles/cycles.js'
import { outsideRetainers } from '../paths/cycles/outside-retainers.js'
import type { Drawing, DrawnEdge } from '../report/report.js'
import { drawing } from './drawing.js'
import { drawnNode } from './drawn-node.js'

/** Maximum number of references from the ring to other drawn objects of the cycle. */
const deepest = 3
/** The maximum number of objects drawn; of a larger cycle, only the ring and the objects nearest to it. */
const maxNodes = 24
/** The maximum number of retainers drawn: with more, no single one is the cause. */
const maxRetainers = 5

/** A cycle as a graph: one shortest ring, other objects of the cycle nearby, and its retainers outside. */
export function cycleDrawing(heap: Heap, cycle: Cycle, { raw = false }: CycleOptions = {}): Drawing {
  const { graph } = heap
  const round = [...new Set(shortestRing(graph, cycle, { raw }).map(({ node }) => node))]
  const near = (maxDepth: number, among: ReadonlySet<NodeIndex>): Drawing =>
    drawing(heap, round, 'refs', { maxDepth, filter: node => among.has(node), raw })
  let drawn = near(deepest, cycle.members)
  for (let depth = deepest - 1; depth > 0 && drawn.nodes.length > maxNodes; depth--) drawn = near(depth, cycle.members)
  if (drawn.nodes.length > maxNodes) drawn = near(1, new Set(round))

  const retainers = new Map<NodeIndex, DrawnEdge[]>()
  const isDrawn = new Set(drawn.nodes.map(({ id }) => id))
  for (const { retainer, member, first, last, via } of outsideRetainers(graph, cycle)) {
    const to = graph.nodeId[member]!
    if (!isDrawn.has(to)) continue
    const edges = retainers.get(retainer) ?? []
    const [type, label] = [referenceType(graph, first, last), referenceNotation(graph, first, last, via)]
    retainers.set(retainer, [...edges, { from: graph.nodeId[retainer]!, to, type, label }])
  }
  const shown = [...retainers].slice(0, maxRetainers)
  return {
    ...drawn,
    nodes: [...drawn.nodes, ...shown.map(([node]) => drawnNode(heap, { nodes: [node], depth: 1, isSelected: false }))],
    edges: [...drawn.edges, ...shown.flatMap(([, edges]) => edges)],
  }
}
