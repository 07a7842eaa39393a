import { ephemerons } from '../graph/ephemerons.js'
import {
  type EdgeIndex,
  type EdgeType,
  edgeTypeNumber,
  edgeTypes,
  type HeapGraph,
  type NodeIndex,
  type NodeType,
  nodeTypes,
} from '../graph/heap-graph.js'
import { memo } from '../graph/memo.js'
import { builtins } from '../heap/v8/builtins.js'
import { costQueue } from './cost-queue.js'
import { programRoots } from './program-roots.js'

/** A retaining path: its start and its edges. */
export interface RetainingPath {
  readonly start: NodeIndex
  readonly edges: readonly EdgeIndex[]
}

/**
 * By node: the cost of its most readable retaining path, in which less readable steps cost more; `notRetained` if
 * nothing retains it.
 */
export const pathCosts = (graph: HeapGraph): Uint32Array => paths(graph).cost

/** The cost of a node that nothing retains. */
export const notRetained = 0xffffffff

/**
 * The most readable retaining path to a node: from a module of the program, a global variable or a pending timer,
 * preferring the program's names to internals of Node.js and V8, and then short paths. From a GC root if nothing else
 * leads there. Every edge keeps its target alive. `undefined` for a node that nothing retains.
 */
export function pathTo(graph: HeapGraph, node: NodeIndex): RetainingPath | undefined {
  const { cost, edgeTo, from } = paths(graph)
  if (cost[node] === notRetained) return undefined
  const edges: EdgeIndex[] = []
  let at = node
  for (; edgeTo[at] !== begins; at = from[at]!) edges.push(edgeTo[at]!)
  return { start: at, edges: edges.reverse() }
}

/** The cost of an edge that keeps nothing alive. */
export const keepsNothing = 255

/** Names of the program are cheap; V8's internal edges cost more, by how little they say. */
const byEdgeType: Readonly<Record<EdgeType, number>> = {
  property: 2,
  context: 2,
  element: 2,
  internal: 6,
  hidden: 6,
  shortcut: 2,
  weak: 0,
}
/** An edge into or out of a table costs half, so that an entry of a Map costs as much as a property. */
const table = 1
const byNodeType: Readonly<Partial<Record<NodeType, number>>> = {
  code: 16,
  'object shape': 16,
  synthetic: 8,
  native: 8,
  hidden: 4,
}
/** The cost of passing through a function of Node.js, which the program's author does not know. */
const throughBuiltin = 24
const awkwardProperty = 6
/** The maximum cost of a step. */
const most = 64

/**
 * By edge: its cost in a path; `keepsNothing` if it is weak, or one of the two edges of a WeakMap entry. A pass over
 * the edges.
 */
export const edgeCosts: (graph: HeapGraph) => Uint8Array = memo(graph => {
  const { nodeCount, edgeCount, root, nodeId, nodeType, firstEdge, edgeType, edgeName, edgeTo } = graph
  const [weak, shortcut, internal, hidden, property] = (
    ['weak', 'shortcut', 'internal', 'hidden', 'property'] as const
  ).map(edgeTypeNumber)
  const [array, hiddenNode] = [nodeTypes.indexOf('array'), nodeTypes.indexOf('hidden')]
  const { entryOf, tableOf } = ephemerons(graph)
  const isOwn = builtins(graph)
  const edgeCost = Uint8Array.from(edgeTypes, type => byEdgeType[type])
  const nodeCost = Uint8Array.from(nodeTypes, type => (byNodeType[type] ?? 0) | (type === 'array' ? isArray : 0))
  // By node, in one column for locality: the cost to arrive, and whether it is an array.
  const arrival = nodeType.map((type, node) => nodeCost[type]! + (isOwn[node] === 1 ? throughBuiltin : 0))
  const costs = new Uint8Array(edgeCount)
  const words = new Uint8Array(graph.strings.length)

  for (let from = 0; from < nodeCount; from++) {
    const fromType = nodeType[from]!
    const end = firstEdge[from + 1]!
    for (let edge = firstEdge[from]!; edge < end; edge++) {
      const type = edgeType[edge]!
      const to = edgeTo[edge]!
      const name = edgeName[edge]!
      if (type === weak || to === from || (type === shortcut && from !== root)) {
        costs[edge] = keepsNothing
        continue
      }
      const toArray = (arrival[to]! & isArray) !== 0
      let own = edgeCost[type]!
      if (type === internal) {
        const entry = entryOf[name]!
        if (entry !== 0 && tableOf[entry] === nodeId[from]) {
          costs[edge] = keepsNothing
          continue
        }
        if (words[name] === 0) words[name] = wordOf(graph.strings.at(name))
        // The store duplicates the object's own edges.
        if (toArray) own = words[name] === isStore ? awkwardProperty : table
        else if (fromType === array) own = table
        else if (words[name] === leadsToScope) own = 2
      } else if (type === hidden) {
        // An ES module has its variables by name in its first table, and by number in others.
        if (!(name > 0 && fromType === hiddenNode) && (toArray || fromType === array)) own = table
      } else if (toArray) own = table
      else if (type === property) {
        if (words[name] === 0) words[name] = wordOf(graph.strings.at(name))
        if (words[name] === isAwkward) own = awkwardProperty
      }
      costs[edge] = own + (arrival[to]! & ~isArray)
    }
  }
  return costs
})

const isArray = 128
const [isPlain, leadsToScope, isAwkward, isStore] = [1, 2, 3, 4]
const scopeEdges = ['context', 'previous', 'bound_function', 'table']
// Edges around the ring of timers, up the prototype chain, among listeners: correct, but hard to read.
const awkwardEdges = ['__proto__', '_idleNext', '_idlePrev', '_events', 'constructor']

/** The cost class of an edge's name. */
function wordOf(name: string): number {
  if (scopeEdges.includes(name)) return leadsToScope
  if (awkwardEdges.includes(name)) return isAwkward
  return name === 'properties' ? isStore : isPlain
}

interface Paths {
  /** By node: the total cost of its path. */
  readonly cost: Uint32Array
  /** By node: the last edge of its path, or `begins`. */
  readonly edgeTo: Uint32Array
  /** By node: the source of that edge. */
  readonly from: Uint32Array
}

const begins = 0xffffffff
/** The cost of starting at V8's own roots, so that they come last. */
const fromRoot = 48

/** Dijkstra's search with small integers: linear in the edges. 12 bytes per node, 8 more while it runs. */
const paths: (graph: HeapGraph) => Paths = memo(graph => {
  const { nodeCount, firstEdge, edgeTo } = graph
  const edgeCost = edgeCosts(graph)
  const cost = new Uint32Array(nodeCount).fill(notRetained)
  const lastEdge = new Uint32Array(nodeCount).fill(begins)
  const from = new Uint32Array(nodeCount)
  const queue = costQueue(nodeCount, most)

  for (const { node, burden } of [...programRoots(graph), { node: graph.root, burden: fromRoot }]) {
    cost[node] = burden
    queue.put(node, burden)
  }
  for (let node = queue.take(); node !== undefined; node = queue.take()) {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const more = edgeCost[edge]!
      if (more === keepsNothing) continue
      const to = edgeTo[edge]!
      const sum = cost[node]! + more
      if (sum >= cost[to]!) continue
      cost[to] = sum
      lastEdge[to] = edge
      from[to] = node
      queue.put(to, sum)
    }
  }
  return { cost, edgeTo: lastEdge, from }
})
