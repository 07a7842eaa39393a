import {
  type EdgeIndex,
  edgeNameOf,
  edgeTypeNumber,
  type HeapGraph,
  type NodeIndex,
  nodeTypeNumber,
  nodeTypes,
} from '../graph/heap-graph.js'

/** Groups of roots in which V8 keeps its own tables and caches, and whatever they come to retain is no program's leak. */
const own = new Set([
  '(Bootstrapper)',
  '(Builtins)',
  '(Code flusher)',
  '(Compilation cache)',
  '(Debugger)',
  '(Extensions)',
  '(Internalized strings)',
  '(Read-only roots)',
  '(Retain maps)',
  '(Shareable object cache)',
  '(Shared heap object cache)',
  '(Smi roots)',
  '(Startup object cache)',
  '(Strong root list)',
  '(Strong roots)',
  '(Weak roots)',
])

/**
 * Whether an edge leads from V8's roots to one of its own tables, such as its cache of numbers as strings, which come and go as code is
 * compiled, or its table of strings, which keeps none. The tables of symbols are not: a program that makes ever new names for `Symbol.for` leaks there.
 */
export const isV8Table = (graph: HeapGraph, from: NodeIndex, edge: EdgeIndex): boolean =>
  graph.nodeType[from] === synthetic &&
  own.has(graph.strings.at(graph.nodeName[from]!)) &&
  !edgeNameOf(graph, edge).includes('symbol_table')

/**
 * Whether an edge leads from one of Node.js' lists of all native objects there are (`Node / CleanupQueue`, since 22 `Node / BaseObjectList`).
 * They own nothing: a native object whose JavaScript object is gone stands in them until a task of the event loop frees it. One that the
 * program keeps is retained by that object.
 */
export const isListOfNatives = (graph: HeapGraph, from: NodeIndex, edge: EdgeIndex): boolean =>
  graph.edgeType[edge] === element &&
  nodeTypes[graph.nodeType[from]!] === 'native' &&
  /^Node \/ (?:CleanupQueue|BaseObjectList)$/.test(graph.strings.at(graph.nodeName[from]!))

const synthetic = nodeTypeNumber('synthetic')
const element = edgeTypeNumber('element')
