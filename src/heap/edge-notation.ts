import {
  type EdgeIndex,
  type EdgeType,
  edgeNameOf,
  edgeTypeOf,
  type HeapGraph,
  type NodeIndex,
  nodeTypeOf,
} from '../graph/heap-graph.js'
import { entryAt, ephemeronKey, hashTable, keyBefore, numberKey } from './v8/collections.js'
import { isElementsEdge, isMachinery, isTableEdge } from './v8/machinery.js'
import { moduleBodies } from './v8/module-bodies.js'
import { quoted, textOf } from './v8/text.js'

/**
 * An edge in edge notation: `.cache` property, `["odd key"]`, `[0]` element, `[[registry]]` weak, `{map}` internal or hidden,
 * `->limit` context variable.
 */
export function edgeNotation(graph: HeapGraph, edge: EdgeIndex): string {
  const name = edgeNameOf(graph, edge)
  switch (edgeTypeOf(graph, edge)) {
    case 'property':
      return propertyNotation(name)
    case 'element':
      return `[${name}]`
    case 'weak':
      return `[[${name}]]`
    case 'context':
      return `->${name}`
    default:
      // V8 numbers the references of an inspector session: `65 / DevTools console`.
      return name.endsWith(' / DevTools console') ? '{kept for the debugger: console}' : `{${name}}`
  }
}

/** A property as written in source code: `.cache`, `["odd key"]`, `[Symbol(kState)]`. */
export function propertyNotation(name: string): string {
  if (/^[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*$/u.test(name)) return `.${name}`
  // V8 writes the functions of an accessor as separate properties: `get size`, `set size`.
  const accessor = /^([gs]et) (.+)$/s.exec(name)
  if (accessor !== null) return `${propertyNotation(accessor[2]!)} (${accessor[1]})`
  const symbol = /^<symbol ?(.*)>$/s.exec(name)?.[1]
  // V8 uses unnamed private symbols, for instance for the stack of an Error.
  if (symbol === '') return '{private symbol}'
  if (symbol === undefined) return `[${quoted(name, 80)}]`
  return symbol.startsWith('Symbol.') ? `[${symbol}]` : `[Symbol(${symbol})]`
}

/**
 * A reference without V8's internals in between: `first` leaves the object; `last` arrives at the other end and starts
 * at `via` (without internals, `last` is `first` and `via` the object itself). A Map's value is written `["user-7"]` or
 * `[7]` after its key, `[Session @77]` if the key is an object, and `.entries[3]` if the key left no trace; a key
 * object is `.keys[3]`; a member of a Set is `.values[3]`; a WeakMap's value is `[Session @77]` after its key, and the
 * key itself `[[key]]`.
 */
export function referenceNotation(graph: HeapGraph, first: EdgeIndex, last: EdgeIndex, via: NodeIndex): string {
  // Between a module and its variables is its body's generator.
  if (first !== last && moduleBodies(graph).has(graph.edgeTo[first]!)) return '{variables}'
  const key = ephemeronKey(graph, last)
  if (key !== undefined) return `[${key}]`
  if (first === last) return plainly(edgeNotation(graph, last), true)
  if (edgeTypeOf(graph, last) === 'weak') return '[[key]]'
  if (isElementsEdge(graph, first)) return `[${edgeNameOf(graph, last)}]`
  const table = isTableEdge(graph, first) ? hashTable(graph, via) : undefined
  const at = table && entryAt(graph, table, last)
  if (table === undefined || at === undefined)
    return exported(graph, first, via) ?? plainly(edgeNotation(graph, first), first === last)
  if (table.of === 'set') return `.values[${at.entry}]`
  if (at.part === 'key') return `.keys[${at.entry}]`
  const before = keyBefore(graph, via, last)
  return (
    (before === undefined ? numberNotation(numberKey(graph, table, via, at.entry)) : keyNotation(graph, before)) ??
    `.entries[${at.entry}]`
  )
}

const numberNotation = (key: number | undefined): string | undefined => (key === undefined ? undefined : `[${key}]`)

/** Short names for some of V8's long ones. */
function plainly(notation: string, direct: boolean): string {
  switch (notation) {
    case '{parameters_and_registers}':
      return '{local}'
    case '{reactions_or_result}':
      return direct ? '{result}' : '{reaction}'
    default:
      return notation
  }
}

/** The edge type to show: entries of a Map or Set count as elements, although they are in V8's tables. */
export const referenceType = (graph: HeapGraph, first: EdgeIndex, last: EdgeIndex): EdgeType =>
  first !== last && isTableEdge(graph, first) && edgeTypeOf(graph, last) !== 'weak'
    ? 'element'
    : edgeTypeOf(graph, last)

/** A key of a Map in brackets; `undefined` if the heap does not have it. */
export function keyNotation(graph: HeapGraph, key: NodeIndex | undefined): string | undefined {
  if (key === undefined) return undefined
  const text = textOf(graph, key, 81)
  if (text !== undefined) return `[${quoted(text, 80)}]`
  const name = graph.strings.at(graph.nodeName[key]!)
  // Numbers have no value unless the heap was captured with numeric values.
  if (nodeTypeOf(graph, key) === 'number') return /^-?\d/.test(name) ? `[${name}]` : undefined
  // true, false, null and undefined.
  if (isMachinery(graph, key)) return name.startsWith('system / ') ? undefined : `[${name}]`
  return `[${name} @${graph.nodeId[key]}]`
}

/**
 * The name by which a module exports a variable: the table of exports leads from names to cells, and a cell to the
 * value.
 */
function exported(graph: HeapGraph, first: EdgeIndex, cell: NodeIndex): string | undefined {
  const table = graph.edgeTo[first]!
  if (nodeTypeOf(graph, table) !== 'array') return undefined
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++) {
    if (graph.edgeTo[edge] !== cell) continue
    const key = keyBefore(graph, table, edge)
    const name = key === undefined ? undefined : textOf(graph, key, 80)
    return name === undefined ? undefined : propertyNotation(name)
  }
  return undefined
}
