import { type EdgeIndex, edgeTypeNumber, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { numberAt, numberIn, numbersOf, numberWhere } from '../graph/numbers.js'
import { reads } from '../graph/strings.js'
import { entryAt, hashTable, numberInSlot, tableNumbers, tableOf, valueUnder } from '../heap/v8/collections.js'
import { items } from '../heap/v8/counts.js'
import { dictionaryCounts } from '../heap/v8/dictionaries.js'
import { follow, inside, slotOf } from '../heap/v8/edges.js'
import { isScope } from '../heap/v8/scopes.js'
import { textOf } from '../heap/v8/text.js'
import { wellKnownName } from '../heap/v8/well-known-names.js'
import { longestText } from './patterns.js'
import type { Path, Step } from './syntax.js'
import { type ObjectValue, readValue, unknown, type Value } from './values.js'

/** A number without a node, at the end of a path. */
interface PlainNumber {
  readonly number: number
}
type Found = NodeIndex | PlainNumber | undefined | typeof unknown
type Follow = (node: NodeIndex) => Found

/**
 * Reads the value at the end of a path: `undefined` if the path ends before, `unknown` if the heap does not have it.
 */
export function readingPath(graph: HeapGraph, path: Path): (node: NodeIndex) => Value {
  const find = finding(graph, path)
  return node => {
    const found = find(node)
    if (typeof found === 'object') return found.number
    return found === undefined || found === unknown ? found : readValue(graph, found)
  }
}

/** The node at the end of a path, as for `retained(.cache)`; none for a number without a node. */
export function findingPath(graph: HeapGraph, path: Path): (node: NodeIndex) => Exclude<Found, PlainNumber> {
  const find = finding(graph, path)
  return node => {
    const found = find(node)
    return typeof found === 'object' ? undefined : found
  }
}

function finding(graph: HeapGraph, { steps }: Path): Follow {
  const follows = steps.map(step => following(graph, step))
  return node => {
    let at: Found = node
    for (const follow of follows) {
      // A number has no fields.
      if (typeof at === 'object') return undefined
      at = follow(at)
      if (at === undefined || at === unknown) return at
    }
    return at
  }
}

/** Whether a value is an object. */
export const isObject = (value: Value): value is ObjectValue => typeof value === 'object' && value !== null

function following(graph: HeapGraph, step: Step): Follow {
  switch (step.kind) {
    case 'property':
      return followingProperty(graph, step.name)
    case 'variable':
      return followingVariable(graph, step.name)
    case 'element':
      return node => elementOf(graph, node, step.index)
  }
}

function followingProperty(graph: HeapGraph, name: string): Follow {
  const { firstEdge, edgeType, edgeName, edgeTo } = graph
  const property = edgeTypeNumber('property')
  const isName = reads(graph.strings, name)
  const isListed = listing(graph, name)
  return node => {
    const end = firstEdge[node + 1]!
    for (let edge = firstEdge[node]!; edge < end; edge++) {
      if (edgeType[edge] === property && isName(edgeName[edge]!)) return edgeTo[edge]!
    }
    const number = numberWhere(graph, node, 'property', isName)
    if (number !== undefined) return { number }
    if (nodeTypeOf(graph, node) !== 'object') return undefined
    const table = tableOf(graph, node)
    if (table !== undefined) return mapEntry(graph, table, name)
    // If the heap has numbers, a field without an edge or number does not exist.
    if (graph.numbers !== undefined) return isBeyond(graph, node, isName) ? unknown : undefined
    return isListed(node) ? unknown : undefined
  }
}

function mapEntry(graph: HeapGraph, table: NodeIndex, key: string): Found {
  const layout = hashTable(graph, table)
  if (layout?.of !== 'map') return undefined
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++) {
    if (entryAt(graph, layout, edge)?.part !== 'key') continue
    if (textOf(graph, graph.edgeTo[edge]!, longestText) !== key) continue
    const value = edge + 1
    const isValue = value < graph.firstEdge[table + 1]! && slotOf(graph, value) === slotOf(graph, edge) + 1
    if (isValue) return graph.edgeTo[value]!
    const number = numberInSlot(graph, table, slotOf(graph, edge) + 1)
    return number === undefined ? unknown : { number }
  }
  return undefined
}

/** A Map's value for a number key; `unknown` if not found and not all of its keys are known. */
function numberedEntry(graph: HeapGraph, node: NodeIndex, table: NodeIndex, key: number): Found {
  const layout = hashTable(graph, table)
  if (layout?.of !== 'map') return undefined
  const found = valueUnder(graph, layout, table, key)
  if (found !== undefined)
    return found.edge !== undefined
      ? graph.edgeTo[found.edge]!
      : found.number === undefined
        ? unknown
        : { number: found.number }
  const size = numberIn(graph, node, 'property', 'size')
  if (size === undefined) return undefined
  let keys = 0
  for (const { part } of tableNumbers(graph, layout, table)) if (part === 'key') keys++
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++)
    if (entryAt(graph, layout, edge)?.part === 'key') keys++
  return keys < size ? unknown : undefined
}

