import { edgeNameOf, edgeTypeOf, type HeapGraph, type NodeIndex } from '../graph/heap-graph.js'
import { stringMask } from '../graph/node-type-mask.js'
import { leaveColumns, takeColumn } from '../graph/spare-columns.js'
import { typeOf, types } from '../graph/types.js'
import { isPassed, objectAbove, type Signatures } from './signatures.js'

/** The position of a group's objects in the last heap. */
export interface GroupPlace {
  /** The objects, in the order of the heap. */
  readonly nodes: readonly NodeIndex[]
  /** The object that retains most of them; one of them if each is an anchor. */
  readonly retainer: NodeIndex
  /** The number under that retainer; `retainers` is the number of such objects. */
  readonly most: number
  readonly retainers: number
  /** The first of them under the retainer; `second` is the next one in a chain. */
  readonly first: NodeIndex
  readonly second: NodeIndex | undefined
  /**
   * The number of objects without another object of the group above them: all, if they are side by side. For a trie,
   * those under the retainer.
   */
  readonly heads: number
  /** Whether they are linked one to the next, like cells of a list, rather than side by side. */
  readonly isChained: boolean
  /** Whether each is an anchor: a timer, which needs no retainer in the program. */
  readonly areAnchors: boolean
  /** Whether they are linked, but with many children under one node, the retainer. */
  readonly isTrie?: boolean
  /** Whether they are linked with a few children each, as in a search tree. */
  readonly isTree?: boolean
}

/** The objects of each group. `groupOf` maps a signature to its group, 0 for none. One pass over the nodes. */
export function nodesByGroup(
  graph: HeapGraph,
  { of }: Signatures,
  groupOf: Uint32Array,
  groups: number,
): NodeIndex[][] {
  const found: NodeIndex[][] = Array.from({ length: groups }, () => [])
  for (let node = 0; node < graph.nodeCount; node++) {
    const group = groupOf[of[node]!]!
    if (group !== 0 && !isPassed(graph, node)) found[group]!.push(node)
  }
  return found
}

/** Where the objects of one group are; `undefined` without objects. */
export function placeOfGroup(graph: HeapGraph, paths: Signatures, nodes: readonly NodeIndex[]): GroupPlace | undefined {
  if (nodes.length === 0) return undefined
  if (nodes.every(node => paths.from[node] === node)) {
    const one = nodes[nodes.length >> 1]!
    const side = { most: 1, retainers: nodes.length, heads: nodes.length }
    return { nodes, retainer: one, ...side, first: one, second: undefined, ...eachByItself }
  }
  const places = takeColumn(graph)
  const group: Group = { nodes, places }
  for (const [place, node] of nodes.entries()) places[node] = place
  const { head: headOf, depth } = linksOf(graph, paths, group)
  const heads = depth.reduce((sum, one) => (one === 0 ? sum + 1 : sum), 0)
  // A text that is appended to is a list, however many parts are added at a time.
  const isFan = stringMask[graph.nodeType[nodes[0]!]!] === 0 && fansOut(depth, heads)
  const tops = new Map<NodeIndex, NodeIndex>()
  const topOf = (node: NodeIndex): NodeIndex => beginning(graph, paths, node, tops)
  const fan = isFan ? underMost(graph, paths, nodes, node => node) : undefined
  const isTree =
    fan !== undefined &&
    typeOf(graph, nodes[0]!) !== 'Array' &&
    fan.most <= Math.max(maxBranches, fewOnOne * nodes.length) &&
    new Set(nodes.filter((_, place) => depth[place] === 0).map(topOf)).size <= maxRoots
  const isTrie = isFan && !isTree
  const isChained = isTree || (heads <= nodes.length / 2 && !isFan && !areTrees(depth, heads))
  const under =
    isTrie || !isChained
      ? (fan ?? underMost(graph, paths, nodes, (_, place) => headOf[place]!))
      : underMost(graph, paths, nodes, (_, place) => headOf[place]!, topOf)
  const { first } = under
  const second = isChained
    ? nodes.find(node => node !== first && above(graph, paths, node, group) === first)
    : undefined
  leaveColumns(graph, places)
  const shape = { ...(isTrie ? { isTrie } : {}), ...(isTree ? { isTree } : {}) }
  return { nodes, ...under, heads: isTrie ? under.most : heads, second, isChained, areAnchors: false, ...shape }
}

