import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'
import { reads } from '../../graph/strings.js'
import type { Follows } from '../../graph/strong-groups.js'
import { isModuleRoot } from '../../heap/roots.js'
import { builtins } from '../../heap/v8/builtins.js'
import { follow, inside } from '../../heap/v8/edges.js'
import { isBetween, isMachinery, isPrototype, isRepeat } from '../../heap/v8/machinery.js'
import { functionOfScope, isScope } from '../../heap/v8/scopes.js'
import { wellKnownName } from '../../heap/v8/well-known-names.js'
import { edgeCosts, keepsNothing } from '../path-costs.js'

/** Every retaining edge, including those of V8's own cycles, of which every heap is full. */
export function everyRetainingEdge(graph: HeapGraph): Follows {
  const cost = edgeCosts(graph)
  return (_, edge) => cost[edge] !== keepsNothing
}

/**
 * The retaining edges of the program. Left out are cycles that every program has: shapes and code, prototypes and their
 * constructors, functions of Node.js; and what everything hangs on, which would make the whole program one cycle: the
 * global object, modules, their exports and the scopes of their variables.
 */
export const programEdges: (graph: HeapGraph) => Follows = memo(graph => {
  const { edgeTo, nodeCount, edgeName, strings } = graph
  const isRetaining = everyRetainingEdge(graph)
  const isBarred = new Uint8Array(nodeCount)
  const isOwn = builtins(graph)
  for (let node = 0; node < nodeCount; node++) {
    if (isOwn[node] === 1 || isBarredNode(graph, node)) isBarred[node] = 1
    const shared = sharedByAll(graph, node)
    if (shared !== undefined) isBarred[shared] = 1
  }
  const isConstructor = reads(strings, 'constructor')
  const isItsPrototype = reads(strings, 'prototype')
  const isProperty = (edge: number): boolean => graph.edgeType[edge] === property
  return (node, edge) => {
    const to = edgeTo[edge]!
    if (isBarred[to] === 1 || !isRetaining(node, edge) || isPrototype(graph, edge)) return false
    if (isProperty(edge) && (isConstructor(edgeName[edge]!) || isItsPrototype(edgeName[edge]!))) return false
    return !isMachinery(graph, to) || !isRepeat(graph, node, edge)
  }
})

const property = edgeTypeNumber('property')

/** A module's exports, or a function's prototype. */
function sharedByAll(graph: HeapGraph, node: NodeIndex): NodeIndex | undefined {
  const type = nodeTypeOf(graph, node)
  if (type === 'closure') return follow(graph, node, 'property', 'prototype')
  const isModule = type === 'object' && wellKnownName(graph)(graph.nodeName[node]!) === 'Module'
  return isModule ? follow(graph, node, 'property', 'exports') : undefined
}

function isBarredNode(graph: HeapGraph, node: NodeIndex): boolean {
  switch (nodeTypeOf(graph, node)) {
    case 'native':
    case 'synthetic':
      return true
    case 'object':
      return isScope(graph, node) ? isOutermost(graph, node) : isModuleRoot(graph, node)
    default:
      return (isMachinery(graph, node) && !isBetween(graph, node)) || isModuleRoot(graph, node)
  }
}

/** Whether a scope has a module's variables: it belongs to no named function and has no outer scope. */
function isOutermost(graph: HeapGraph, scope: NodeIndex): boolean {
  if (functionOfScope(graph, scope)) return false
  const around = inside(graph, scope, 'previous')
  return around === undefined || !isScope(graph, around)
}
