import { expect, test } from 'vitest'
import { edgeNameOf, edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../src/graph/heap-graph.js'
import { locationOf } from '../../src/graph/locations.js'
import { numberIn } from '../../src/graph/numbers.js'
import { openMemoryDump } from '../../src/memory/open.js'
import { untold } from '../../src/task.js'
import { chunked, read, written } from '../snapshot/bytes.js'
import { aProgram } from './a-program.js'
import { dumpOf } from './dumps.js'

const { bytes } = dumpOf(aProgram)
const { graph } = await openMemoryDump(chunked(bytes, [bytes.length]), untold)

/** The nodes of objects, by the name they were drawn with. */
const first = graph.nodeCount - aProgram.objects.length - 2
const node = (name: string): NodeIndex => first + aProgram.objects.findIndex(object => object.name === name)

const name = (of: HeapGraph, at: NodeIndex): string => `${nodeTypeOf(of, at)} ${of.strings.at(of.nodeName[at]!)}`

function edges(from: NodeIndex): string[] {
  const found: string[] = []
  for (let edge = graph.firstEdge[from]!; edge < graph.firstEdge[from + 1]!; edge++)
    found.push(`${edgeTypeOf(graph, edge)} ${edgeNameOf(graph, edge)} -> ${name(graph, graph.edgeTo[edge]!)}`)
  return found
}

test('an object has the name of its class and edges for its properties', () => {
  expect(name(graph, node('session'))).toBe('object Session')
  expect(edges(node('session')).slice(0, 3)).toEqual([
    'property user -> string Ann',
    'property <symbol key> -> object Array',
    'property __proto__ -> object Object',
  ])
})

test('a getter is written as a pair and as the function', () => {
  expect(edges(node('proto'))).toContain('property size -> hidden system / AccessorPair')
  expect(edges(node('proto'))).toContain('property get size -> closure Session')
})

test('the elements of an array stop at its length, and small integers leave no edge', () => {
  expect(edges(node('list')).slice(0, 2)).toEqual(['element 0 -> object Session', 'element 1 -> string snow ☃'])
  expect(edges(node('many')).filter(edge => edge.startsWith('element '))).toHaveLength(300)
})

test('a Map has its table, and the table its slots', () => {
  expect(edges(node('jsMap'))).toContain('internal table -> array ')
  expect(edges(node('table'))).toEqual([
    'internal 5 -> string key',
    'internal 6 -> object Session',
    'internal map -> object shape system / Map',
  ])
})

test('an entry of a WeakMap is two edges that say so', () => {
  const pair = /part of key \(Session @4001\) -> value \(Array @77\) pair in WeakMap/
  expect(edges(node('session')).filter(edge => pair.test(edge))).toHaveLength(1)
  expect(edges(node('weakTable')).filter(edge => pair.test(edge))).toHaveLength(1)
})

test('a function has a name, a place, its scope and its code', () => {
  expect(name(graph, node('function'))).toBe('closure Session')
  expect(edges(node('function'))).toContain('internal context -> object system / Context')
  expect(edges(node('context'))).toContain('context limit -> object Session')
  expect(edges(node('function'))).toContain('property prototype -> object Object')
  expect(locationOf(graph, node('function'))).toEqual({ script: 12, line: 2, column: 10 })
  expect(locationOf(graph, node('session'))).toEqual({ script: 12, line: 2, column: 10 })
})

test('strings are whole, whatever they are made of', () => {
  expect(name(graph, node('wide'))).toBe('string snow ☃')
  expect(name(graph, node('outside'))).toBe('string from outside')
  expect(edges(node('pieces')).slice(0, 2)).toEqual([
    'internal first -> string left ',
    'internal second -> string right',
  ])
})

test('memory outside the heap is a node, and so is what Node.js keeps', () => {
  const [backing] = edges(node('buffer'))
  expect(backing).toBe('internal backing_store -> native system / JSArrayBufferData')
  expect(name(graph, node('buffer'))).toBe('native Node / Wrap')
  expect(graph.selfSize[node('buffer')]).toBe(80 + 28)
  expect(graph.selfSize[graph.nodeCount - 2]).toBe(4096)
  expect(name(graph, graph.nodeCount - 1)).toBe('synthetic Node / Environment')
  expect(edges(node('session'))).toContain('internal environment -> synthetic Node / Environment')
  expect(edges(0)).toContain('element 2 -> synthetic Node / Environment')
})

test('roots have the names V8 has for them', () => {
  expect(edges(1)).toEqual(['element 1 -> synthetic (Handle scope)', 'element 2 -> synthetic (Global handles)'])
  expect(edges(2)[0]).toBe('internal 1 / handle -> object Session')
  expect(edges(3).at(-1)).toBe('weak 10 / handle -> native Node / Wrap')
})

test('ids that V8 has given out stay, others are new', () => {
  expect(graph.nodeId[node('session')]).toBe(4001)
  expect(new Set(graph.nodeId).size).toBe(graph.nodeCount)
})

test('numbers, which are no nodes, are known by the name they have', () => {
  expect(numberIn(graph, node('session'), 'property', 'retries')).toBe(7)
  expect(numberIn(graph, node('list'), 'property', 'length')).toBe(3)
  expect(numberIn(graph, node('number'), 'internal', 'value')).toBe(2.5)
  expect(numberIn(graph, node('session'), 'property', 'user')).toBe(undefined)
})

test('a file that is written of it says the same, numbers too', async () => {
  const again = (await read(written(graph))).graph
  expect(again.numbers).toEqual(graph.numbers)
  expect(again.edgeTo).toEqual(graph.edgeTo)
})
