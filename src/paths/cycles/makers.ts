import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { builtins } from '../../heap/v8/builtins.js'
import { inside } from '../../heap/v8/edges.js'
import { constructorOf, isScope } from '../../heap/v8/scopes.js'
import { scriptOf } from '../../heap/v8/scripts.js'
import { isNodejsFile } from '../../place.js'

/**
 * Who created an object, as far as known: `program` for its functions, scopes and classes, `node` for those of Node.js
 * and plain objects with its functions; `anyone` for built-in types (arrays, plain objects, maps).
 */
export function makerOf(graph: HeapGraph, node: NodeIndex): 'program' | 'node' | 'anyone' {
  if (nodeTypeOf(graph, node) === 'closure') return ofFunction(graph, inside(graph, node, 'bound_function') ?? node)
  if (isScope(graph, node)) return builtins(graph)[node] === 1 ? 'node' : 'program'
  const maker = constructorOf(graph, node)
  const script = maker === undefined ? undefined : scriptOf(graph, maker)
  if (script !== undefined) return isNodejsFile(script) ? 'node' : 'program'
  return isInterface(graph, node) ? 'node' : 'anyone'
}

/** A function without a script is V8's own, which anyone may use: `bind` and promise resolvers. */
function ofFunction(graph: HeapGraph, closure: NodeIndex): 'program' | 'node' | 'anyone' {
  const script = scriptOf(graph, closure)
  if (script === undefined) return 'anyone'
  return isNodejsFile(script) ? 'node' : 'program'
}

/** Whether an object is an interface of Node.js, such as `path.win32`, judged by its first method. */
function isInterface(graph: HeapGraph, object: NodeIndex): boolean {
  const end = Math.min(graph.firstEdge[object + 1]!, graph.firstEdge[object]! + 20)
  for (let edge = graph.firstEdge[object]!; edge < end; edge++) {
    const to = graph.edgeTo[edge]!
    if (edgeTypeOf(graph, edge) === 'property' && nodeTypeOf(graph, to) === 'closure')
      return ofFunction(graph, to) === 'node'
  }
  return false
}