/** The object that retains most of a group, by the representative of each: itself or the head of its chain. */
function underMost(
  graph: HeapGraph,
  paths: Signatures,
  nodes: readonly NodeIndex[],
  headAt: (node: NodeIndex, place: number) => NodeIndex,
  topOf: (head: NodeIndex) => NodeIndex = head => head,
): Pick<GroupPlace, 'retainer' | 'most' | 'retainers' | 'first'> {
  const under = new Map<NodeIndex, { times: number; first: NodeIndex }>()
  for (const [place, node] of nodes.entries()) {
    const head = headAt(node, place)
    const retainer = objectAbove(graph, paths, topOf(head))
    const tally = under.get(retainer)
    if (tally === undefined) under.set(retainer, { times: 1, first: head })
    else {
      tally.times++
      if (head === node) tally.first = head
    }
  }
  let [retainer, most] = [nodes[0]!, { times: 0, first: nodes[0]! }]
  for (const [one, tally] of under) if (tally.times > most.times) [retainer, most] = [one, tally]
  return { retainer, most: most.times, retainers: under.size, first: most.first }
}

/** A group in heap order, and by node its index in it, which is meaningless for nodes outside the group. */
interface Group {
  readonly nodes: readonly NodeIndex[]
  readonly places: Uint32Array
}

const isOf = ({ nodes, places }: Group, node: NodeIndex): boolean => nodes[places[node]!] === node

/** By index in a linked group: the topmost object of the group on its path, and the number above it. */
interface Links {
  readonly head: Uint32Array
  readonly depth: Int32Array
}

/** Many structures side by side with a few levels each, such as arrays in arrays, are not a growing list. */
const areTrees = (depths: Int32Array, heads: number): boolean =>
  heads >= minTrees && depths.every(depth => depth < deepestTree)

/**
 * Whether there are more objects than chains of the longest length could have: a trie with many siblings is not a list
 * either.
 */
const fansOut = (depths: Int32Array, heads: number): boolean =>
  depths.length > 2 * heads * (1 + depths.reduce((most, depth) => Math.max(most, depth), 0))

/** The maximum number of children of a search tree's node. In a trie, most objects accumulate below one node. */
const maxBranches = 4
/** The maximum number of roots of a tree. Nested data, such as arrays in arrays, has one root per piece. */
const maxRoots = 4
const fewOnOne = 1 / 8

const minTrees = 10
const deepestTree = 8

const eachByItself = { isChained: false, areAnchors: true }

/**
 * The first cells of a list have separate signatures, until its steps repeat. Finds the topmost cell of the same type.
 */
function beginning(graph: HeapGraph, paths: Signatures, head: NodeIndex, known: Map<NodeIndex, NodeIndex>): NodeIndex {
  const { of } = types(graph)
  const climbed: NodeIndex[] = []
  let top = head
  for (let at = head, steps = 0; steps < longestRing; steps++) {
    const before = known.get(at)
    if (before !== undefined) {
      top = before
      break
    }
    climbed.push(at)
    const next = objectAbove(graph, paths, at)
    if (next === at) break
    at = next
    if (of[at] !== of[head] || !haveShape(graph, at, head)) continue
    top = at
    steps = 0
  }
  // What stands above the list is above other lists, too.
  for (const one of climbed) {
    if (of[one] === of[head]) known.set(one, top)
    if (one === top) break
  }
  return top
}

/** All plain objects have the same type: two without a common property name are not cells of one list. */
function haveShape(graph: HeapGraph, one: NodeIndex, other: NodeIndex): boolean {
  if (typeOf(graph, one) !== 'Object') return true
  const names = propertyNames(graph, one)
  return names.size === 0 || [...propertyNames(graph, other)].some(name => names.has(name))
}

function propertyNames(graph: HeapGraph, node: NodeIndex): Set<number> {
  const names = new Set<number>()
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    if (edgeTypeOf(graph, edge) === 'property' && edgeNameOf(graph, edge) !== '__proto__')
      names.add(graph.edgeName[edge]!)
  return names
}

function linksOf(graph: HeapGraph, paths: Signatures, group: Group): Links {
  const { nodes, places } = group
  const head = new Uint32Array(nodes.length)
  const depth = new Int32Array(nodes.length).fill(-1)
  const climbed: number[] = []
  for (let place = 0; place < nodes.length; place++) {
    let at: NodeIndex | undefined = nodes[place]
    for (; at !== undefined && depth[places[at]!] === -1; at = above(graph, paths, at, group)) climbed.push(places[at]!)
    let before = at === undefined ? -1 : places[at]!
    for (let one = climbed.pop(); one !== undefined; one = climbed.pop()) {
      head[one] = before < 0 ? nodes[one]! : head[before]!
      depth[one] = before < 0 ? 0 : depth[before]! + 1
      before = one
    }
  }
  return { head, depth }
}

/** The maximum number of steps between two cells of a structure. */
const longestRing = 8

/** The next of the same group up the path. */
function above(graph: HeapGraph, paths: Signatures, node: NodeIndex, group: Group): NodeIndex | undefined {
  let at = node
  for (let steps = 0; steps < longestRing; steps++) {
    const next = objectAbove(graph, paths, at)
    if (next === at) return undefined
    if (isOf(group, next)) return next
    at = next
  }
  return undefined
}
