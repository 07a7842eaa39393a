import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { types } from '../graph/types.js'
import { isPassed, objectAbove, type Signatures } from './signatures.js'

/** Where the objects of a group stand in the last heap. */
export interface GroupPlace {
  /** The objects, in the order of the heap. */
  readonly nodes: readonly NodeIndex[]
  /** The object under which most of them are; one of them where each is an anchor. */
  readonly retainer: NodeIndex
  /** How many are under that one, and under how many such objects they are in all. */
  readonly most: number
  readonly retainers: number
  /** The first of them under the retainer, and of a chain the second. */
  readonly first: NodeIndex
  readonly second: NodeIndex | undefined
  /** Of how many of them none of the same group is above: all that stand side by side. */
  readonly heads: number
  /** Whether they hang one on the other, as a list's cells do, rather than side by side. */
  readonly isChained: boolean
  /** Whether each is an anchor: a timer, which nothing of the program need retain. */
  readonly areAnchors: boolean
}

/** Objects by group: one pass over the nodes. `groupOf` has by signature the group, 0 for none. */
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

/** What retains the objects of one group; `undefined` for none. */
export function placeOfGroup(graph: HeapGraph, paths: Signatures, nodes: readonly NodeIndex[]): GroupPlace | undefined {
  if (nodes.length === 0) return undefined
  if (nodes.every(node => paths.from[node] === node)) {
    const one = nodes[nodes.length >> 1]!
    const side = { most: 1, retainers: nodes.length, heads: nodes.length }
    return { nodes, retainer: one, ...side, first: one, second: undefined, ...eachByItself }
  }
  const among = new Set(nodes)
  const links = new Map<NodeIndex, Link>()
  const all = nodes.map(node => linkOf(graph, paths, node, among, links))
  const heads = all.filter(({ depth }) => depth === 0).length
  const isFan = fansOut(all, heads)
  const isChained = heads <= nodes.length / 2 && !isFan && !areTrees(all, heads)
  const tops = new Map<NodeIndex, NodeIndex>()
  const under = new Map<NodeIndex, { times: number; first: NodeIndex }>()
  for (const node of nodes) {
    const head = isFan ? node : links.get(node)!.head
    const retainer = objectAbove(graph, paths, isChained ? beginning(graph, paths, head, tops) : head)
    const tally = under.get(retainer)
    if (tally === undefined) under.set(retainer, { times: 1, first: head })
    else {
      tally.times++
      if (head === node) tally.first = head
    }
  }
  const [retainer, { times, first }] = [...under].reduce((a, b) => (b[1].times > a[1].times ? b : a))
  const second = isChained
    ? nodes.find(node => node !== first && above(graph, paths, node, among) === first)
    : undefined
  return { nodes, retainer, most: times, retainers: under.size, heads, first, second, isChained, areAnchors: false }
}

/** Where an object stands among those of its group that hang one on the other. */
interface Link {
  readonly head: NodeIndex
  /** How many of the group are above it. */
  readonly depth: number
}

/** Arrays in arrays, elements in elements: many of them side by side, each of a few levels, are no list that gets longer. */
const areTrees = (all: readonly Link[], heads: number): boolean =>
  heads >= fewestTrees && all.every(({ depth }) => depth < deepestTree)

/** More than so many chains can have, of the length of the longest: a trie by words has many beside each other, and is no list either. */
const fansOut = (all: readonly Link[], heads: number): boolean =>
  all.length > 2 * heads * (1 + all.reduce((most, { depth }) => Math.max(most, depth), 0))

const fewestTrees = 10
const deepestTree = 8

const eachByItself = { isChained: false, areAnchors: true }

/** The first cells of a list are at paths of their own, until its steps repeat: the topmost of the same type in the ring. */
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
    if (of[at] !== of[head]) continue
    top = at
    steps = 0
  }
  for (const one of climbed) if (of[one] === of[head]) known.set(one, top)
  return top
}

/** The topmost of the same group on the path to a node, and how far above. */
function linkOf(
  graph: HeapGraph,
  paths: Signatures,
  node: NodeIndex,
  among: ReadonlySet<NodeIndex>,
  known: Map<NodeIndex, Link>,
): Link {
  const climbed: NodeIndex[] = []
  let link: Link | undefined
  for (let at: NodeIndex | undefined = node; at !== undefined; at = above(graph, paths, at, among)) {
    link = known.get(at)
    if (link !== undefined) break
    climbed.push(at)
  }
  for (const one of climbed.reverse()) {
    link = link === undefined ? { head: one, depth: 0 } : { head: link.head, depth: link.depth + 1 }
    known.set(one, link)
  }
  return link!
}

/** A structure comes back to the same kind within so many steps. */
const longestRing = 6

/** The next of the same group up the path. */
function above(
  graph: HeapGraph,
  paths: Signatures,
  node: NodeIndex,
  among: ReadonlySet<NodeIndex>,
): NodeIndex | undefined {
  let at = node
  for (let steps = 0; steps < longestRing; steps++) {
    const next = objectAbove(graph, paths, at)
    if (next === at) return undefined
    if (among.has(next)) return next
    at = next
  }
  return undefined
}
