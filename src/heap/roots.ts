import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { memo } from '../graph/memo.js'
import type { NodeRole } from '../report/report.js'
import { plainPath } from '../sources/script-path.js'
import { follow, inside } from './v8/edges.js'
import { isScope } from './v8/scopes.js'
import { scriptOf } from './v8/scripts.js'
import { textOf } from './v8/text.js'
import { wellKnownName } from './v8/well-known-names.js'

/**
 * Whether an object is meant to live as long as the program, so that a search for retainers can end there: a CommonJS
 * module, an ES module (or its namespace), the global object.
 */
export function isModuleRoot(graph: HeapGraph, node: NodeIndex): boolean {
  return isGlobal(graph, node) || isEsModule(graph, node) || commonJsFile(graph, node) !== undefined
}

/** The file of a CommonJS or ES module; `undefined` if the node is not a module. */
export function moduleFile(graph: HeapGraph, node: NodeIndex): string | undefined {
  return isEsModule(graph, node) ? esModuleFile(graph, node) : commonJsFile(graph, node)
}

function commonJsFile(graph: HeapGraph, node: NodeIndex): string | undefined {
  if (nodeTypeOf(graph, node) !== 'object' || wellKnownName(graph)(graph.nodeName[node]!) !== 'Module') return undefined
  const file = follow(graph, node, 'property', 'filename')
  return file === undefined || follow(graph, node, 'property', 'exports') === undefined
    ? undefined
    : textOf(graph, file, 4096)
}

/** Finds the script through the ES module's body, a generator function. */
function esModuleFile(graph: HeapGraph, node: NodeIndex): string | undefined {
  const reached = [node]
  // From a namespace object to its module, and on to its body.
  for (let hops = 0; hops < 2; hops++) {
    const at = reached.at(-1)!
    for (let edge = graph.firstEdge[at]!; edge < graph.firstEdge[at + 1]!; edge++) {
      if (edgeTypeOf(graph, edge) !== 'hidden') continue
      const to = graph.edgeTo[edge]!
      const body = nodeTypeOf(graph, to) === 'closure' ? to : inside(graph, to, 'function')
      const script = body === undefined ? undefined : scriptOf(graph, body)
      if (script !== undefined) return plainPath(script)
      if (to !== node && wellKnownName(graph)(graph.nodeName[to]!) === 'system / SourceTextModule') reached.push(to)
    }
  }
  return undefined
}

/** Whether a node is a global object, or the proxy that V8 puts before it (the value of `globalThis`). */
export function isGlobal(graph: HeapGraph, node: NodeIndex): boolean {
  if (nodeTypeOf(graph, node) !== 'object') return false
  return globals(graph).has(node) || wellKnownName(graph)(graph.nodeName[node]!)?.startsWith('global') === true
}

/**
 * The global object of each context, whatever its name. A shortcut edge leads to it from the root; from Node.js 26 on,
 * that edge leads to V8's context, which refers to its global object.
 */
const globals = memo((graph: HeapGraph): ReadonlySet<NodeIndex> => {
  const found = new Set<NodeIndex>()
  for (let edge = graph.firstEdge[graph.root]!; edge < graph.firstEdge[graph.root + 1]!; edge++) {
    if (edgeTypeOf(graph, edge) !== 'shortcut') continue
    const context = graph.edgeTo[edge]!
    found.add(inside(graph, context, 'global_object') ?? context)
  }
  return found
})

/** Whether a node is V8's record of an ES module, which has its variables. */
export const isModuleRecord = (graph: HeapGraph, node: NodeIndex): boolean =>
  nodeTypeOf(graph, node) === 'hidden' && wellKnownName(graph)(graph.nodeName[node]!) === 'system / SourceTextModule'

function isEsModule(graph: HeapGraph, node: NodeIndex): boolean {
  if (isModuleRecord(graph, node)) return true
  if (nodeTypeOf(graph, node) !== 'object' || wellKnownName(graph)(graph.nodeName[node]!) !== 'Module') return false
  // A namespace object has no constructor: `Module` is its Symbol.toStringTag.
  return follow(graph, node, 'property', '<symbol Symbol.toStringTag>', 5) !== undefined
}

/**
 * The role of a node in a drawing, for nodes that were not selected: GC roots, C++ objects and modules are highlighted.
 */
export function roleOf(graph: HeapGraph, node: NodeIndex): NodeRole {
  const type = nodeTypeOf(graph, node)
  if (type === 'synthetic') {
    // Names such as `Node / Environment` are C++ objects; those in brackets are V8's groups of roots.
    const name = graph.strings.at(graph.nodeName[node]!)
    return node === graph.root || name.startsWith('(') ? 'root' : 'native'
  }
  if (type === 'native') return 'native'
  return !isScope(graph, node) && isModuleRoot(graph, node) ? 'module' : 'plain'
}
