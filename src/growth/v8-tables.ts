import {
  type EdgeIndex,
  edgeNameOf,
  edgeTypeNumber,
  type HeapGraph,
  type NodeIndex,
  nodeTypeNumber,
} from '../graph/heap-graph.js'
import { deadCells, isCell } from '../heap/v8/weak-cells.js'

/** Groups of roots in which V8 keeps its own tables and caches, whose growth is not a leak of the program. */
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
 * The edges of a node that cannot retain a leak of the program; `undefined` if all can.
 * - V8's roots: edges to its own tables, such as the number-to-string cache, which change as code is compiled, and the
 *   string table, which keeps no strings alive. The symbol tables can leak, if a program creates ever new names with
 *   `Symbol.for`.
 * - Node.js' lists of all native objects (`Node / CleanupQueue`, since 22 `Node / BaseObjectList`) own nothing: an
 *   object whose JavaScript wrapper is dead stays in them until a task of the event loop frees it, and a live one is
 *   retained by its wrapper.
 * - A cell of a FinalizationRegistry whose object is dead keeps its registered value until the registry's function is
 *   called, at the next turn of the event loop.
 *
 * Call it once per node: it reads the node's name.
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
