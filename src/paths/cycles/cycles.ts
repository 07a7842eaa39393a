import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { retainedSizes } from '../../graph/retained-sizes.js'
import { retainedTogether } from '../../graph/retained-together.js'
import { shallowSizes } from '../../graph/shallow-sizes.js'
import { shortestCycle } from '../../graph/shortest-cycle.js'
import { strongGroups } from '../../graph/strong-groups.js'
import { isMachinery } from '../../heap/v8/machinery.js'
import { isScope } from '../../heap/v8/scopes.js'
import { type Hop, throughMachinery } from '../retaining-paths.js'
import { everyRetainingEdge, programEdges } from './followed-edges.js'
import { makerOf } from './makers.js'

/** A reference cycle: objects each of which can be reached from every other. */
export interface Cycle {
  /** The objects, in heap order, without V8's internals between them. */
  readonly nodes: readonly NodeIndex[]
  /** Shallow size of the objects, in bytes. */
  readonly shallow: number
  /** Bytes that would be freed with all of them. */
  readonly retained: number
  /** All nodes of the group, including V8's internals. */
  readonly members: ReadonlySet<NodeIndex>
}

export interface CycleOptions {
  /** Include V8's and Node.js' own cycles. */
  readonly raw?: boolean
}

export interface Cycles {
  /** Largest retained size first. */
  readonly cycles: readonly Cycle[]
  /** The number of groups left out: only functions and their shared scopes, or only objects of Node.js. */
  readonly leftOut: { readonly functions: number; readonly builtin: number }
}

/**
 * The reference cycles of a heap: its strongly connected groups of two or more objects. V8 can free cycles; they matter
 * because one reference to one of the objects keeps all of them. Linear in nodes and edges; 17 bytes per node.
 */
export function cycles(graph: HeapGraph, { raw = false }: CycleOptions = {}): Cycles {
  const { groupOf, sizes } = strongGroups(graph, raw ? everyRetainingEdge(graph) : programEdges(graph))
  const groups = new Map<number, NodeIndex[]>()
  for (let node = 0; node < graph.nodeCount; node++) {
    const group = groupOf[node]!
    if (sizes[group]! < 2) continue
    const members = groups.get(group)
    if (members === undefined) groups.set(group, [node])
    else members.push(node)
  }

  const leftOut = { functions: 0, builtin: 0 }
  const shallow = shallowSizes(graph)
  const found: Cycle[] = []
  for (const members of groups.values()) {
    const nodes = raw ? members : members.filter(node => !isMachinery(graph, node))
    if (nodes.length < 2) continue
    if (!raw && nodes.every(node => isFunctionOrScope(graph, node))) leftOut.functions++
    else if (
      !raw &&
      nodes.every(node => makerOf(graph, node) !== 'program') &&
      nodes.some(node => makerOf(graph, node) === 'node')
    )
      leftOut.builtin++
    else {
      found.push({
        nodes,
        shallow: nodes.reduce((sum, node) => sum + shallow[node]!, 0),
        retained: retainedTogether(graph, members),
        members: new Set(members),
      })
    }
  }
  return {
    cycles: found.sort(
      (a, b) => b.retained - a.retained || b.nodes.length - a.nodes.length || a.nodes[0]! - b.nodes[0]!,
    ),
    leftOut,
  }
}

const isFunctionOrScope = (graph: HeapGraph, node: NodeIndex): boolean =>
  nodeTypeOf(graph, node) === 'closure' || isScope(graph, node)

/**
 * The number of members from which to search, those of the program first: in a larger group, the shortest ring may be
 * missed.
 */
const maxStarts = 100

/**
 * A shortest ring of a cycle, preferably through objects of the program, from an object back to itself, without V8's
 * internals. The first and the last hop are the same object.
 */
export function shortestRing(graph: HeapGraph, { nodes, members }: Cycle, { raw = false }: CycleOptions = {}): Hop[] {
  const follows = raw ? everyRetainingEdge(graph) : programEdges(graph)
  const sizes = retainedSizes(graph)
  const rank = (node: NodeIndex): number =>
    makerOf(graph, node) === 'program' ? Number.POSITIVE_INFINITY : sizes[node]!
  const starts = nodes.length <= 2 ? nodes : [...nodes].sort((a, b) => rank(b) - rank(a) || a - b)
  let shortest: Hop[] = []
  for (const start of starts.slice(0, maxStarts)) {
    const edges = shortestCycle(graph, start, (node, edge) => members.has(graph.edgeTo[edge]!) && follows(node, edge))
    const hops = throughMachinery(graph, { start, edges })
    if (shortest.length === 0 || hops.length < shortest.length) shortest = hops
    // Two objects that refer to each other: the shortest possible.
    if (shortest.length === 3) break
  }
  return shortest
}
