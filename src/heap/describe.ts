import { edgeTypeNumber, edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { incoming, sourceOf } from '../graph/incoming.js'
import { numberIn, numberNameOf, numbersOf } from '../graph/numbers.js'
import type { Heap } from './heap.js'
import { placeOf, placeText, scriptFile } from './places.js'
import { isGlobal, moduleFile } from './roots.js'
import { shortPath } from './script-names.js'
import { entries, tableOf } from './v8/collections.js'
import { items, keys } from './v8/counts.js'
import { inside } from './v8/edges.js'
import { bigintOf, dateOf, numberOf } from './v8/primitives.js'
import { functionOfScope, isModuleScope, isOfClassFields, isScope } from './v8/scopes.js'
import { scriptOf } from './v8/scripts.js'
import { quoted, textOf } from './v8/text.js'
import { listPeriod, timer } from './v8/timers.js'

const property = edgeTypeNumber('property')

/** The parts of a heap that a description needs. */
export type Described = Pick<Heap, 'graph' | 'places'>

/**
 * A description of a node, in addition to its type: `12 items`, `1,024 entries`, `"user-7"`, `storeSession
 * src/store.js:6:12`, `closure scope of storeSession()`, `30000 ms repeat`. May be empty. Costs a pass over the node's
 * edges; for a scope of an anonymous function, also over its retainers.
 */
export function describe(heap: Described, node: NodeIndex): string {
  const { graph } = heap
  switch (nodeTypeOf(graph, node)) {
    case 'string':
    case 'concatenated string':
    case 'sliced string':
      return quoted(textOf(graph, node, 41) ?? '')
    case 'closure':
      return describeClosure(heap, node)
    case 'regexp':
      return `/${nameOf(graph, node)}/`
    case 'object':
      return describeObject(heap, node)
    case 'symbol':
      return `Symbol(${textOf(graph, inside(graph, node, 'name') ?? node, 40) ?? ''})`
    case 'hidden':
      return fileText(heap, moduleFile(graph, node) ?? '') || nameOf(graph, node).replace(/^system \/ (?:JS)?/, '')
    case 'number': {
      const number = numberOf(graph, node)
      return number === undefined ? nameOf(graph, node) : String(number)
    }
    case 'bigint': {
      const digits = bigintOf(graph, node)
      return digits === undefined ? nameOf(graph, node) : `${digits.length > 41 ? `${digits.slice(0, 40)}…` : digits}n`
    }
    // The type already is the C++ class.
    case 'native':
      return ''
    default:
      return nameOf(graph, node)
  }
}

const nameOf = (graph: HeapGraph, node: NodeIndex): string => graph.strings.at(graph.nodeName[node]!)

function describeClosure(heap: Described, closure: NodeIndex): string {
  const { graph } = heap
  const bound = inside(graph, closure, 'bound_function')
  if (bound !== undefined) return `${describeClosure(heap, bound)} (bound)`
  const name = nameOf(graph, closure) || '(anonymous)'
  const place = placeOf(heap, closure)
  return place === undefined ? name : `${name}  ${placeText(place)}`
}

function describeObject(heap: Described, object: NodeIndex): string {
  const { graph } = heap
  if (isScope(graph, object)) return describeScope(heap, object)
  if (isGlobal(graph, object)) return 'globalThis'
  const file = moduleFile(graph, object)
  if (file !== undefined) return fileText(heap, file)
  switch (nameOf(graph, object)) {
    case 'Array':
      return describeItems(graph, object)
    case 'Object':
      return counted(keys(graph, object), 'key')
    case 'Timeout':
    case 'Immediate':
      return timer(graph, object)
    case 'TimersList': {
      const period = listPeriod(graph, object)
      return period === undefined ? '' : `${period} ms`
    }
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return describeBytes(graph, object)
    case 'Date': {
      const time = dateOf(graph, object)
      if (time !== undefined) return time
    }
  }
  const length = numberIn(graph, object, 'property', 'length')
  if (length !== undefined && numberIn(graph, object, 'property', 'byteLength') !== undefined)
    return counted(length, 'item')
  const buffer = inside(graph, object, 'buffer')
  if (buffer !== undefined) return describeView(graph, buffer)
  const suspended = inside(graph, object, 'parameters_and_registers') && inside(graph, object, 'function')
  if (suspended !== undefined) return `paused in ${describeClosure(heap, suspended)}`
  return describeEntries(graph, object) ?? identity(graph, object) ?? someNumbers(graph, object)
}

function describeItems(graph: HeapGraph, array: NodeIndex): string {
  const length = numberIn(graph, array, 'property', 'length')
  if (length !== undefined) return counted(length, 'item')
  const { seen, room } = items(graph, array)
  // Only numbers, which leave no edges; the store may have spare capacity.
  if (seen === 0 && room > 0) return `up to ${counted(room, 'number')}`
  return counted(seen, 'item')
}

/** Describes a Map, a Set, or an instance of a class that extends one. */
function describeEntries(graph: HeapGraph, object: NodeIndex): string | undefined {
  const table = tableOf(graph, object)
  if (table === undefined) return undefined
  const size = numberIn(graph, object, 'property', 'size')
  if (size !== undefined) return counted(size, 'entry', 'entries')
  const { seen, capacity } = entries(graph, table)
  // The smallest table has capacity for four entries, even if empty. (Weak collections have other tables.)
  if (capacity === 0) return ''
  return seen === 0 && capacity > 4
    ? `up to ${counted(capacity, 'entry', 'entries')}`
    : counted(seen, 'entry', 'entries')
}

function describeScope(heap: Described, scope: NodeIndex): string {
  const { graph } = heap
  const awaiting = inside(graph, inside(graph, scope, 'extension') ?? scope, 'function')
  if (awaiting !== undefined) return `await in ${nameOf(graph, awaiting) || '(anonymous)'}()`
  const name = functionOfScope(graph, scope)
  if (name) return `closure scope of ${isOfClassFields(name) ? 'the fields of a class' : `${name}()`}`
  const script = scriptOfScope(graph, scope)
  const where = script === undefined ? '' : ` in ${fileText(heap, script)}`
  const isNameless = name === '' && (where === '' || !isModuleScope(graph, scope))
  return `closure scope${isNameless ? ' of an anonymous function' : ''}${where}`
}

/** The short path of a script. */
const fileText = (heap: Described, url: string): string => shortPath(scriptFile(heap, url))

function scriptOfScope(graph: HeapGraph, scope: NodeIndex): string | undefined {
  const { first, source } = incoming(graph)
  for (let place = first[scope]!; place < first[scope + 1]!; place++) {
    const from = sourceOf(source[place]!)
    const script = nodeTypeOf(graph, from) === 'closure' ? scriptOf(graph, from) : undefined
    if (script !== undefined) return script
  }
  return undefined
}

/** Describes a Buffer or typed array by the length of its buffer: its own length is a number, which has no edge. */
function describeView(graph: HeapGraph, buffer: NodeIndex): string {
  const bytes = describeBytes(graph, buffer)
  return bytes && `view of ${bytes}`
}

function describeBytes(graph: HeapGraph, buffer: NodeIndex): string {
  const store = inside(graph, buffer, 'backing_store')
  return store === undefined ? '' : counted(graph.selfSize[store]!, 'byte')
}

/** Properties that identify an object of a class, most reliable first. */
const namingProperties = ['id', '_id', 'name', 'key', 'url', 'path', 'filename', 'title', 'message']

function identity(graph: HeapGraph, object: NodeIndex): string | undefined {
  const { firstEdge, edgeName, edgeTo, strings } = graph
  let best = namingProperties.length
  let text: string | undefined
  // Classes declare identifying properties early; with more than 100 properties, it is a dictionary.
  const end = Math.min(firstEdge[object + 1]!, firstEdge[object]! + 100)
  for (let edge = firstEdge[object]!; edge < end; edge++) {
    if (edgeTypeOf(graph, edge) !== 'property') continue
    const rank = namingProperties.indexOf(strings.at(edgeName[edge]!))
    if (rank < 0 || rank >= best) continue
    const found = textOf(graph, edgeTo[edge]!, 41)
    if (!found) continue
    best = rank
    text = `${namingProperties[rank]} ${quoted(found)}`
  }
  for (const [name, value] of namedNumbers(graph, object)) {
    const rank = namingProperties.indexOf(name)
    if (rank < 0 || rank >= best) continue
    best = rank
    text = `${name} ${value}`
  }
  return text
}

/** `retries 3, limit 10`: the first numbers of an object without an identifying property. */
function someNumbers(graph: HeapGraph, object: NodeIndex): string {
  const shown: string[] = []
  for (const [name, value] of namedNumbers(graph, object)) {
    shown.push(`${name.length > 40 ? `${name.slice(0, 40)}…` : name} ${value}`)
    if (shown.length === 3) break
  }
  return shown.join(', ')
}

/** Number properties, among the first hundred numbers of an object. */
function* namedNumbers(graph: HeapGraph, object: NodeIndex): Generator<[name: string, value: number]> {
  let seen = 0
  for (const at of numbersOf(graph, object)) {
    if (seen++ === 100) return
    if (graph.numbers!.type[at] === property) yield [numberNameOf(graph, at), graph.numbers!.value[at]!]
  }
}

/** `1 key`, `1,024 entries`. */
function counted(count: number, one: string, many: string = `${one}s`): string {
  // A query may describe millions of objects, and toLocaleString costs a microsecond.
  const number = count < 1000 ? String(count) : count.toLocaleString('en-US')
  return `${number} ${count === 1 ? one : many}`
}