/** Whether a dictionary's property has a number that exceeded the limit of kept numbers. */
function isBeyond(graph: HeapGraph, node: NodeIndex, isName: (index: number) => boolean): boolean {
  const table = inside(graph, node, 'properties')
  return table !== undefined && dictionaryCounts(graph, table) !== undefined && hasName(graph, table, isName)
}

function hasName(graph: HeapGraph, list: NodeIndex, isName: (index: number) => boolean): boolean {
  for (let edge: EdgeIndex = graph.firstEdge[list]!; edge < graph.firstEdge[list + 1]!; edge++) {
    const to = graph.edgeTo[edge]!
    if (nodeTypeOf(graph, to) === 'string' && isName(graph.nodeName[to]!)) return true
  }
  return false
}

/**
 * Whether an object has a property without an edge, whose value is a number: its hidden class lists it, or its table if
 * it is used as a dictionary. A list that is shared with extended classes cannot decide.
 */
function listing(graph: HeapGraph, name: string): (node: NodeIndex) => boolean {
  const isName = reads(graph.strings, name)
  const ofShape = new Map<NodeIndex, boolean>()
  const isIn = (list: NodeIndex): boolean => hasName(graph, list, isName)
  const isInShape = (shape: NodeIndex): boolean => {
    if (inside(graph, shape, 'transitions') ?? inside(graph, shape, 'transition')) return false
    if (follow(graph, shape, 'weak', 'transition') !== undefined) return false
    const descriptors = inside(graph, shape, 'descriptors')
    return descriptors !== undefined && isIn(descriptors)
  }
  return node => {
    const shape = inside(graph, node, 'map')
    if (shape === undefined) return false
    let listed = ofShape.get(shape)
    if (listed === undefined) {
      listed = isInShape(shape)
      ofShape.set(shape, listed)
    }
    if (listed) return true
    const properties = inside(graph, node, 'properties')
    return properties !== undefined && nodeTypeOf(graph, properties) === 'array' && isIn(properties)
  }
}

function elementOf(graph: HeapGraph, node: NodeIndex, index: number): Found {
  const { firstEdge, edgeType, edgeName, edgeTo } = graph
  const element = edgeTypeNumber('element')
  for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
    if (edgeType[edge] === element && edgeName[edge] === index) return edgeTo[edge]!
  }
  const number = numberAt(graph, node, index)
  if (number !== undefined) return { number }
  if (nodeTypeOf(graph, node) !== 'object') return undefined
  const table = tableOf(graph, node)
  if (table !== undefined) return numberedEntry(graph, node, table, index)
  // A frozen array's items are edges of its store; numbers have no edges.
  const store = inside(graph, node, 'elements')
  if (store === undefined) return undefined
  const counts = dictionaryCounts(graph, store)
  if (counts !== undefined) return itemsSeen(graph, node) < counts.entries ? unknown : undefined
  for (let edge = firstEdge[store]!; edge < firstEdge[store + 1]!; edge++) {
    if (slotOf(graph, edge) === index) return edgeTo[edge]!
  }
  return index < (numberIn(graph, node, 'property', 'length') ?? items(graph, node).room) ? unknown : undefined
}

/** The number of items of an object that are edges or numbers. */
function itemsSeen(graph: HeapGraph, node: NodeIndex): number {
  const element = edgeTypeNumber('element')
  let seen = 0
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    if (graph.edgeType[edge] === element) seen++
  for (const at of numbersOf(graph, node)) if (graph.numbers!.type[at] === element) seen++
  return seen
}

/** Since Node.js 26, an assigned variable may be in a cell. */
function inCell(graph: HeapGraph, node: NodeIndex): Found {
  if (wellKnownName(graph)(graph.nodeName[node]!) !== 'system / ContextCell') return node
  const number = numberIn(graph, node, 'internal', 'value')
  if (number !== undefined) return { number }
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    if (slotOf(graph, edge) === 0) return graph.edgeTo[edge]!
  return unknown
}

function followingVariable(graph: HeapGraph, name: string): Follow {
  const isName = reads(graph.strings, name)
  return node => {
    let scope = nodeTypeOf(graph, node) === 'closure' ? inside(graph, node, 'context') : node
    // Scopes are nested as deeply as the source.
    for (let depth = 0; scope !== undefined && isScope(graph, scope) && depth < 50; depth++) {
      const value = follow(graph, scope, 'context', name)
      if (value !== undefined) return inCell(graph, value)
      const number = numberWhere(graph, scope, 'context', isName)
      if (number !== undefined) return { number }
      if (lists(inside(graph, scope, 'scope_info'))) return unknown
      scope = inside(graph, scope, 'previous')
    }
    return undefined
  }

  function lists(info: NodeIndex | undefined): boolean {
    if (info === undefined) return false
    for (let edge = graph.firstEdge[info]!; edge < graph.firstEdge[info + 1]!; edge++) {
      if (isName(graph.nodeName[graph.edgeTo[edge]!]!) && nodeTypeOf(graph, graph.edgeTo[edge]!) === 'string')
        return true
    }
    return false
  }
}
