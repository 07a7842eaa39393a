import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeNumber } from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'
import { reads } from '../../graph/strings.js'
import { isNodejsFile } from '../../place.js'
import { isScope } from './scopes.js'
import { scriptOf } from './scripts.js'

/**
 * By node: 1 for every function of Node.js or V8 (its script is `node:…`, or it has none), and for the scopes of such
 * functions. One pass over the edges of closures; functions with the same code are examined once.
 */
export const builtins: (graph: HeapGraph) => Uint8Array = memo(graph => {
  const { nodeCount, nodeType, firstEdge, edgeType, edgeName, edgeTo, strings } = graph
  const [closure, internal] = [nodeTypeNumber('closure'), edgeTypeNumber('internal')]
  const isShared = reads(strings, 'shared')
  const isContext = reads(strings, 'context')
  const isBound = reads(strings, 'bound_function')
  const own = new Uint8Array(nodeCount)
  // By code: 1 the program's, 2 not.
  const known = new Uint8Array(nodeCount)

  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== closure) continue
    let shared = node
    let scope = node
    let isBoundFunction = false
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      if (edgeType[edge] !== internal) continue
      const name = edgeName[edge]!
      if (isShared(name)) shared = edgeTo[edge]!
      else if (isContext(name)) scope = edgeTo[edge]!
      // A bound function has no code: its target is one step further.
      else if (isBound(name)) isBoundFunction = true
    }
    if (isBoundFunction) continue
    if (known[shared] === 0) known[shared] = isProgramScript(graph, node) ? 1 : 2
    if (known[shared] === 1) continue
    own[node] = 1
    if (scope !== node && isScope(graph, scope)) own[scope] = 1
  }
  return own
})

function isProgramScript(graph: HeapGraph, closure: NodeIndex): boolean {
  const script = scriptOf(graph, closure)
  return script !== undefined && !isNodejsFile(script)
}
