import { type HeapGraph, type NodeIndex, nodeTypeNumber } from '../graph/heap-graph.js'
import { reads } from '../graph/strings.js'
import { moduleFile } from '../heap/roots.js'
import { shortPath } from '../heap/script-names.js'
import { inside } from '../heap/v8/edges.js'
import { functionOfScope, isScope } from '../heap/v8/scopes.js'
import { scriptOf } from '../heap/v8/scripts.js'
import { plainPath } from '../sources/script-path.js'

/**
 * Where routes start anew: at a CommonJS module, and at the scope of a module's variables, named by the file. How modules are held is
 * the same for all, goes through many of Node.js' own objects, and may be another way in every heap.
 */
export function* modules(graph: HeapGraph): Generator<readonly [NodeIndex, string]> {
  const isModule = reads(graph.strings, 'Module')
  const closure = nodeTypeNumber('closure')
  const seen = new Set<NodeIndex>()
  for (let node = 0; node < graph.nodeCount; node++) {
    const file = isModule(graph.nodeName[node]!) ? moduleFile(graph, node) : undefined
    if (file !== undefined) yield [node, shortPath(file)]
    if (graph.nodeType[node] !== closure) continue
    // A scope does not know its script, but the functions that share it do. A module's has no function's name.
    const scope = inside(graph, node, 'context')
    if (scope === undefined || seen.has(scope) || !isScope(graph, scope)) continue
    seen.add(scope)
    const script = functionOfScope(graph, scope) ? undefined : scriptOf(graph, node)
    if (script !== undefined) yield [scope, shortPath(plainPath(script))]
  }
}
