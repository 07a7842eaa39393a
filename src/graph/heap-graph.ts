/** Position of a node in one heap, 0 … nodeCount − 1. Meaningless in other heaps. */
export type NodeIndex = number & { readonly __index?: 'node' }
/** Position of an edge in one heap, 0 … edgeCount − 1. */
export type EdgeIndex = number & { readonly __index?: 'edge' }
/**
 * V8's number for an object, shown after `@`. An object keeps its id in all heaps of one unbroken inspector session.
 */
export type ObjectId = number & { readonly __index?: 'object' }

/**
 * V8's node types in our numbering: the reader maps a file's list to this one by name. `other` is any type not listed.
 */
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

/**
 * The number of a node type in the `nodeType` column: `nodeTypeNumber('closure')`. `edgeTypeNumber` does the same for
 * edges.
 */
export const nodeTypeNumber = (name: NodeType): number => nodeTypes.indexOf(name)
export const edgeTypeNumber = (name: EdgeType): number => edgeTypes.indexOf(name)

/** Every string of the heap, by number. Decoded on demand, since a heap may have gigabytes of them. */
export interface StringTable {
  readonly length: number
  at(index: number): string
  /**
   * Whether a string certainly has fewer characters than `length`, without decoding it. May be false for a short string
   * with escapes.
   */
  isShort(index: number, length: number): boolean
}

/**
 * The source locations of functions and of the constructors of class instances. Sorted by node. Lines and columns count
 * from 0, as in V8.
 */
export interface Locations {
  readonly node: Uint32Array
  readonly script: Uint32Array
  readonly line: Uint32Array
  readonly column: Uint32Array
}

/** Bytes by node, as 32-bit numbers; as doubles if one of them exceeds 4 GB (array buffers may). */
export type Sizes = Uint32Array | Float64Array

/**
 * The nodes of one heap as columns, with nothing derived. Functions that take this type instead of `HeapGraph`, such as
 * counts and sizes by type, do not need the edges to be read.
 */
export interface HeapNodes {
  readonly nodeCount: number
  /** The number of edges of the heap, whether or not they were read. */
  readonly edgeCount: number
  readonly root: NodeIndex
  /** Index into `nodeTypes`. */
  readonly nodeType: Uint8Array
  /** → strings */
  readonly nodeName: Uint32Array
  readonly nodeId: Uint32Array
  /** Bytes, as written by V8. */
  readonly selfSize: Sizes
  /** 0 unknown, 1 attached, 2 detached; set by DOM embedders only. */
  readonly detachedness: Uint8Array
  /**
   * The address of each object in the process, 0 for other nodes. Only in heaps read from memory, whose objects are in
   * this order.
   */
  readonly address?: Float64Array
  /** Only in files captured with allocation tracking. */
  readonly traceNode?: Uint32Array
  readonly strings: StringTable
  /** Bytes outside V8's heap that the file's header adds to the total (Node.js 24 and later). */
  readonly extraNativeBytes: number
}

/** References to numbers, which V8's snapshots leave out. Sorted by `node`. Read them with `src/graph/numbers.ts`. */
export interface Numbers {
  /** The node that has the number. */
  readonly node: Uint32Array
  /** Index into `edgeTypes`: a property, an element, a variable, or an internal field. */
  readonly type: Uint8Array
  /** → strings; for an element its index. */
  readonly name: Uint32Array
  readonly value: Float64Array
}

/**
 * A complete heap as columns. Derived facts (retainers, dominators, sizes, distances) are functions of the graph in
 * this folder.
 */
export interface HeapGraph extends HeapNodes {
  /** nodeCount + 1 entries: the edges of n are firstEdge[n] … firstEdge[n + 1] − 1. */
  readonly firstEdge: Uint32Array
  /** Index into `edgeTypes`. */
  readonly edgeType: Uint8Array
  /** → strings; for `element` and `hidden` edges the number itself. */
  readonly edgeName: Uint32Array
  readonly edgeTo: Uint32Array
  readonly locations?: Locations
  /** Only in heaps read from memory. */
  readonly numbers?: Numbers
}

/** The type of a node by V8's name. */
export const nodeTypeOf = (graph: HeapNodes, node: NodeIndex): NodeType => nodeTypes[graph.nodeType[node]!]!

/** The type of an edge by V8's name. */
export const edgeTypeOf = (graph: HeapGraph, edge: EdgeIndex): EdgeType => edgeTypes[graph.edgeType[edge]!]!

/** Whether an edge's name is a number (an array index) rather than a string's number. */
export function isNumbered(graph: HeapGraph, edge: EdgeIndex): boolean {
  const type = edgeTypes[graph.edgeType[edge]!]
  return type === 'element' || type === 'hidden'
}

/** The name of an edge as text: a property, a variable, or an index. */
export const edgeNameOf = (graph: HeapGraph, edge: EdgeIndex): string =>
  isNumbered(graph, edge) ? String(graph.edgeName[edge]) : graph.strings.at(graph.edgeName[edge]!)
