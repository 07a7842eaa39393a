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

/** Every edge that keeps its target alive: V8's own cycles too, of which every heap is full. */
export function everyRetainingEdge(graph: HeapGraph): Follows {
  const cost = edgeCosts(graph)
  return (_, edge) => cost[edge] !== keepsNothing
}

/**
 * The edges by which people would say that one object holds another. Left out is what every program has and nobody made: shapes and
 * code, prototypes and their constructors, functions of Node.js, and what all of a program hangs on, so that everything would be one
 * cycle: the global object, modules, what they export and the scopes of their variables.
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

/** What a module exports, and the prototype a function gives to its objects. */
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

/** The scope of a module's variables: that of no named function, with none around it. */
function isOutermost(graph: HeapGraph, scope: NodeIndex): boolean {
  if (functionOfScope(graph, scope)) return false
  const around = inside(graph, scope, 'previous')
  return around === undefined || !isScope(graph, around)
}
