import { type NodeType, nodeTypes } from './heap-graph.js'

/** By number of a node type: 1 for the given types. Fast test: `mask[graph.nodeType[node]!] === 1`. */
export const nodeTypeMask = (...types: readonly NodeType[]): Uint8Array =>
  Uint8Array.from(nodeTypes, type => (types.includes(type) ? 1 : 0))

/**
 * Compiled code, its feedback, and hidden classes, which V8 creates and drops as it compiles, whatever the program
 * does.
 */
export const codeMask: Uint8Array = nodeTypeMask('code', 'object shape')

/** Strings, including concatenated and sliced ones. */
export const stringMask: Uint8Array = nodeTypeMask('string', 'concatenated string', 'sliced string')

/** Nodes outside V8's heap: C++ objects and groups of roots. They get new ids in every snapshot. */
export const outsideMask: Uint8Array = nodeTypeMask('native', 'synthetic')
