import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeNumber } from './heap-graph.js'
import { incoming, sourceOf } from './incoming.js'
import { nodeTypeMask } from './node-type-mask.js'

/** By node of the later heap: the same object in the earlier one, or `unmatched`. */
export type Matches = Int32Array

export const unmatched = -1

/**
 * Matches the objects of two heaps of one process without ids: for heaps read from memory, in which V8 has assigned
 * none. An object that V8 did not move keeps its address, but the address may have been reused: it matches if type,
 * size and strings are the same, and a matched object refers to it by the same name. Moved objects are found by
 * following the same names from matched objects. Doubtful objects are not matched. Costs about a microsecond per node.
 */
export function matchObjects(before: HeapGraph, after: HeapGraph): Matches {
  const matches = new Int32Array(after.nodeCount).fill(unmatched)
  if (before.address === undefined || after.address === undefined) return matches
  const taken = new Uint8Array(before.nodeCount)
  const candidates = byAddress(before, after)
  const alike = comparisonOf(before, after)

  for (let node = 0; node < after.nodeCount; node++) {
    const other = candidates[node]!
    if (other === unmatched || !alike.isSame(other, node) || !alike.agrees(other, node)) continue
    if (!isHeldAlike(before, after, candidates, other, node)) continue
    matches[node] = other
    taken[other] = 1
  }
  matchByText(before, after, matches, taken, alike)
  // Groups of roots match by name.
  const roots = matchRoots(before, after, matches, taken)
  follow(before, after, matches, taken, alike, candidates, roots)
  return matches
}

/** By node of the later heap: the earlier heap's object at the same address. */
function byAddress(before: HeapGraph, after: HeapGraph): Int32Array {
  const found = new Int32Array(after.nodeCount).fill(unmatched)
  // Both are in order of address, except for nodes that are not objects.
  let at = 0
  for (let node = 0; node < after.nodeCount; node++) {
    const address = after.address![node]!
    if (address === 0) continue
    while (at < before.nodeCount && before.address![at]! < address) at++
    if (at === before.nodeCount) break
    if (before.address![at] === address) found[node] = at
  }
  return found
}

interface Comparison {
  /** Type, name and size. */
  isSame(other: NodeIndex, node: NodeIndex): boolean
  /** Whether their strings under the same names are equal. */
  agrees(other: NodeIndex, node: NodeIndex): boolean
  /** Whether they agree and have at least one such string. */
  isSure(other: NodeIndex, node: NodeIndex): boolean
  /** A common numbering of the names of both heaps. */
  name(text: number): number
  textOfBefore(text: number): number
}

const [property, contextType, string] = [
  edgeTypeNumber('property'),
  edgeTypeNumber('context'),
  nodeTypeNumber('string'),
]
const nameIsText = nodeTypeMask('string', 'object', 'closure', 'regexp')
/** The number of edges compared per object: identifying fields usually come first. */
const maxEdges = 40

function comparisonOf(before: HeapGraph, after: HeapGraph): Comparison {
  const texts = new Map<string, number>()
  const inBefore = new Int32Array(before.strings.length)
  for (let index = 0; index < inBefore.length; index++) {
    const text = before.strings.at(index)
    const first = texts.get(text)
    if (first === undefined) texts.set(text, index)
    inBefore[index] = first ?? index
  }
  const inAfter = new Int32Array(after.strings.length)
  for (let index = 0; index < inAfter.length; index++) inAfter[index] = texts.get(after.strings.at(index)) ?? -2 - index

  const isSame = (other: NodeIndex, node: NodeIndex): boolean => {
    const type = after.nodeType[node]!
    if (before.nodeType[other] !== type || before.selfSize[other] !== after.selfSize[node]) return false
    return nameIsText[type] === 0 || inBefore[before.nodeName[other]!] === inAfter[after.nodeName[node]!]
  }
  /** -1 if strings differ, otherwise the number of equal ones. */
  const shared = (other: NodeIndex, node: NodeIndex): number => {
    let same = 0
    let at = before.firstEdge[other]!
    const end = Math.min(before.firstEdge[other + 1]!, at + maxEdges)
    const first = after.firstEdge[node]!
    for (let edge = first; edge < Math.min(after.firstEdge[node + 1]!, first + maxEdges) && at < end; edge++, at++) {
      const type = after.edgeType[edge]!
      if (type !== before.edgeType[at]) return same
      if (type !== property && type !== contextType) continue
      if (inBefore[before.edgeName[at]!] !== inAfter[after.edgeName[edge]!]) return same
      const [theirs, ours] = [before.edgeTo[at]!, after.edgeTo[edge]!]
      if (after.nodeType[ours] !== string || before.nodeType[theirs] !== string) continue
      // A string that changes is a state rather than an identity: only a difference in the first string counts.
      if (inBefore[before.nodeName[theirs]!] !== inAfter[after.nodeName[ours]!]) {
        if (same === 0) return -1
      } else same++
    }
    return same
  }
  return {
    isSame,
    agrees: (other, node) => shared(other, node) >= 0,
    isSure: (other, node) => shared(other, node) > 0,
    name: text => inAfter[text]!,
    textOfBefore: text => inBefore[text]!,
  }
}

