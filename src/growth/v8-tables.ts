import {
  type EdgeIndex,
  edgeNameOf,
  edgeTypeNumber,
  type HeapGraph,
  type NodeIndex,
  nodeTypeNumber,
} from '../graph/heap-graph.js'
import { deadCells, isCell } from '../heap/v8/weak-cells.js'

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
 * Which edges of a node hold nothing that a program could leak; `undefined` where all may. From V8's roots that is what leads to its own
 * tables, such as its cache of numbers as strings, which come and go as code is compiled, or its table of strings, which keeps none. The
 * tables of symbols are not among them: a program that makes ever new names for `Symbol.for` leaks there. Node.js' lists of all native objects
 * (`Node / CleanupQueue`, since 22 `Node / BaseObjectList`) own nothing: one whose JavaScript object is gone stands in them until a task of
 * the event loop frees it, and one that the program keeps is retained by that object. A cell of a FinalizationRegistry whose object is gone
 * keeps what was registered with it until the registry's function was called, at the next turn of the event loop. Asked once a node: it
 * reads the node's name.
 */
export function idleEdges(graph: HeapGraph, node: NodeIndex): ((edge: EdgeIndex) => boolean) | undefined {
  const type = graph.nodeType[node]
  if (type === synthetic && own.has(graph.strings.at(graph.nodeName[node]!)))
    return edge => !edgeNameOf(graph, edge).includes('symbol_table')
  if (type === native && /^Node \/ (?:CleanupQueue|BaseObjectList)$/.test(graph.strings.at(graph.nodeName[node]!)))
    return edge => graph.edgeType[edge] === element
  if (type === hidden && deadCells(graph).has(node)) return edge => !isCell(graph, graph.edgeTo[edge]!)
  return undefined
}

const synthetic = nodeTypeNumber('synthetic')
const native = nodeTypeNumber('native')
const hidden = nodeTypeNumber('hidden')
const element = edgeTypeNumber('element')
