import {
  type EdgeIndex,
  type EdgeType,
  edgeTypeNumber,
  edgeTypeOf,
  type HeapGraph,
  type NodeIndex,
  nodeTypeOf,
} from '../../graph/heap-graph.js'
import { moduleBodies } from './module-bodies.js'
import { type WellKnownName, wellKnownName } from './well-known-names.js'

/**
 * Whether a node is one of V8's internals, which are not visible in source code: tables, shapes, code, cells, boxed
 * numbers. Proxies and ES modules also have V8's type `hidden`, but are not internals.
 */
export function isMachinery(graph: HeapGraph, node: NodeIndex): boolean {
  switch (nodeTypeOf(graph, node)) {
    case 'array':
    case 'code':
    case 'object shape':
    case 'number':
      return true
    case 'hidden': {
      const word = wellKnownName(graph)(graph.nodeName[node]!)
      return word !== 'system / JSProxy' && word !== 'system / SourceTextModule'
    }
    case 'object':
    case 'closure':
      return moduleBodies(graph).has(node)
    default:
      return false
  }
}

const between: ReadonlySet<WellKnownName | undefined> = new Set<WellKnownName | undefined>([
  'system / Cell',
  'system / ContextCell',
  'system / PromiseReaction',
  'system / PromiseCapability',
])

/**
 * Whether an internal node is between an object and what it refers to, so that it can be skipped: a Map's table, a
 * generator's registers, a promise's reactions, the cell of a variable, the generator of a module. (Not shapes, code
 * and V8's own lists: what they refer to does not belong to the object.)
 */
export function isBetween(graph: HeapGraph, node: NodeIndex): boolean {
  const type = nodeTypeOf(graph, node)
  if (type === 'array') return true
  if (type === 'object') return moduleBodies(graph).has(node)
  return (type === 'hidden' || type === 'object shape') && between.has(wellKnownName(graph)(graph.nodeName[node]!))
}

/**
 * Whether an edge only duplicates other edges of the retainer: to its store of elements or properties, or its list of
 * bound arguments. For a frozen or sealed array V8 writes only the store, so there the edge is not a duplicate.
 */
export function isRepeat(graph: HeapGraph, holder: NodeIndex, edge: EdgeIndex): boolean {
  // A weak handle to a table, such as the sampling profiler's, does not refer to its contents.
  if (graph.edgeType[edge] === edgeTypeNumber('weak')) return true
  const word = named(graph, edge, 'internal')
  return word === 'properties' || word === 'bindings' || (word === 'elements' && hasElements(graph, holder))
}

/** Elements come before an array's other edges, so this is fast. */
function hasElements({ firstEdge, edgeType }: HeapGraph, node: NodeIndex): boolean {
  const element = edgeTypeNumber('element')
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) if (edgeType[edge] === element) return true
  return false
}

/** The edge from an object to its store of elements. */
export const isElementsEdge = (graph: HeapGraph, edge: EdgeIndex): boolean =>
  named(graph, edge, 'internal') === 'elements'

/** The edge to the prototype, which every object has. */
export const isPrototype = (graph: HeapGraph, edge: EdgeIndex): boolean =>
  named(graph, edge, 'property') === '__proto__'

/** The edge from a Map, a Set or a weak collection to its table. */
export const isTableEdge = (graph: HeapGraph, edge: EdgeIndex): boolean => named(graph, edge, 'internal') === 'table'

const named = (graph: HeapGraph, edge: EdgeIndex, type: EdgeType): WellKnownName | undefined =>
  edgeTypeOf(graph, edge) === type ? wellKnownName(graph)(graph.edgeName[edge]!) : undefined
