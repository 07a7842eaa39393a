import { type NodeType, nodeTypes } from './heap-graph.js'

/** By number of a node type: 1 for the types that are named. Read as `mask[graph.nodeType[node]!] === 1`, it costs a look. */
export const nodeTypeMask = (...types: readonly NodeType[]): Uint8Array =>
  Uint8Array.from(nodeTypes, type => (types.includes(type) ? 1 : 0))

/** Compiled code, its feedback, and hidden classes: V8 makes and drops them as it compiles, whatever the program does. */
export const codeMask: Uint8Array = nodeTypeMask('code', 'object shape')

/** Text, whole or put together from other strings. */
export const stringMask: Uint8Array = nodeTypeMask('string', 'concatenated string', 'sliced string')

/** What is not in V8's heap: objects of C++ and groups of roots. They are numbered anew in every snapshot. */
export const outsideMask: Uint8Array = nodeTypeMask('native', 'synthetic')
