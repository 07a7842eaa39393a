import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeNumber } from '../graph/heap-graph.js'
import { memo } from '../graph/memo.js'
import { codeMask } from '../graph/node-type-mask.js'
import { retainingBits } from '../graph/retaining.js'
import { reads } from '../graph/strings.js'
import { follow, inside } from '../heap/v8/edges.js'
import { isScope } from '../heap/v8/scopes.js'
import { scriptOf } from '../heap/v8/scripts.js'
import { isNodejsFile } from '../place.js'
import { programRoots } from './program-roots.js'

/**
 * By node: 1 if it belongs to Node.js itself and not to the program: only functions of Node.js (with a `node:…`
 * script), their scopes, per-process data of C++ and V8, or V8's code retain it. What the program's functions, modules,
 * globals and timers or a system handle retain belongs to the program, even if Node.js created it: a socket, a process.
 * One pass over the edges; 1 byte per node.
 */
export const nodejsOwn: (graph: HeapGraph) => Uint8Array = memo(graph => {
  const { nodeCount, firstEdge, edgeTo } = graph
  const closed = closedNodes(graph)
  const isPrivate = privateNames(graph)
  const retains = retainingBits(graph)
  const own = new Uint8Array(nodeCount).fill(1)
  const stack = new Uint32Array(nodeCount)
  let height = 0
  const reach = (node: NodeIndex): void => {
    if (own[node] === 0 || closed[node] === closedTo.all) return
    own[node] = 0
    stack[height++] = node
  }

  reach(graph.root)
  for (const { node } of programRoots(graph)) reach(node)
  for (let node = 0; node < nodeCount; node++) if (closed[node] === closedTo.none) reach(node)
  // A node is pushed once, when it is first reached.
  while (height > 0) {
    const node = stack[--height]!
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      if ((retains[edge >>> 5]! & (1 << edge)) !== 0 && !isPrivate(edge)) reach(edgeTo[edge]!)
    }
  }
  return own
})

/** Nodes that the program's paths may not enter (all) or may enter only by some edges (some). */
const closedTo = { some: 0, all: 1, none: 2 } as const

/** C++ objects of Node.js per process, thread or context, which retain what Node.js set up there. */
const environment = /^Node \/ (?:\w*Environment|\w*Realm|IsolateData|\w*BindingData)$/

/**
 * Tables that V8 keeps in a context for its embedder: objects of Node.js' startup snapshot, and prototypes of its C++
 * classes.
 */
const contextTables = ['serialized_objects', 'fast_template_instantiations_cache', 'slow_template_instantiations_cache']

function closedNodes(graph: HeapGraph): Uint8Array {
  const { nodeCount, nodeType, nodeName, edgeTo, strings } = graph
  const [object, closure, native, synthetic] = (['object', 'closure', 'native', 'synthetic'] as const).map(
    nodeTypeNumber,
  )
  const isBuiltinModule = reads(strings, 'BuiltinModule')
  const isContext = reads(strings, 'system / NativeContext')
  const closed = new Uint8Array(nodeCount)
  const close = (node: NodeIndex | undefined): void => {
    if (node !== undefined) closed[node] = closedTo.all
  }
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!
    const name = nodeName[node]!
    if (codeMask[type] === 1) close(node)
    else if (type === closure) {
      const script = scriptOf(graph, node)
      if (script === undefined) continue
      if (!isNodejsFile(script)) {
        if (closed[node] === closedTo.some) closed[node] = closedTo.none
        continue
      }
      close(node)
      const scope = inside(graph, node, 'context')
      if (scope !== undefined && isScope(graph, scope)) close(scope)
    } else if (type === object && isBuiltinModule(name)) close(follow(graph, node, 'property', 'exports'))
    else if (isContext(name)) for (const table of contextTables) close(inside(graph, node, table))
    else if ((type === native || type === synthetic) && environment.test(strings.at(name))) {
      close(node)
      for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
        if (nodeType[edgeTo[edge]!] === object) close(edgeTo[edge]!)
      }
    }
  }
  return closed
}

/** Whether an edge is a property that only Node.js reads, such as `<symbol node:require_private_symbol>`, or a prototype. */
function privateNames({ edgeType, edgeName, strings }: HeapGraph): (edge: number) => boolean {
  const property = edgeTypeNumber('property')
  const known = new Uint8Array(strings.length)
  return edge => {
    if (edgeType[edge] !== property) return false
    const name = edgeName[edge]!
    if (known[name] === 0) known[name] = /^(?:<symbol node:|__proto__$)/.test(strings.at(name)) ? 2 : 1
    return known[name] === 2
  }
}