/** Whether both have a retainer at the same address: a freed object and another one that reuses its address do not. */
function isHeldAlike(
  before: HeapGraph,
  after: HeapGraph,
  candidates: Int32Array,
  other: NodeIndex,
  node: NodeIndex,
): boolean {
  const { first, source } = incoming(after)
  const theirs = incoming(before)
  const [begin, end] = [theirs.first[other]!, Math.min(theirs.first[other + 1]!, theirs.first[other]! + maxEdges)]
  for (let place = first[node]!; place < Math.min(first[node + 1]!, first[node]! + maxEdges); place++) {
    const from = sourceOf(source[place]!)
    const candidate = after.address![from] === 0 ? from : candidates[from]!
    if (candidate === unmatched) continue
    for (let at = begin; at < end; at++) if (sourceOf(theirs.source[at]!) === candidate) return true
  }
  return false
}

/** Matches objects with a property whose text is unique in each heap: an id, a key, a path. */
function matchByText(
  before: HeapGraph,
  after: HeapGraph,
  matches: Matches,
  taken: Uint8Array,
  alike: Comparison,
): void {
  const owners = new Map<number, NodeIndex>()
  eachOwner(
    before,
    text => alike.textOfBefore(text),
    (text, node) => owners.set(text, node),
  )
  eachOwner(
    after,
    text => alike.name(text),
    (text, node) => {
      const other = owners.get(text)
      if (other === undefined || matches[node] !== unmatched || taken[other] === 1) return
      if (!alike.isSame(other, node) || !alike.isSure(other, node)) return
      matches[node] = other
      taken[other] = 1
    },
  )
}

/** Visits the objects with a property whose text is unique in the heap. */
function eachOwner(
  graph: HeapGraph,
  textOf: (text: number) => number,
  visit: (text: number, node: NodeIndex) => void,
): void {
  const count = new Uint8Array(graph.strings.length)
  for (let node = 0; node < graph.nodeCount; node++) {
    const name = graph.nodeName[node]!
    if (graph.nodeType[node] === string && count[name]! < 2) count[name]!++
  }
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeType[node] !== object) continue
    const end = Math.min(graph.firstEdge[node + 1]!, graph.firstEdge[node]! + maxEdges)
    for (let edge = graph.firstEdge[node]!; edge < end; edge++) {
      const to = graph.edgeTo[edge]!
      if (graph.edgeType[edge] !== property || graph.nodeType[to] !== string || count[graph.nodeName[to]!] !== 1)
        continue
      visit(textOf(graph.nodeName[to]!), node)
      break
    }
  }
}

const object = nodeTypeNumber('object')
const synthetic = nodeTypeNumber('synthetic')

function matchRoots(before: HeapGraph, after: HeapGraph, matches: Matches, taken: Uint8Array): NodeIndex[] {
  const roots: NodeIndex[] = []
  for (let node = 0; node < after.nodeCount && after.nodeType[node] === synthetic; node++) {
    if (before.nodeType[node] !== synthetic) break
    if (before.strings.at(before.nodeName[node]!) !== after.strings.at(after.nodeName[node]!)) continue
    matches[node] = node
    taken[node] = 1
    roots.push(node)
  }
  return roots
}

/** Matches objects that matched objects refer to by the same names. */
function follow(
  before: HeapGraph,
  after: HeapGraph,
  matches: Matches,
  taken: Uint8Array,
  alike: Comparison,
  candidates: Int32Array,
  roots: readonly NodeIndex[],
): void {
  const isRoot = new Set(roots)
  const queue: NodeIndex[] = []
  for (let node = 0; node < after.nodeCount; node++)
    if (matches[node] !== unmatched && !isRoot.has(node)) queue.push(node)
  while (queue.length > 0) {
    const node = queue.pop()!
    const other = matches[node]!
    let at = before.firstEdge[other]!
    const end = before.firstEdge[other + 1]!
    const keepsItems = hasKept(before, after, candidates, other, node)
    for (let edge = after.firstEdge[node]!; edge < after.firstEdge[node + 1]! && at < end; edge++, at++) {
      const type = after.edgeType[edge]!
      if (type !== before.edgeType[at]) break
      const [to, theirs] = [after.edgeTo[edge]!, before.edgeTo[at]!]
      if (matches[to] !== unmatched || taken[theirs] === 1) continue
      if (!alike.isSame(theirs, to)) continue
      // A property keeps its object. Items of a list may shift: items at the same index match only if most of them
      // stayed.
      const isPlace = type === property || type === contextType
      if (!alike.agrees(theirs, to) || !(isPlace || keepsItems)) continue
      matches[to] = theirs
      taken[theirs] = 1
      queue.push(to)
    }
  }
}

/** Whether at least half of an object's references kept their address. */
function hasKept(
  before: HeapGraph,
  after: HeapGraph,
  candidates: Int32Array,
  other: NodeIndex,
  node: NodeIndex,
): boolean {
  let [kept, all] = [0, 0]
  let at = before.firstEdge[other]!
  const end = before.firstEdge[other + 1]!
  for (let edge = after.firstEdge[node]!; edge < after.firstEdge[node + 1]! && at < end; edge++, at++) {
    if (after.address![after.edgeTo[edge]!] === 0) continue
    all++
    if (candidates[after.edgeTo[edge]!] === before.edgeTo[at]) kept++
  }
  return 2 * kept >= all
}
