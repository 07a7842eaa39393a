import { distances, unreachable } from '../graph/distances.js'
import { type HeapGraph, type NodeIndex, nodeTypeNumber, nodeTypeOf } from '../graph/heap-graph.js'
import { incoming, sourceOf } from '../graph/incoming.js'
import { reads } from '../graph/strings.js'
import { userRoots } from '../graph/user-roots.js'
import { moduleFile } from '../heap/roots.js'
import { builtins } from '../heap/v8/builtins.js'
import { follow, inside } from '../heap/v8/edges.js'
import { isScope } from '../heap/v8/scopes.js'

/** A node at which the program's retaining paths begin, with a cost. */
export interface ProgramRoot {
  readonly node: NodeIndex
  readonly burden: number
}

/**
 * The natural starts of retaining paths: the program's modules, then those of packages, the global objects, and pending
 * timers with a callback of the program. All of these are alive by themselves. If none of them leads to an object, a
 * suspended async function of the program serves like a stack frame. One pass over the nodes.
 */
export function programRoots(graph: HeapGraph): ProgramRoot[] {
  const { nodeCount, nodeType, nodeName, strings } = graph
  const [object, hidden] = [nodeTypeNumber('object'), nodeTypeNumber('hidden')]
  const isModule = reads(strings, 'Module')
  const isRecord = reads(strings, 'system / SourceTextModule')
  const isTimeout = reads(strings, 'Timeout')
  const isGenerator = reads(strings, 'Generator')
  const distance = distances(graph)
  const roots = userRoots(graph).map((node): ProgramRoot => ({ node, burden: 2 }))

  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]
    if ((type !== object && type !== hidden) || distance[node] === unreachable) continue
    const name = nodeName[node]!
    if (type === hidden ? isRecord(name) : isModule(name)) {
      const file = moduleFile(graph, node)
      if (file !== undefined) roots.push({ node, burden: file.includes('/node_modules/') ? 4 : 0 })
    } else if (isTimeout(name) && isWaiting(graph, node)) roots.push({ node, burden: 4 })
    else if (isGenerator(name) && isAwaiting(graph, node)) roots.push({ node, burden: 40 })
  }
  return roots
}

/** The pending timers with a callback of the program. One pass over the nodes. */
export function waitingTimers(graph: HeapGraph): NodeIndex[] {
  const { nodeCount, nodeType, nodeName, strings } = graph
  const object = nodeTypeNumber('object')
  const isTimeout = reads(strings, 'Timeout')
  const distance = distances(graph)
  const found: NodeIndex[] = []
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object || !isTimeout(nodeName[node]!) || distance[node] === unreachable) continue
    if (isWaiting(graph, node)) found.push(node)
  }
  return found
}

/** A pending timer is in a ring (Node.js: lib/internal/timers.js); one that was cleared or has fired is not. */
function isWaiting(graph: HeapGraph, timer: NodeIndex): boolean {
  const next = follow(graph, timer, 'property', '_idleNext')
  const callback = follow(graph, timer, 'property', '_onTimeout')
  if (next === undefined || next === timer || callback === undefined) return false
  const called = inside(graph, callback, 'bound_function') ?? callback
  return (
    nodeTypeOf(graph, next) === 'object' && nodeTypeOf(graph, called) === 'closure' && builtins(graph)[called] === 0
  )
}

/** A suspended async function is a generator that the scope of its continuation refers to. */
function isAwaiting(graph: HeapGraph, generator: NodeIndex): boolean {
  const { first, source } = incoming(graph)
  const body = inside(graph, generator, 'function')
  if (body === undefined || builtins(graph)[body] === 1) return false
  for (let place = first[generator]!; place < first[generator + 1]!; place++) {
    const scope = sourceOf(source[place]!)
    if (isScope(graph, scope) && inside(graph, scope, 'extension') === generator) return true
  }
  return false
}
