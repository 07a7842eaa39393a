import {
  edgeTypeNumber,
  type HeapGraph,
  isNumbered,
  type NodeIndex,
  nodeTypeNumber,
  nodeTypes,
} from '../graph/heap-graph.js'
import { retaining } from '../graph/retaining.js'
import { hash, likenesses } from './likeness.js'
import { modules } from './modules.js'

/**
 * By node: a number made of how the object is held, from the nearest module on: by what names, keys and types, and as which of how
 * many that nothing else tells apart. Held alike, an object has the same number in every heap of the program, whoever numbered it.
 * Of a row that grew the last are the new ones, whichever they are in truth: how many have come is right, and under what. But one
 * that is as long as before may be of other objects altogether. 32 bits: of a million objects one in four thousand is taken for
 * another. Costs a look at every edge, and 20 bytes a node meanwhile.
 */
export function heldIds(graph: HeapGraph): Uint32Array {
  const { nodeCount, root, nodeType, firstEdge, edgeTo } = graph
  const retains = retaining(graph)
  const likenessOf = likenesses(graph)
  const stepOf = steps(graph)
  const slotOf = slots(graph)
  const textOf = texts(graph)
  const isArray = Uint8Array.from(nodeTypes, type => (type === 'array' ? 1 : 0))
  const isCode = Uint8Array.from(nodeTypes, type => (type === 'code' || type === 'object shape' ? 1 : 0))
  const ids = new Uint32Array(nodeCount)
  const queue = new Uint32Array(nodeCount)
  let tail = 0
  const reach = (node: NodeIndex, id: number): void => {
    // 0 is for what was not reached yet.
    ids[node] = id === 0 ? 1 : id
    queue[tail++] = node
  }

  const alike = new Map<number, number>()
  // Of what was met before `from`, only code is searched: the rest was already.
  const search = (from: number, throughCode: boolean): void => {
    for (let head = throughCode ? 0 : from; head < tail; head++) {
      const node = queue[head]!
      if (isCode[nodeType[node]!] === 1 ? !throughCode : head < from) continue
      if (alike.size > 0) alike.clear()
      const above = ids[node]!
      const isTable = isArray[nodeType[node]!] === 1
      let keySlot = -2
      let keyText = 0
      for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
        const to = edgeTo[edge]!
        // In V8's tables a value stands behind its key, whoever else holds the key.
        if (retains[edge] === 0 || (ids[to] !== 0 && !isTable)) continue
        const step = isTable ? 0 : stepOf(edge)
        let text = step === 0 ? textOf(to) : 0
        if (isTable) {
          const slot = slotOf(edge)
          if (text !== 0) [keySlot, keyText] = [slot, text]
          else if (slot === keySlot + 1) text = keyText
          if (ids[to] !== 0) continue
        }
        let id = mixed(mixed(above, step), likenessOf(to))
        if (text !== 0) id = mixed(id, text)
        if (step === 0) {
          const before = alike.get(id) ?? 0
          alike.set(id, before + 1)
          if (before !== 0) id = mixed(id, before)
        }
        reach(to, id)
      }
    }
  }

  // Modules first: how they are held, and what else leads to their objects (a request under way, a timer), is another way each time.
  for (const [node, name] of namedOnce(graph)) if (ids[node] === 0) reach(node, hash(name))
  search(0, false)
  const beyond = tail
  if (ids[root] === 0) reach(root, 1)
  search(beyond, false)
  // What only compiled code holds comes and goes with it.
  search(tail, true)
  return ids
}

/** Modules by name, but for those of which there are several copies: they are told apart by what holds them. */
function namedOnce(graph: HeapGraph): (readonly [NodeIndex, string])[] {
  const byName = new Map<string, NodeIndex | undefined>()
  for (const [node, file] of modules(graph)) {
    const name = `${nodeTypes[graph.nodeType[node]!]} ${graph.strings.at(graph.nodeName[node]!)} ${file}`
    byName.set(name, byName.has(name) ? undefined : node)
  }
  return [...byName]
    .flatMap(([name, node]) => (node === undefined ? [] : [[node, name] as const]))
    .sort(([, a], [, b]) => (a < b ? -1 : 1))
}

/** The step an edge is, as a hash of its name; 0 where it has none that lasts: an entry of an array. */
function steps({ edgeType, edgeName, strings }: HeapGraph): (edge: number) => number {
  const isNamed = new Uint8Array(256)
  for (const type of ['property', 'context', 'internal'] as const) isNamed[edgeTypeNumber(type)] = 1
  const nameless = 0xffffffff
  const known = new Uint32Array(strings.length)
  return edge => {
    if (isNamed[edgeType[edge]!] === 0) return 0
    const name = edgeName[edge]!
    if (known[name] === 0) {
      const text = strings.at(name)
      // The machinery of a WeakMap says ids in its names.
      known[name] = /^\d/.test(text) ? nameless : hash(text) || 1
    }
    return known[name] === nameless ? 0 : known[name]!
  }
}

/** By node: a hash of what a string reads; 0 for one that V8 has in pieces yet, and for all else. */
function texts({ nodeType, nodeName, strings }: HeapGraph): (node: NodeIndex) => number {
  const string = nodeTypeNumber('string')
  const known = new Uint32Array(strings.length)
  return node => {
    if (nodeType[node] !== string) return 0
    const name = nodeName[node]!
    if (known[name] === 0) known[name] = hash(strings.at(name)) || 1
    return known[name]!
  }
}

/** The place in an array that an edge stands for; −1 for none. */
function slots(graph: HeapGraph): (edge: number) => number {
  const { edgeName, strings } = graph
  const known = new Int32Array(strings.length)
  return edge => {
    const name = edgeName[edge]!
    if (isNumbered(graph, edge)) return name
    if (known[name] === 0) {
      const text = strings.at(name)
      known[name] = /^\d{1,9}$/.test(text) ? Number(text) + 1 : -1
    }
    return known[name] === -1 ? -1 : known[name]! - 1
  }
}

/** MurmurHash3's end of a hash, 32 bits. */
function mixed(value: number, next: number): number {
  let at = Math.imul(value ^ Math.imul(next, 0xcc9e2d51), 0x85ebca6b)
  at = Math.imul(at ^ (at >>> 13), 0xc2b2ae35)
  return (at ^ (at >>> 16)) >>> 0
}
