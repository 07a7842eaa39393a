import { expect, test } from 'vitest'
import type { HeapNodes } from '../../src/graph/heap-graph.js'
import type { Heap } from '../../src/heap/heap.js'
import type { HeapAnalysis } from '../../src/questions/ask/analysis.js'
import { count, countAnalysis } from '../../src/questions/count.js'
import { rankedTypes, statsByType, typesAnalysis } from '../../src/questions/types.js'
import { heap } from '../draw.js'
import { ask, heapOf, rowsOf, valuesOf } from '../heap/drawn-heap.js'

const shop = heapOf(heap`
  root.app = App 1
  App.first = Session#1 2
  App.second = Session#2 4
  Session#1.user = User#1 8
  Session#2.user = User#2 16
  Session#2.log = "opened" 32
`)

test('types are listed with their objects and bytes, the most common first', () => {
  expect(rowsOf(ask(typesAnalysis, shop, { limit: '2' }))).toEqual([
    { type: 'User', count: 2, shallow: 24, retained: null },
    { type: 'Session', count: 2, shallow: 6, retained: null },
  ])
})

test('on request, with retained sizes', () => {
  expect(rowsOf(ask(typesAnalysis, shop, { sort: 'retained', filter: '/^[SU]/' }))).toEqual([
    { type: 'Session', count: 2, shallow: 6, retained: 62 },
    { type: 'User', count: 2, shallow: 24, retained: 24 },
  ])
})

test('a column that was not requested is not shown, but its key is in JSON', () => {
  const [table] = ask(typesAnalysis, shop).sections
  expect(table).toMatchObject({
    columns: [{ key: 'type' }, { key: 'count' }, { key: 'shallow' }],
    absentKeys: ['retained'],
  })
  const [asked] = ask(typesAnalysis, shop, { sort: 'retained' }).sections
  expect(asked).toMatchObject({ columns: [{}, {}, {}, { key: 'retained' }] })
  expect(asked).not.toHaveProperty('unasked')
})

test('a note says whose sizes these are, and what was cut', () => {
  const own = expect.stringContaining("V8's own size")
  expect(ask(typesAnalysis, shop, { limit: '3' }).notes).toEqual(['2 more; raise --limit', own])
  expect(ask(typesAnalysis, shop, { limit: 'all' }).notes).toEqual([own])
  expect(ask(typesAnalysis, shop, { limit: 'all', sort: 'retained' }).notes).toEqual([])
})

test('internal storage counts to its object with retained sizes, and never with --raw', () => {
  const inside = heapOf(heap`
    root.list = List 1
    List{elements} = array:store 2
  `)
  const shallow = (words: Readonly<Record<string, string | true>>) =>
    rowsOf(ask(typesAnalysis, inside, { ...words, filter: 'List' }))[0]!.shallow
  expect(shallow({})).toBe(1)
  expect(shallow({ sort: 'retained' })).toBe(3)
  expect(shallow({ sort: 'retained', raw: true })).toBe(1)
})

test("types are sorted by retained size, or by V8's own bytes, on request", () => {
  const first = (sort: string) => rowsOf(ask(typesAnalysis, shop, { sort, filter: '/^[A-Z]/' })).map(({ type }) => type)
  expect(first('retained')).toEqual(['App', 'Session', 'User'])
  expect(first('shallow')).toEqual(['User', 'Session', 'App'])
})

/** The same heap, as if only its nodes were read. */
function nodesOnly({ graph, ...heap }: Heap): Heap<HeapNodes> {
  const { firstEdge, edgeType, edgeName, edgeTo, locations, ...nodes } = graph
  return { ...heap, graph: nodes }
}

test.each<[string, HeapAnalysis, Readonly<Record<string, string | true>>, string | undefined]>([
  ['types', typesAnalysis, {}, undefined],
  ['types by size', typesAnalysis, { sort: 'shallow', limit: '1' }, undefined],
  ['raw types', typesAnalysis, { raw: true, filter: 'Session' }, undefined],
  ['a count', countAnalysis, {}, 'Session'],
  ['a count of nothing', countAnalysis, {}, 'Sesion'],
])('%s: the same answer from the nodes alone', (_, analysis, words, argument) => {
  const answer = analysis.fromNodes?.(valuesOf(analysis, words), argument)
  expect(answer?.(nodesOnly(shop))).toEqual(ask(analysis, shop, words, argument))
})

