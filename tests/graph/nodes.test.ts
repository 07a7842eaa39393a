import { expect, test } from 'vitest'
import { edgeNameOf } from '../../src/graph/heap-graph.js'
import { nodeWithId } from '../../src/graph/ids.js'
import { locationOf } from '../../src/graph/locations.js'
import { shortestPath } from '../../src/graph/shortest-path.js'
import { typeOf, types } from '../../src/graph/types.js'
import { heap } from '../draw.js'

test('a type is a constructor’s name, or V8’s name in brackets', () => {
  const { graph, node } = heap`
    root.a = Session
    root.b = "text"
    root.c = concatenated-string:'text and text'
    root.d = handler()
    root.e = array:'(object properties)'
    root.f = hidden:'system / Map'
    root.g = code:'(handler code)'
    root.h = regexp:'se(s+)ion'
    root.i = number:'heap number'
    root.j = native:'Node / Environment'
    root.k = symbol:mark
    root.l = bigint:bigint
    root.m = object-shape:'system / Map'
    root.n = (GC roots)
    root.o = other:'from a later V8'
  `
  const told = ['Session', '"text"', "concatenated-string:'text and text'", 'handler()', "array:'(object properties)'"]
  expect(told.map(word => typeOf(graph, node(word)))).toEqual([
    ...['Session', '(string)', '(concatenated string)', '(closure)', '(array)'],
  ])
  expect(types(graph).names).toEqual([
    ...['(synthetic)', 'Session', '(string)', '(concatenated string)', '(closure)', '(array)', '(system)'],
    ...[
      '(compiled code)',
      'RegExp',
      '(number)',
      'Node / Environment',
      '(symbol)',
      '(bigint)',
      '(object shape)',
      '(other)',
    ],
  ])
})

test('all nodes of one type share its number, whether V8 calls them objects or native', () => {
  const { graph, node } = heap`
    root.a = Socket#1
    root.b = Socket#2
    root.c = native:Socket
    root.d = regexp:x
    root.e = RegExp
  `
  const { of, names } = types(graph)
  expect(of[node('Socket#1')]).toBe(of[node('Socket#2')])
  expect(of[node('Socket#1')]).toBe(of[node('native:Socket')])
  expect(of[node('regexp:x')]).toBe(of[node('RegExp')])
  expect(new Set(names).size).toBe(names.length)
})

test('a node is found by its object id', () => {
  const { graph, node } = heap`
    root.a = Session#1 @1203
    root.b = Session#2 @77
  `
  expect(nodeWithId(graph, 1203)).toBe(node('Session#1'))
  expect(nodeWithId(graph, 77)).toBe(node('Session#2'))
  expect(nodeWithId(graph, 78)).toBeUndefined()
})

test('nodes with a location have it', () => {
  const { graph, node } = heap`
    root.a = first() at 12:3:4
    root.b = Second
    root.c = Third at 13:0:0
  `
  expect(locationOf(graph, node('first()'))).toEqual({ script: 12, line: 3, column: 4 })
  expect(locationOf(graph, node('Second'))).toBeUndefined()
  expect(locationOf(graph, node('Third'))).toEqual({ script: 13, line: 0, column: 0 })
  const { locations: _, ...old } = graph
  expect(locationOf(old, node('Third'))).toBeUndefined()
})

test('a path starts at a global object, even if V8’s own roots are nearer', () => {
  const { graph, node, edge } = heap`
    root.gc = (GC roots)
    (GC roots)[0] = Session
    root.global = Global
    Global.app = App
    App.cache = Cache
    Cache.session = Session
    (GC roots)[1] = Internal
  `
  expect(shortestPath(graph, node('Session')).map(edge => edgeNameOf(graph, edge))).toEqual([
    ...['global', 'app', 'cache', 'session'],
  ])
  expect(shortestPath(graph, node('Internal'))).toEqual([edge('root.gc'), edge('(GC roots)[1]')])
})

test('and does not leave the global objects in the middle', () => {
  const { graph, node, edge } = heap`
    root.global = Global
    Global.app = App
    App{table} = Session
    root.gc = (GC roots)
    (GC roots).handles = Handles
    Handles.session = Session
  `
  expect(shortestPath(graph, node('Session'))).toEqual([edge('root.global'), edge('Global.app'), edge('App{table}')])
})

test('among equally short paths, the one in the program’s terms is chosen', () => {
  const { graph, node, edge } = heap`
    root.app = App
    App{hidden} = Holder
    App.holder = Holder
    App[3] = Holder
    App{first} = First
    App.second = Second
    First.thing = Thing
    Second{thing} = Thing
    Second.thing = Thing
  `
  expect(shortestPath(graph, node('Holder'))).toEqual([edge('root.app'), edge('App.holder')])
  expect(shortestPath(graph, node('Thing'))).toHaveLength(3)
})

test('an unretained node has no path', () => {
  const { graph, node } = heap`
    root.app = App
    App~weak = Weak
    Weak.more = More
  `
  expect(shortestPath(graph, node('Weak'))).toEqual([])
  expect(shortestPath(graph, node('More'))).toEqual([])
  expect(shortestPath(graph, node('root'))).toEqual([])
})
