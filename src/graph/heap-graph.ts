/** Position of a node in one heap, 0 … nodeCount − 1. Says nothing about another heap. */
export type NodeIndex = number & { readonly __index?: 'node' }
/** Position of an edge in one heap, 0 … edgeCount − 1. */
export type EdgeIndex = number & { readonly __index?: 'edge' }
/** V8's number for an object, the one after `@`. The same object has the same id in every heap of one unbroken session. */
export type ObjectId = number & { readonly __index?: 'object' }

/** V8's node types in our numbering: the reader maps a file's own list to this one by name. `other` is a word not listed here. */
export const nodeTypes = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
  'wasm object',
  'other',
] as const
export type NodeType = (typeof nodeTypes)[number]

/** V8's edge types in our numbering. */
export const edgeTypes = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'] as const
export type EdgeType = (typeof edgeTypes)[number]

/** The number a node type or edge type has in `nodeType` and `edgeType` columns: `nodeTypeNumber('closure')`. */
export const nodeTypeNumber = (name: NodeType): number => nodeTypes.indexOf(name)
export const edgeTypeNumber = (name: EdgeType): number => edgeTypes.indexOf(name)

/** Every string of the heap, by number. Decoded when asked for: a heap may hold gigabytes of them. */
export interface StringTable {
  readonly length: number
  at(index: number): string
  /** Whether a string surely has fewer characters than `length`. Told without decoding it; a string with escapes may be shorter still. */
  isShort(index: number, length: number): boolean
}

/** Where functions, and the constructors of class instances, stand in the source. Sorted by node. All counted from 0, as V8 does. */
export interface Locations {
  readonly node: Uint32Array
  readonly script: Uint32Array
  readonly line: Uint32Array
  readonly column: Uint32Array
}

/** Bytes by node, in four bytes each; in eight where one of them passes 4 GB (array buffers may). */
export type Sizes = Uint32Array | Float64Array

/**
 * The nodes of one heap as columns, exactly what the file says of them and nothing derived. Many questions (how many of what, and how
 * large) need no more, and whoever takes this type instead of `HeapGraph` can be asked before any edge has been read.
 */
export interface HeapNodes {
  readonly nodeCount: number
  /** How many edges the heap has, whether or not they were read. */
  readonly edgeCount: number
  readonly root: NodeIndex
  /** Index into `nodeTypes`. */
  readonly nodeType: Uint8Array
  /** → strings */
  readonly nodeName: Uint32Array
  readonly nodeId: Uint32Array
  /** Bytes, as V8 wrote them. */
  readonly selfSize: Sizes
  /** 0 unknown, 1 attached, 2 detached; set by DOM embedders only. */
  readonly detachedness: Uint8Array
  /** Where each object lies in the process' memory, 0 for what is none: only of heaps read from memory, whose objects are in this order. */
  readonly address?: Float64Array
  /** Only in files captured with allocation tracking. */
  readonly traceNode?: Uint32Array
  readonly strings: StringTable
  /** Bytes outside V8's heap that the file's header counts to the total (Node.js 24 and later). */
  readonly extraNativeBytes: number
}

/**
 * References whose end is a number, not a node: V8's snapshots leave them out. In the order of `node`. Read by `src/graph/numbers.ts`.
 */
export interface Numbers {
  /** The node that has it. */
  readonly node: Uint32Array
  /** Index into `edgeTypes`: a property, an element, a variable, or what an object of V8's has inside. */
  readonly type: Uint8Array
  /** → strings; of an element the index. */
  readonly name: Uint32Array
  readonly value: Float64Array
}

/** One whole heap as columns. Facts about it (retainers, dominators, sizes, distances) are functions of the graph in this folder. */
export interface HeapGraph extends HeapNodes {
  /** nodeCount + 1 entries: the edges of n are firstEdge[n] … firstEdge[n + 1] − 1. */
  readonly firstEdge: Uint32Array
  /** Index into `edgeTypes`. */
  readonly edgeType: Uint8Array
  /** → strings; for `element` and `hidden` edges the number itself. */
  readonly edgeName: Uint32Array
  readonly edgeTo: Uint32Array
  readonly locations?: Locations
  /** Only of heaps read from memory. */
  readonly numbers?: Numbers
}

/** The type of a node as V8's word. */
export const nodeTypeOf = (graph: HeapNodes, node: NodeIndex): NodeType => nodeTypes[graph.nodeType[node]!]!

/** The type of an edge as V8's word. */
export const edgeTypeOf = (graph: HeapGraph, edge: EdgeIndex): EdgeType => edgeTypes[graph.edgeType[edge]!]!

/** Whether an edge's name is a number of its own (an array index) rather than a string's. */
export function isNumbered(graph: HeapGraph, edge: EdgeIndex): boolean {
  const type = edgeTypes[graph.edgeType[edge]!]
  return type === 'element' || type === 'hidden'
}

/** The name of an edge as text: a property, a variable, or an index. */
export const edgeNameOf = (graph: HeapGraph, edge: EdgeIndex): string =>
  isNumbered(graph, edge) ? String(graph.edgeName[edge]) : graph.strings.at(graph.edgeName[edge]!)