test.each<[string, HeapAnalysis, Readonly<Record<string, string | true>>, string | undefined]>([
  ['retained sizes', typesAnalysis, { sort: 'retained' }, undefined],
  ['files of classes', typesAnalysis, { qualified: true }, undefined],
  ['a class of a file', countAnalysis, {}, 'store.js:Session'],
  ['a class of a script', countAnalysis, {}, 'Session@12'],
])('%s: not without the whole heap', (_, analysis, words, argument) => {
  expect(analysis.fromNodes?.(valuesOf(analysis, words), argument)).toBeUndefined()
})

test('a request for more than nodes can answer is explained', () => {
  const options: object = { retained: true }
  expect(() => statsByType(nodesOnly(shop), options)).toThrow(/only the nodes were read/)
  expect(() => count(nodesOnly(shop), 'store.js:Session')).toThrow(/only the nodes were read/)
})

test('a filter is a part of the name, ignoring case, or a regular expression', () => {
  const types = (filter: string) => rowsOf(ask(typesAnalysis, shop, { filter })).map(({ type }) => type)
  expect(types('ser')).toEqual(['User'])
  expect(types('SESS')).toEqual(['Session'])
  expect(types('/^S|^U/')).toEqual(['User', 'Session'])
})

test("an invalid regular expression is reported as the user's", () => {
  expect(() => ask(typesAnalysis, shop, { filter: '/(/' })).toThrow(/not a regular expression/)
})

test('of a list whose nodes retain each other, only the head counts to the retained size of its type', () => {
  const list = heapOf(heap`
    root.list = Item#1 1
    Item#1.next = Item#2 2
    Item#2.next = Item#3 4
    Item#3.value = Value 8
  `)
  expect(statsByType(list, { retained: true }).get('Item')).toEqual({
    type: 'Item',
    count: 3,
    shallow: 7,
    retained: 15,
  })
})

test('a type counts again below another type only if none of its own is above', () => {
  const mixed = heapOf(heap`
    root.a = A#1 1
    A#1.b = B 2
    B.a = A#2 4
    root.other = A#3 8
  `)
  expect(statsByType(mixed, { retained: true }).get('A')).toMatchObject({ count: 3, shallow: 13, retained: 15 })
  expect(statsByType(mixed, { retained: true }).get('B')).toMatchObject({ retained: 6 })
})

test('types of equal count and size are sorted by name', () => {
  const equal = heapOf(heap`
    root.b = Beta 1
    root.a = Alpha 1
  `)
  expect(rankedTypes(equal, { filter: type => type !== '(synthetic)' }).map(({ type }) => type)).toEqual([
    'Alpha',
    'Beta',
  ])
})

const twoSessions = heapOf(heap`
  root.a = Session#1 1 at 3:1:0
  root.b = Session#2 2 at 4:1:0
  root.c = Session#3 4 at 4:9:0
  Session#1{map} = object-shape:one
  object-shape:one{constructor} = Session()#1 8 at 3:1:0
  Session()#1{shared} = code:one
  code:one{script} = code:'/app/src/store.js'
  Session#2{map} = object-shape:two
  object-shape:two{back_pointer} = object-shape:first
  object-shape:first{constructor} = Session()#2 8 at 4:1:0
  Session()#2{shared} = code:two
  code:two{script} = code:'file:///app/src/net.js'
`)

test('classes of one name are distinguished by the file of their constructor', () => {
  expect(rowsOf(ask(typesAnalysis, twoSessions, { qualified: true, filter: ':Session' }))).toMatchObject([
    { type: 'src/net.js:Session', count: 2 },
    { type: 'src/store.js:Session', count: 1 },
  ])
})

test('count prints a number, and accepts a class by name or with the end of its file', () => {
  expect(rowsOf(ask(countAnalysis, twoSessions, {}, 'Session'))).toEqual([{ count: 3 }])
  expect(count(twoSessions, 'net.js:Session')).toBe(2)
  expect(count(twoSessions, 'src/store.js:Session')).toBe(1)
  expect(count(twoSessions, '/app/src/store.js:Session')).toBe(1)
})

test('count of an unknown type is 0, with a near name', () => {
  const report = ask(countAnalysis, shop, {}, 'Sesion')
  expect(rowsOf(report)).toEqual([{ count: 0 }])
  expect(report.notes).toEqual(['No object of type Sesion; did you mean Session?'])
})
