import { expect, test } from 'vitest'
import { edgeNameOf, edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../src/graph/heap-graph.js'
import { locationOf } from '../../src/graph/locations.js'
import { numberIn, numberNameOf, numbersOf } from '../../src/graph/numbers.js'
import { objectFields } from '../../src/heap/object-fields.js'
import { dictionaryCounts } from '../../src/heap/v8/dictionaries.js'
import { openMemoryDump } from '../../src/memory/open.js'
import { reading } from '../../src/query/evaluate.js'
import { parse } from '../../src/query/parse.js'
import { untold } from '../../src/task.js'
import { chunked, read, written } from '../snapshot/bytes.js'
import { aProgram } from './a-program.js'
import { dumpOf } from './dumps.js'

const { bytes } = dumpOf(aProgram)
const { graph } = await openMemoryDump(chunked(bytes, [bytes.length]), untold)

/** The nodes of objects, by their names in the drawing. */
const first = graph.nodeCount - aProgram.objects.length - 2
const node = (name: string): NodeIndex => first + aProgram.objects.findIndex(object => object.name === name)

const origin = { path: null, pid: null, nodeVersion: null, capturedAt: null, session: null }
const heap = { graph, origin, places: { at: () => undefined }, bytes: 0 }
const valueAt = (name: string, path: string): unknown => reading(heap, parse(path), path)(node(name))

const name = (of: HeapGraph, at: NodeIndex): string => `${nodeTypeOf(of, at)} ${of.strings.at(of.nodeName[at]!)}`

function edges(from: NodeIndex, of: HeapGraph = graph): string[] {
  const found: string[] = []
  for (let edge = of.firstEdge[from]!; edge < of.firstEdge[from + 1]!; edge++)
    found.push(`${edgeTypeOf(of, edge)} ${edgeNameOf(of, edge)} -> ${name(of, of.edgeTo[edge]!)}`)
  return found
}

const numbers = (from: NodeIndex, of: HeapGraph = graph): string[] =>
  [...numbersOf(of, from)].map(at => `${of.numbers!.type[at]} ${numberNameOf(of, at)} ${of.numbers!.value[at]}`)

test('an object has the name of its class and edges for its properties', () => {
  expect(name(graph, node('session'))).toBe('object Session')
  expect(edges(node('session')).slice(0, 3)).toEqual([
    'property user -> string Ann',
    'property <symbol key> -> object Array',
    'property __proto__ -> object Object',
  ])
})

test('a getter is a pair and a function', () => {
  expect(edges(node('proto'))).toContain('property size -> hidden system / AccessorPair')
  expect(edges(node('proto'))).toContain('property get size -> closure Session')
})

test('the elements of an array stop at its length, and small integers leave no edge', () => {
  expect(edges(node('list')).slice(0, 2)).toEqual(['element 0 -> object Session', 'element 1 -> string snow ☃'])
  expect(edges(node('many')).filter(edge => edge.startsWith('element '))).toHaveLength(300)
})

test("small integers are V8's, whatever their size", () => {
  const values = [0, 1, 2, 3, 4].map(index => valueAt('extremes', `[${index}]`))
  expect(values).toEqual([2 ** 30 - 1, -(2 ** 30), 2 ** 30, 2 ** 31 - 1, -(2 ** 31)])
})

test('an object has the same edges and numbers on the slow path', async () => {
  const { embedder, objects } = aProgram
  const more = objects.map(({ name }) => [name, 0, 'more'] as const)
  const written = dumpOf({ ...aProgram, embedder: { ...embedder!, edges: [...embedder!.edges, ...more] } })
  const other = await openMemoryDump(chunked(written.bytes, [written.bytes.length]), untold)
  for (const { name: drawn } of objects) {
    expect(edges(node(drawn), other.graph).filter(edge => !edge.startsWith('internal more '))).toEqual(
      edges(node(drawn)),
    )
    expect(numbers(node(drawn), other.graph)).toEqual(numbers(node(drawn)))
  }
})

test('a Map has its table, and the table its slots', () => {
  expect(edges(node('jsMap'))).toContain('internal table -> array ')
  expect(edges(node('table'))).toEqual([
    'internal 5 -> string key',
    'internal 6 -> object Session',
    'internal map -> object shape system / Map',
  ])
})

test('an entry of a WeakMap is two edges', () => {
  const pair = /part of key \(Session @4001\) -> value \(Array @77\) pair in WeakMap/
  expect(edges(node('session')).filter(edge => pair.test(edge))).toHaveLength(1)
  expect(edges(node('weakTable')).filter(edge => pair.test(edge))).toHaveLength(1)
})

test('a function has a name, a location, its scope and its code', () => {
  expect(name(graph, node('function'))).toBe('closure Session')
  expect(edges(node('function'))).toContain('internal context -> object system / Context')
  expect(edges(node('context'))).toContain('context limit -> object Session')
  expect(edges(node('function'))).toContain('property prototype -> object Object')
  expect(locationOf(graph, node('function'))).toEqual({ script: 12, line: 2, column: 10 })
  expect(locationOf(graph, node('session'))).toEqual({ script: 12, line: 2, column: 10 })
})

test('strings are whole, whatever their parts', () => {
  expect(name(graph, node('wide'))).toBe('string snow ☃')
  expect(name(graph, node('outside'))).toBe('string from outside')
  expect(edges(node('pieces')).slice(0, 2)).toEqual([
    'internal first -> string left ',
    'internal second -> string right',
  ])
})

test("memory outside the heap is a node, and so are Node.js' objects", () => {
  const [backing] = edges(node('buffer'))
  expect(backing).toBe('internal backing_store -> native system / JSArrayBufferData')
  expect(name(graph, node('buffer'))).toBe('native Node / Wrap')
  expect(graph.selfSize[node('buffer')]).toBe(80 + 28)
  expect(graph.selfSize[graph.nodeCount - 2]).toBe(4096)
  expect(name(graph, graph.nodeCount - 1)).toBe('synthetic Node / Environment')
  expect(edges(node('session'))).toContain('internal environment -> synthetic Node / Environment')
  expect(edges(0)).toContain('element 2 -> synthetic Node / Environment')
})

test("roots have V8's names", () => {
  expect(edges(1)).toEqual(['element 1 -> synthetic (Handle scope)', 'element 2 -> synthetic (Global handles)'])
  expect(edges(2)[0]).toBe('internal 1 / handle -> object Session')
  expect(edges(3).at(-1)).toBe('weak 10 / handle -> native Node / Wrap')
})

test('ids that V8 has assigned are kept, others are new', () => {
  expect(graph.nodeId[node('session')]).toBe(4001)
  expect(new Set(graph.nodeId).size).toBe(graph.nodeCount)
})

test('numbers, which are not nodes, have their names', () => {
  expect(numberIn(graph, node('session'), 'property', 'retries')).toBe(7)
  expect(numberIn(graph, node('list'), 'property', 'length')).toBe(3)
  expect(numberIn(graph, node('number'), 'internal', 'value')).toBe(2.5)
  expect(numberIn(graph, node('session'), 'property', 'user')).toBe(undefined)
})

test('numbers that are keys and values of a Map, or members of a Set, are numbers of its table by slot', () => {
  const slots = (table: string): Record<string, number> =>
    Object.fromEntries(
      [...numbersOf(graph, node(table))].map(at => [numberNameOf(graph, at), graph.numbers!.value[at]!]),
    )
  expect(slots('numberTable')).toEqual({ 5: 100_007, 6: 3, 9: 4, 14: 7 })
  expect(slots('setTable')).toEqual({ 5: 41, 7: 42 })
  expect(valueAt('totals', '[100007]')).toBe(3)
  expect(valueAt('totals', '.key')).toBe(4)
  expect(valueAt('totals', '[7].retries')).toBe(7)
  expect(valueAt('totals', '[8]')).toBe(undefined)
})

test('an object used as a dictionary has its numbers, and its tables have their numbers of entries', () => {
  expect(valueAt('dictionary', '.key')).toBe(6)
  expect(valueAt('dictionary', '.Ann')).toBe(undefined)
  expect(valueAt('dictionary', '[100007]')).toBe(3)
  expect(valueAt('dictionary', '[200009].retries')).toBe(7)
  expect(valueAt('dictionary', '[1]')).toBe(undefined)
  expect(dictionaryCounts(graph, node('names'))).toEqual({ entries: 1, capacity: 2 })
  expect(dictionaryCounts(graph, node('numbers'))).toEqual({ entries: 2, capacity: 2 })
  expect(dictionaryCounts(graph, node('store'))).toBe(undefined)
})

test('an object with dense number keys has the number of used places of its store', () => {
  expect(numberIn(graph, node('counted'), 'internal', 'elements')).toBe(100)
})

test('inspect shows the numbers of a Map and a Set, too', () => {
  const shown = (name: string): string[] =>
    objectFields(heap, node(name), 20).fields.map(field => `${field.name} ${field.value}`)
  expect(shown('totals')).toEqual(['.size 3', '[100007] 3', '["key"] 4', '[7] Session  retries 7'])
  expect(shown('numberSet')).toEqual(['.size 2', '.values[0] 41', '.values[1] 42'])
})

test('a file written from it has the same contents, including numbers', async () => {
  const again = (await read(written(graph))).graph
  expect(again.numbers).toEqual(graph.numbers)
  expect(again.edgeTo).toEqual(graph.edgeTo)
})
