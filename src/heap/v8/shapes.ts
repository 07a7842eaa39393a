import { edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { inside, slotOf } from './edges.js'

/**
 * The names of an object's properties in the order they were added, from its hidden class, since a property with a
 * number has no edge. The list of names is shared with extended shapes, so names after the last visible property count
 * only if the shape has no extension.
 */
export function propertyNames(graph: HeapGraph, object: NodeIndex): readonly string[] {
  const seen = seenNames(graph, object)
  const shape = inside(graph, object, 'map')
  const list = shape === undefined ? undefined : inside(graph, shape, 'descriptors')
  if (shape === undefined || list === undefined) return seen
  const listed = listedNames(graph, list)
  const isLast =
    (inside(graph, shape, 'transitions') ?? inside(graph, shape, 'transition')) === undefined &&
    !hasWeakTransition(graph, shape)
  const known = new Set(seen)
  const end = isLast ? listed.length : listed.findLastIndex(name => known.has(name)) + 1
  const names = listed.slice(0, end)
  return names.length >= seen.length ? names : seen
}

function seenNames({ firstEdge, edgeType, edgeName, strings }: HeapGraph, object: NodeIndex): string[] {
  const property = edgeTypeNumber('property')
  const names: string[] = []
  for (let edge = firstEdge[object]!; edge < firstEdge[object + 1]!; edge++) {
    if (edgeType[edge] !== property) continue
    const name = strings.at(edgeName[edge]!)
    // An accessor is written three times: `size`, `get size` and `set size`.
    if (!/^(?:__proto__$|[gs]et )/.test(name)) names.push(name)
  }
  return names
}

/** Descriptor arrays are `key, details, value` times n. */
function listedNames(graph: HeapGraph, list: NodeIndex): string[] {
  const names: [slot: number, name: string][] = []
  for (let edge = graph.firstEdge[list]!; edge < graph.firstEdge[list + 1]!; edge++) {
    const slot = slotOf(graph, edge)
    const key = graph.edgeTo[edge]!
    if (slot < 0 || slot % 3 !== 0) continue
    if (nodeTypeOf(graph, key) === 'string') names.push([slot, graph.strings.at(graph.nodeName[key]!)])
    else if (nodeTypeOf(graph, key) === 'symbol') names.push([slot, symbolText(graph, key)])
  }
  return names.sort((a, b) => a[0] - b[0]).map(([, name]) => name)
}

function symbolText(graph: HeapGraph, symbol: NodeIndex): string {
  const name = inside(graph, symbol, 'name')
  return `<symbol ${name === undefined ? '' : graph.strings.at(graph.nodeName[name]!)}>`
}

function hasWeakTransition({ firstEdge, edgeType, edgeName, strings }: HeapGraph, shape: NodeIndex): boolean {
  const weak = edgeTypeNumber('weak')
  for (let edge = firstEdge[shape]!; edge < firstEdge[shape + 1]!; edge++) {
    if (edgeType[edge] === weak && strings.at(edgeName[edge]!) === 'transition') return true
  }
  return false
}
