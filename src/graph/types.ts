import { type HeapNodes, type NodeIndex, type NodeType, nodeTypes } from './heap-graph.js'
import { memo } from './memo.js'
import { nodeTypeMask } from './node-type-mask.js'
import { takeColumn } from './spare-columns.js'

/** The type of every node. */
export interface Types {
  /** By node: index into `names`. */
  readonly of: Uint32Array
  /** Every type once, in the order of first appearance. */
  readonly names: readonly string[]
}

/** Type names for V8's node types. For the others, the node's name is the constructor's name. */
const words: Readonly<Partial<Record<NodeType, string>>> = {
  hidden: '(system)',
  code: '(compiled code)',
  regexp: 'RegExp',
}
const nameIsType = nodeTypeMask('object', 'native')

/**
 * The type of every node: an object's constructor name (`Session`), the C++ class of a native node, and for everything
 * else V8's word in brackets: `(string)`, `(closure)`, `(array)`, `(system)`. 4 bytes per node.
 */
export const types: (graph: HeapNodes) => Types = memo(graph => {
  const { nodeCount, nodeType, nodeName, strings } = graph
  const names: string[] = []
  const known = new Map<string, number>()
  const add = (name: string): number => {
    let type = known.get(name)
    if (type === undefined) {
      type = names.push(name) - 1
      known.set(name, type)
    }
    return type
  }

  const of = takeColumn(graph)
  // 0 means not seen yet, so values are indexes plus one.
  const ofWord = new Uint32Array(nodeTypes.length)
  const ofString = new Uint32Array(strings.length)
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!
    if (nameIsType[type] === 1) {
      const name = nodeName[node]!
      if (ofString[name] === 0) ofString[name] = 1 + add(strings.at(name))
      of[node] = ofString[name]! - 1
    } else {
      if (ofWord[type] === 0) ofWord[type] = 1 + add(words[nodeTypes[type]!] ?? `(${nodeTypes[type]})`)
      of[node] = ofWord[type]! - 1
    }
  }
  return { of, names }
})

/**
 * Whether a type is a word of V8's or a C++ class (`(string)`, `(closure)`, `system / Context`, `Node / TCPWrap`) rather than the
 * name of a constructor.
 */
export const isV8Type = (name: string): boolean => /^\(.*\)$|^\S+ \/ /s.test(name)

/** The same without the C++ classes of Node.js (`Node / TCPWrap`), whose objects a program may leak. */
export const isV8InternalType = (name: string): boolean => name.startsWith('(') || name.startsWith('system / ')

/** The type of one node. */
export function typeOf(graph: HeapNodes, node: NodeIndex): string {
  const { of, names } = types(graph)
  return names[of[node]!]!
}
