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
 * What V8 keeps on behalf of a program, and people do not see in their source: tables, shapes, code, cells, numbers in boxes.
 * Proxies and ES modules are of V8's type `hidden` too, and are known to people all the same.
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
 * Machinery that stands between an object and what it refers to, so that one reads through it: a Map's table, a generator's
 * registers, a promise's reactions, the cell of a variable, the generator that ran a module. (Shapes, code and V8's own lists are no such thing: what
 * they refer to is not the object's.)
 */
export function isBetween(graph: HeapGraph, node: NodeIndex): boolean {
  const type = nodeTypeOf(graph, node)
  if (type === 'array') return true
  if (type === 'object') return moduleBodies(graph).has(node)
  return (type === 'hidden' || type === 'object shape') && between.has(wellKnownName(graph)(graph.nodeName[node]!))
}

/**
 * An edge behind which nothing of the retainer's own stands. Most repeat what the retainer's other edges say: to its store of elements
 * or properties, or its list of bound arguments. Of a frozen or sealed array V8 writes the store alone, so there it repeats nothing.
 */
export function isRepeat(graph: HeapGraph, holder: NodeIndex, edge: EdgeIndex): boolean {
  // Who only watches a table (the sampling profiler does, by a weak handle) has nothing to do with what stands in it.
  if (graph.edgeType[edge] === edgeTypeNumber('weak')) return true
  const word = named(graph, edge, 'internal')
  return word === 'properties' || word === 'bindings' || (word === 'elements' && hasElements(graph, holder))
}

/** Elements stand before the other edges of an array, so this is a short look. */
function hasElements({ firstEdge, edgeType }: HeapGraph, node: NodeIndex): boolean {
  const element = edgeTypeNumber('element')
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) if (edgeType[edge] === element) return true
  return false
}

/** The edge from an object to its store of elements. */
export const isElementsEdge = (graph: HeapGraph, edge: EdgeIndex): boolean =>
  named(graph, edge, 'internal') === 'elements'

/** The edge every object has to its prototype: true of all, so it says nothing of one. */
export const isPrototype = (graph: HeapGraph, edge: EdgeIndex): boolean =>
  named(graph, edge, 'property') === '__proto__'

/** The edge from a Map, a Set or a weak collection to its table. */
export const isTableEdge = (graph: HeapGraph, edge: EdgeIndex): boolean => named(graph, edge, 'internal') === 'table'

const named = (graph: HeapGraph, edge: EdgeIndex, type: EdgeType): WellKnownName | undefined =>
  edgeTypeOf(graph, edge) === type ? wellKnownName(graph)(graph.edgeName[edge]!) : undefined
