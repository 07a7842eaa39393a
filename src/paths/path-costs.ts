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

/** A way that keeps an object: where it begins, and the edges it goes by. */
export interface RetainingPath {
  readonly start: NodeIndex
  readonly edges: readonly EdgeIndex[]
}

/**
 * By node: how far it is from where people would begin to look, in steps that count more the less they say to them; `notRetained` where
 * nothing keeps it.
 */
export const pathCosts = (graph: HeapGraph): Uint32Array => paths(graph).cost

/** The cost of a node that nothing keeps. */
export const notRetained = 0xffffffff

/**
 * The friendliest way to a node: from a module of the program, a global variable or a waiting timer, rather by names of the program
 * than through functions and machinery of Node.js and V8, and only then short. From a GC root where nothing else leads there. Every
 * edge of it keeps its target alive. `undefined` for a node that nothing keeps.
 */
export function pathTo(graph: HeapGraph, node: NodeIndex): RetainingPath | undefined {
  const { cost, edgeTo, from } = paths(graph)
  if (cost[node] === notRetained) return undefined
  const edges: EdgeIndex[] = []
  let at = node
  for (; edgeTo[at] !== begins; at = from[at]!) edges.push(edgeTo[at]!)
  return { start: at, edges: edges.reverse() }
}

/** Of an edge that keeps nothing alive. */
export const keepsNothing = 255

/** Names of a program are how people think; what V8 has in between counts by what it says. */
const byEdgeType: Readonly<Record<EdgeType, number>> = {
  property: 2,
  context: 2,
  element: 2,
  internal: 6,
  hidden: 6,
  shortcut: 2,
  weak: 0,
}
/** What leads into a table costs half, and so does what leads out of it: an entry of a Map is as good as a property. */
const table = 1
const byNodeType: Readonly<Partial<Record<NodeType, number>>> = {
  code: 16,
  'object shape': 16,
  synthetic: 8,
  native: 8,
  hidden: 4,
}
/** To go through a function of Node.js is to go where the program's author has never been. */
const throughBuiltin = 24
const awkwardProperty = 6
/** No step costs more than the sum of the worst. */
const most = 64

/** By edge: what it adds to the cost of a way; `keepsNothing` where it is weak, or one of the pair that a WeakMap has. A pass over the edges. */
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
  // By node, as what every edge asks of its target stands together: what it costs to arrive, and whether it is an array.
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
        // The store repeats what the object's own edges say.
        if (toArray) own = words[name] === isStore ? awkwardProperty : table
        else if (fromType === array) own = table
        else if (words[name] === leadsToScope) own = 2
      } else if (type === hidden) {
        // An ES module has its variables by name in the first of its tables, and by number in others.
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
// Round the ring of timers, up the chain of prototypes, among the listeners: true, and said better otherwise.
const awkwardEdges = ['__proto__', '_idleNext', '_idlePrev', '_events', 'constructor']

/** What the name of an edge says of it. */
function wordOf(name: string): number {
  if (scopeEdges.includes(name)) return leadsToScope
  if (awkwardEdges.includes(name)) return isAwkward
  return name === 'properties' ? isStore : isPlain
}

interface Paths {
  /** By node: the sum of what the edges cost. */
  readonly cost: Uint32Array
  /** By node: the last edge of the way to it, or `begins`. */
  readonly edgeTo: Uint32Array
  /** By node: where that edge starts. */
  readonly from: Uint32Array
}

const begins = 0xffffffff
/** What only V8's own roots lead to is told last. */
const fromRoot = 48

/** Dijkstra's search with small whole numbers: linear in the edges. 12 bytes a node to keep, 8 more while it runs. */
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
