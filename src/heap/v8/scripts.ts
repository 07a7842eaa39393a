import { type EdgeIndex, edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import type { Script } from '../../sources/scripts.js'
import { inside } from './edges.js'

/**
 * The scripts of a heap, found through its functions. So every snapshot has source locations, even one that leakscope
 * did not capture. V8 writes only the beginning of an inline source map, which is therefore ignored. Costs a pass over
 * the locations, a few milliseconds per million.
 */
export function scriptsIn(graph: HeapGraph): Script[] {
  const found = new Map<number, Script>()
  if (graph.locations === undefined) return []
  const { node, script } = graph.locations
  for (let at = 0; at < node.length; at++) {
    const id = script[at]!
    const own = found.has(id) ? undefined : scriptNode(graph, node[at]!)
    if (own !== undefined) found.set(id, { id, url: nameOf(graph, own) ?? '', sourceMapURL: sourceMapOf(graph, own) })
  }
  return [...found.values()]
}

/** The name of a closure's script in V8 (a path or a URL); `undefined` for built-in functions. */
export function scriptOf(graph: HeapGraph, closure: NodeIndex): string | undefined {
  const script = scriptNode(graph, closure)
  return script && nameOf(graph, script)
}

function scriptNode(graph: HeapGraph, closure: NodeIndex): NodeIndex | undefined {
  const shared = inside(graph, closure, 'shared')
  if (shared === undefined) return undefined
  // `script_or_debug_info` up to Node.js 20.
  const script = inside(graph, shared, 'script') ?? inside(graph, shared, 'script_or_debug_info')
  return script !== undefined && nodeTypeOf(graph, script) === 'code' ? script : undefined
}

function nameOf(graph: HeapGraph, script: NodeIndex): string | undefined {
  const name = graph.strings.at(graph.nodeName[script]!)
  return name === '' || name.startsWith('system / ') || name.startsWith('(') ? undefined : name
}

// The only string to which a script has an unnamed edge. V8 writes the first 1,024 characters of a string.
function sourceMapOf(graph: HeapGraph, script: NodeIndex): string {
  for (let edge: EdgeIndex = graph.firstEdge[script]!; edge < graph.firstEdge[script + 1]!; edge++) {
    const to = graph.edgeTo[edge]!
    if (edgeTypeOf(graph, edge) !== 'hidden' || nodeTypeOf(graph, to) !== 'string') continue
    const url = graph.strings.at(graph.nodeName[to]!)
    return url.length < 1024 ? url : ''
  }
  return ''
}
