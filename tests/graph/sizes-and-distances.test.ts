import { expect, test } from 'vitest'
import { distances, systemDistance, unreachable } from '../../src/graph/distances.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { shallowSizes } from '../../src/graph/shallow-sizes.js'
import { type Drawn, heap } from '../draw.js'

const told = (column: Float64Array | Uint32Array, { node }: Drawn, words: readonly string[]): number[] =>
  words.map(word => column[node(word)]!)

test('internal storage of one object counts to the object', () => {
  const drawn = heap`
    root.app = App 1
    App.map = Map 2
    Map{table} = array:table 4
    array:table[0] = Session 8
    Session{map} = hidden:'system / Map' 16
    App{map} = hidden:'system / Map'
    App.text = "external" 32
    "external"{data} = native:'system / ExternalStringData' 64
    App.socket = native:Socket 128
  `
  const words = ['Map', 'array:table', 'Session', "hidden:'system / Map'", '"external"', 'native:Socket']
  // The hidden map is shared and keeps its own size; so does a native node other than a string's text.
  expect(told(shallowSizes(drawn.graph), drawn, words)).toEqual([6, 0, 8, 16, 96, 128])
  expect(told(retainedSizes(drawn.graph), drawn, ['Map', 'root'])).toEqual([14, 255])
})

test('nothing counts to V8’s groups', () => {
  const drawn = heap`
    root.app = App 1
    root.gc = (GC roots)
    (GC roots)[0] = array:handles 64
  `
  expect(told(shallowSizes(drawn.graph), drawn, ['(GC roots)', 'array:handles'])).toEqual([0, 64])
})

test('in a heap without user roots, every node keeps its own size', () => {
  const drawn = heap`
    root.gc = (GC roots)
    (GC roots).app = App 1
    App{elements} = array:elements 64
  `
  expect(told(shallowSizes(drawn.graph), drawn, ['App', 'array:elements'])).toEqual([1, 64])
  expect(told(distances(drawn.graph), drawn, ['root', '(GC roots)', 'App'])).toEqual([0, 1, 2])
})

test('sizes above 4 GB', () => {
  const drawn = heap`
    root.app = App 16
    App.a = A 5000000000
    App.b = B 6000000000
  `
  expect(told(retainedSizes(drawn.graph), drawn, ['App'])).toEqual([11_000_000_016])
})

test('sums above 4 GB of smaller nodes', () => {
  const drawn = heap`
    root.app = App 16
    App.map = Map 3000000000
    Map{table} = array:table 2000000000
    App.list = List 4000000000
  `
  expect(drawn.graph.selfSize).toBeInstanceOf(Uint32Array)
  expect(told(shallowSizes(drawn.graph), drawn, ['Map', 'array:table'])).toEqual([5_000_000_000, 0])
  expect(told(retainedSizes(drawn.graph), drawn, ['App', 'Map'])).toEqual([9_000_000_016, 5_000_000_000])
})

test('distances count from the global objects; nodes they do not reach are far', () => {
  const drawn = heap`
    root^global = Global
    Global.app = App
    App.self = App
    App~weak = Weak
    root.gc = (GC roots)
    (GC roots)[0] = Hidden
    Hidden.app = App
  `
  expect(told(distances(drawn.graph), drawn, ['Global', 'App', 'Weak', 'root', '(GC roots)', 'Hidden'])).toEqual([
    ...[1, 2, unreachable],
    ...[systemDistance, systemDistance + 1, systemDistance + 2],
  ])
})

test('browser documents count as global objects', () => {
  const drawn = heap`
    root[1] = (Document DOM trees)
    (Document DOM trees)[1] = native:HTMLDocument
    root[2] = (GC roots)
    (GC roots)[1] = native:HTMLDocument
  `
  expect(told(distances(drawn.graph), drawn, ['(Document DOM trees)', 'native:HTMLDocument', '(GC roots)'])).toEqual([
    ...[1, 2, systemDistance + 1],
  ])
})

test('a WeakMap value is as far as the farther of its table and its key', () => {
  const drawn = heap`
    root.near = array:table
    root.app = App
    App.next = Next
    Next.key = Key
    array:table<Key> = Value
  `
  expect(told(distances(drawn.graph), drawn, ['array:table', 'Key', 'Value'])).toEqual([1, 3, 4])
})

test('shared descriptors, and the map of all sloppy functions, shorten no distance', () => {
  const drawn = heap`
    root.app = App
    App{context} = hidden:'system / NativeContext'
    hidden:'system / NativeContext'{sloppy_function_map} = Sloppy
    hidden:'system / NativeContext'{strict_function_map} = Strict
    App{descriptors} = array:'(map descriptors)'
    array:'(map descriptors)'{1} = One
    array:'(map descriptors)'{3} = Key
    array:'(map descriptors)'{4} = Descriptor
  `
  expect(told(distances(drawn.graph), drawn, ['Sloppy', 'Strict', 'One', 'Key', 'Descriptor'])).toEqual([
    ...[unreachable, 3],
    ...[3, 3, unreachable],
  ])
})
