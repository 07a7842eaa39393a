import type { EdgeIndex, HeapGraph, NodeIndex } from './heap-graph.js'
import { incoming, sourceOf } from './incoming.js'
import { memo } from './memo.js'

/** Called with an edge, its source node, and whether it retains. */
type EdgeVisit = (edge: EdgeIndex, from: NodeIndex, retains: boolean) => void

/**
 * Visits each edge that leads to a node, in the order of the edges. The edge is searched for among the retainer's
 * edges; once all searches have cost as much as a pass over the edges, an index is built (4 bytes per edge). So a
 * single call is cheap, and a million calls for the elements of one array do not cost a million times its length.
 */
export function eachEdgeTo(graph: HeapGraph, node: NodeIndex, visit: EdgeVisit): void {
  const { firstEdge, edgeTo } = graph
  const { first, source } = incoming(graph)
  const spent = searched(graph)
  const noted = spent.edges < graph.edgeCount ? undefined : edgeAt(graph)
  let from = -1
  let edge = 0
  for (let place = first[node]!; place < first[node + 1]!; place++) {
    const retainer = sourceOf(source[place]!)
    if (noted !== undefined) edge = noted[place]!
    else {
      // A retainer with several edges to the node occurs several times in a row.
      const begin = retainer === from ? edge + 1 : firstEdge[retainer]!
      edge = begin
      while (edgeTo[edge] !== node) edge++
      spent.edges += edge - begin
    }
    from = retainer
    visit(edge, from, source[place]! < 0)
  }
}

/** The number of edges searched so far. */
const searched = memo((_: HeapGraph) => ({ edges: 0 }))

/** By position in `incoming`: the edge. */
const edgeAt = memo((graph: HeapGraph): Uint32Array => {
  const { edgeCount, edgeTo } = graph
  const next = incoming(graph).first.slice()
  const edges = new Uint32Array(edgeCount)
  for (let edge = 0; edge < edgeCount; edge++) edges[next[edgeTo[edge]!]!++] = edge
  return edges
})
