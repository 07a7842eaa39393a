import type { EdgeIndex, HeapGraph, Locations, NodeIndex, Sizes } from './heap-graph.js'
import { retaining } from './retaining.js'

/** A heap without some of its nodes, and what was left out. */
export interface Remainder {
  readonly graph: HeapGraph
  readonly left: { readonly nodes: number; readonly bytes: number }
  /** The index of an original node in this heap; `undefined` if it was removed. */
  nodeOf(node: NodeIndex): NodeIndex | undefined
}

/** What to remove from a heap, and what to keep. */
export interface Cuts {
  readonly dropped: ReadonlySet<NodeIndex>
  /** Edges that do not count as retaining; they stay if both ends do. */
  readonly ignored?: ((edge: EdgeIndex, from: NodeIndex) => boolean) | undefined
  /** Nodes that stay, with everything they retain, even if nothing else leads to them. */
  readonly kept?: readonly NodeIndex[]
}

/**
 * The heap without some nodes, without what only they retain, and without unretained nodes. Costs a walk over the edges
 * and a copy of the columns.
 */
export function without(graph: HeapGraph, { dropped, ignored, kept = [] }: Cuts): Remainder {
  const stay = reached(graph, [graph.root, ...kept], dropped, ignored)
  const { nodeCount } = graph
  // The new index of a node; 0 is the root, which keeps its index.
  const place = new Uint32Array(nodeCount)
  const stays = new Uint32Array(nodeCount)
  let count = 0
  let bytes = 0
  for (let node = 0; node < nodeCount; node++) {
    if (stay[node] === 1) {
      place[node] = count
      stays[count++] = node
    } else bytes += graph.selfSize[node]!
  }
  const nodes = stays.subarray(0, count)
  const isLeft = (node: number): boolean => nodes[place[node]!] !== node
  return {
    graph: gathered(graph, nodes, place, isLeft),
    left: { nodes: nodeCount - count, bytes },
    nodeOf: node => (isLeft(node) ? undefined : place[node]!),
  }
}

/** Marks what some nodes keep alive. */
function reached(
  graph: HeapGraph,
  starts: readonly NodeIndex[],
  barred: ReadonlySet<NodeIndex>,
  ignored?: Cuts['ignored'],
): Uint8Array {
  const { firstEdge, edgeTo } = graph
  const retains = retaining(graph)
  const seen = new Uint8Array(graph.nodeCount)
  // Large enough, since each node is queued once.
  const queue = new Uint32Array(graph.nodeCount)
  let end = 0
  const add = (node: number): void => {
    if (seen[node] === 1 || barred.has(node)) return
    seen[node] = 1
    queue[end++] = node
  }
  for (const start of starts) add(start)
  for (let at = 0; at < end; at++) {
    const node = queue[at]!
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      if (retains[edge] === 1 && !ignored?.(edge, node)) add(edgeTo[edge]!)
    }
  }
  return seen
}

function gathered(
  graph: HeapGraph,
  nodes: Uint32Array,
  place: Uint32Array,
  isLeft: (node: number) => boolean,
): HeapGraph {
  const { edgeType, edgeName, edgeTo, traceNode, locations } = graph
  const { first, edges } = edgesThatStay(graph, nodes, isLeft)
  return {
    ...graph,
    nodeCount: nodes.length,
    edgeCount: edges.length,
    root: place[graph.root]!,
    nodeType: picked(graph.nodeType, nodes, new Uint8Array(nodes.length)),
    nodeName: nodes.map(node => graph.nodeName[node]!),
    nodeId: nodes.map(node => graph.nodeId[node]!),
    selfSize: picked(graph.selfSize, nodes, new Float64Array(nodes.length)),
    detachedness: picked(graph.detachedness, nodes, new Uint8Array(nodes.length)),
    ...(traceNode === undefined ? {} : { traceNode: nodes.map(node => traceNode[node]!) }),
    firstEdge: first,
    edgeType: picked(edgeType, edges, new Uint8Array(edges.length)),
    edgeName: edges.map(edge => edgeName[edge]!),
    edgeTo: edges.map(edge => place[edgeTo[edge]!]!),
    ...(locations === undefined ? {} : { locations: moved(locations, place, isLeft) }),
  }
}

/** Counts before it allocates: a growing list would be in the very heap that is analysed, and may be as large. */
function edgesThatStay(
  { firstEdge, edgeTo }: HeapGraph,
  nodes: Uint32Array,
  isLeft: (node: number) => boolean,
): { readonly first: Uint32Array; readonly edges: Uint32Array } {
  const first = new Uint32Array(nodes.length + 1)
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at]!
    let count = first[at]!
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) if (!isLeft(edgeTo[edge]!)) count++
    first[at + 1] = count
  }
  const edges = new Uint32Array(first[nodes.length]!)
  let count = 0
  for (const node of nodes) {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      if (!isLeft(edgeTo[edge]!)) edges[count++] = edge
    }
  }
  return { first, edges }
}

function picked<Column extends Uint8Array | Float64Array>(
  column: Sizes | Uint8Array,
  places: Uint32Array,
  into: Column,
): Column {
  for (let at = 0; at < places.length; at++) into[at] = column[places[at]!]!
  return into
}

function moved(
  { node, script, line, column }: Locations,
  place: Uint32Array,
  isLeft: (node: number) => boolean,
): Locations {
  const stays = Uint32Array.from(node.keys()).filter(at => !isLeft(node[at]!))
  return {
    node: stays.map(at => place[node[at]!]!),
    script: stays.map(at => script[at]!),
    line: stays.map(at => line[at]!),
    column: stays.map(at => column[at]!),
  }
}
