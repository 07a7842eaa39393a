import { expect, test } from 'vitest'
import { knownIds } from '../../src/heap/known-ids.js'
import { backrefs, backrefsAnalysis, refs, refsAnalysis } from '../../src/questions/refs.js'
import type { Drawing, Report } from '../../src/report/report.js'
import { type Drawn, draw, heap } from '../draw.js'
import { ask, heapOf } from '../heap/drawn-heap.js'

const drawingOf = ({ sections: [section] }: Report): Drawing => {
  if (section?.shape !== 'drawing') throw new Error('a drawing was expected')
  return section
}

/** The edges of a drawing as `Array @3 [0] User @5`. */
function edgesOf(drawing: Drawing): string[] {
  const names = new Map(drawing.nodes.map(({ id, type, label }) => [id, type || label]))
  return drawing.edges.map(({ from, label, to }) => `${names.get(from)} ${label} ${names.get(to)}`)
}

const refsOf = (drawn: Drawn, words: Parameters<typeof ask>[2]): Drawing =>
  drawingOf(ask(refsAnalysis, heapOf(drawn), words))
const backrefsOf = (drawn: Drawn, words: Parameters<typeof ask>[2]): Drawing =>
  drawingOf(ask(backrefsAnalysis, heapOf(drawn), words))

test('two arrays that retain each other are drawn in their cycle', () => {
  const drawn = heap`
    root.a = Array#a 32 @7
    Array#a[3] = Array#b 32 @9
    Array#b[3] = Array#a
  `
  const drawing = refsOf(drawn, { id: ['@7'] })
  expect(drawing.nodes.map(({ id, role, label, depth }) => [id, role, label, depth])).toEqual([
    [7, 'asked', '4 items', 0],
    [9, 'plain', '4 items', 1],
  ])
  expect(drawing.edges.map(({ from, label, to }) => `${from}${label} = ${to}`)).toEqual(['7[3] = 9', '9[3] = 7'])
})

const cache = heap`
  root.cache = Map
  Map{table} = array:table 152
  array:table{5} = "user-7"
  array:table{6} = Session#7
  array:table{8} = Key @77
  array:table{9} = Session#8
  array:table{12} = Session#9
  Map.__proto__ = Object
`

test('a Map is drawn with its values under their keys, without its table', () => {
  expect(edgesOf(refsOf(cache, { type: 'Map', maxDepth: '1' }))).toEqual([
    'Map ["user-7"] Session',
    'Map .keys[1] Key',
    'Map [Key @77] Session',
    'Map .entries[2] Session',
  ])
})

test('backrefs lead from a value to the Map, with the same names', () => {
  expect(edgesOf(backrefsOf(cache, { type: 'Session', limit: '1', maxDepth: '1' }))).toEqual(['Map ["user-7"] Session'])
})

test('a Set has values', () => {
  const drawn = heap`
    root.set = Set
    Set{table} = array:table 120
    array:table{5} = A
    array:table{9} = "b"
  `
  expect(edgesOf(refsOf(drawn, { type: 'Set' }))).toEqual(['Set .values[0] A', 'Set .values[2] (string)'])
})

test('a WeakMap’s value is drawn once, under its key', () => {
  const drawn = heap`
    root.meta = WeakMap
    root.session = Session @7
    WeakMap{table} = array:table
    array:table~"3" = Session
    array:table~"4" = Meta @9
    array:table<Session> = Meta
  `
  expect(edgesOf(refsOf(drawn, { type: 'WeakMap' }))).toEqual([
    'WeakMap [[key]] Session',
    'WeakMap [Session @7] Meta',
    'Session [Session @7] Meta',
  ])
})

test('V8’s internal objects are drawn on request, as they are', () => {
  expect(edgesOf(refsOf(cache, { type: 'Map', maxDepth: '1', raw: true }))).toEqual([
    'Map {table} (array)',
    'Map .__proto__ Object',
  ])
})

const wide = draw(`
  root.hub = Hub @3
  ${Array.from({ length: 12 }, (_, at) => `Hub[${at}] = Item#${at} 8`).join('\n')}
  Item#0.deep = Deep#1
  Deep#1.deep = Deep#2
  Deep#2.deep = Deep#3
`)

test('excess references become one stub with their number', () => {
  const drawing = refs(heapOf(wide), [wide.node('Hub')], { tooMany: 3, maxDepth: 1, merge: false })
  expect(drawing.nodes.filter(({ role }) => role === 'more')).toMatchObject([
    { id: 'more-3', label: '9 more references', depth: 1 },
  ])
  expect(drawing.edges).toHaveLength(4)
})

test('many entries of one class are drawn as one node with their references, and no number is lost', () => {
  const drawn = heap`
    root.sessions = Map 32
    Map{table} = array:table 264
    ${Array.from({ length: 8 }, (_, at) => `array:table{${7 + 3 * at}} = "user-${at}"\n array:table{${8 + 3 * at}} = Session#${at} 64`).join('\n')}
    ${Array.from({ length: 8 }, (_, at) => `Session#${at}.cart = Array#${at} 16\n Session#${at}.db = Database`).join('\n')}
    Session#7.note = Note
  `
  const drawing = refs(heapOf(drawn), [drawn.node('Map')])
  expect(drawing.nodes.map(({ type, count }) => [type, count])).toEqual([
    ['Map', undefined],
    ['Session', 8],
    ['Array', 8],
    ['Database', undefined],
    ['Note', undefined],
  ])
  const ids = Array.from({ length: 8 }, (_, at) => drawn.graph.nodeId[drawn.node(`Session#${at}`)]!)
  expect(drawing.nodes[1]).toMatchObject({ id: ids[0], ids, shallow: 8 * 64, retained: 8 * (64 + 16), role: 'plain' })
  expect(drawing.edges.map(({ label, count }) => [label, count])).toEqual([
    ['["user-0"], ["user-1"], ["user-2"] and 5 more', 8],
    ['.cart', 8],
    ['.db', 8],
    ['.note', undefined],
  ])
  expect(refs(heapOf(drawn), [drawn.node('Map')], { merge: false }).nodes).toHaveLength(8 + 8 + 1 + 1 + 1)
})

test('many referrers of the same name are merged, too, and scopes of one function are', () => {
  const users = Array.from({ length: 7 }, (_, at) => `root.u${at} = User#${at}\nUser#${at}.db = Database`)
  const scopes = Array.from({ length: 14 }, (_, at) => {
    const scope = `'system / Context'#${at}`
    return `${scope}{previous} = Database\n${scope}{scope_info} = code:${at % 2 ? 'odd' : 'even'}`
  })
  const drawn = draw([...users, ...scopes].join('\n'))
  const drawing = backrefs(heapOf(drawn), [drawn.node('Database')], { maxDepth: 1 })
  expect(drawing.nodes.map(({ type, count }) => [type, count])).toEqual([
    ['Database', undefined],
    ['User', 7],
    ['system / Context', 7],
    ['system / Context', 7],
  ])
  expect(drawing.edges.map(({ label, count }) => [label, count])).toEqual([
    ['.db', 7],
    ['{previous}', 7],
    ['{previous}', 7],
  ])
})

test('distinct siblings stay distinct: few of them, names of a class, another function, blue, new', () => {
  const five = draw(Array.from({ length: 5 }, (_, at) => `Hub[${at}] = Item#${at}`).join('\n'))
  expect(refs(heapOf(five), [five.node('Hub')]).nodes).toHaveLength(6)
  const named = draw(Array.from({ length: 9 }, (_, at) => `User.name${at} = "name ${at}"`).join('\n'))
  expect(refs(heapOf(named), [named.node('User')]).nodes).toHaveLength(10)
  const functions = draw(
    Array.from({ length: 12 }, (_, at) => `Hub[${at}] = f#${at}()\nf#${at}(){shared} = code:${at % 2 ? 'odd' : 'even'}`)
      .join('\n')
      .replace(/f#(\d+)\(\)/g, 'f$1()'),
  )
  expect(refs(heapOf(functions), [functions.node('Hub')], { maxDepth: 1 }).nodes.map(({ count }) => count)).toEqual([
    undefined,
    6,
    6,
  ])
  const blue = wide.node('Item#4')
  const drawing = refs(heapOf(wide), [wide.node('Hub')], { maxDepth: 1, highlight: node => node === blue })
  expect(drawing.nodes.map(({ count, role }) => [count, role])).toEqual([
    [undefined, 'asked'],
    [11, 'plain'],
    [undefined, 'highlight'],
  ])
})

test('what was created since an older heap of the session is new', () => {
  const older = heapOf(
    draw(Array.from({ length: 6 }, (_, at) => `Hub[${at}] = Item#${at} 8 @${21 + 2 * at}`).join('\n')),
    {
      session: 's',
    },
  )
  const newer = draw(Array.from({ length: 13 }, (_, at) => `Hub[${at}] = Item#${at} 8 @${21 + 2 * at}`).join('\n'))
  const newSince = knownIds(older)
  const drawing = refs(heapOf(newer, { session: 's' }), [newer.node('Hub')], { newSince })
  expect(drawing.nodes.map(({ count, isNew }) => [count, isNew])).toEqual([
    [undefined, undefined],
    [6, undefined],
    [7, true],
  ])
  expect(() => refs(heapOf(newer, { session: 'another' }), [newer.node('Hub')], { newSince })).toThrow(
    'object ids cannot be compared',
  )
})

test('an object under several keys of one Map keeps all of them', () => {
  const drawn = heap`
    root.map = Map
    Map{table} = array:table 152
    array:table{5} = "first"
    array:table{6} = Session
    array:table{8} = "second"
    array:table{9} = Session
  `
  expect(edgesOf(refsOf(drawn, { type: 'Map' }))).toEqual(['Map ["first"] Session', 'Map ["second"] Session'])
  expect(edgesOf(backrefsOf(drawn, { type: 'Session' })).slice(0, 2)).toEqual([
    'Map ["first"] Session',
    'Map ["second"] Session',
  ])
})

test('a reference that V8 has twice, once by name, is shown by name', () => {
  const drawn = heap`
    root.app = App
    App.start = Start
    App{5} = Start
    App{6} = Silent
  `
  expect(edgesOf(refsOf(drawn, { type: 'App' }))).toEqual(['App .start Start', 'App {6} Silent'])
  expect(edgesOf(refsOf(drawn, { type: 'App', raw: true }))).toHaveLength(3)
})

test('the depth counts edges', () => {
  const deep = (maxDepth: string) =>
    refsOf(wide, { type: 'Hub', maxDepth }).nodes.filter(({ type }) => type === 'Deep').length
  expect([deep('1'), deep('2'), deep('3'), deep('4')]).toEqual([0, 1, 2, 3])
})

test('objects are excluded, kept or highlighted by type and name', () => {
  const drawn = heap`
    root.app = App
    App.a = Session#a
    App.b = User
    Session#a.id = "user-7"
  `
  expect(edgesOf(refsOf(drawn, { type: 'App', ignore: ['/^User$/', '/string/'] }))).toEqual(['App .a Session'])
  expect(edgesOf(refsOf(drawn, { type: 'App', filter: 'session' }))).toEqual(['App .a Session'])
  const lit = refsOf(drawn, { type: 'App', highlight: 'user-7' }).nodes.filter(({ role }) => role === 'highlight')
  expect(lit.map(({ type }) => type)).toEqual(['Session', '(string)'])
})

test('refcounts count the edges that retain an object; weak ones do not', () => {
  const drawn = heap`
    root.a = A
    root.b = B
    A.shared = Shared
    B.shared = Shared
    A~watched = Shared
  `
  const shared = refsOf(drawn, { type: 'Shared', refcounts: true }).nodes[0]
  expect(shared?.retainers).toBe(2)
})

const app = heap`
  root.module = Module
  Module.filename = "/app/src/store.js"
  Module.exports = Object
  Object.sessions = Array
  Array[0] = Session
  root.other = Parent
  Parent.child = Module
  root.roots = (GC roots)
  (GC roots){handles} = (Global handles)
  (Global handles){1} = Session
  Socket.session = Session
  root.native = native:TCP
  native:TCP{socket} = Socket
`

test('backrefs end at modules and GC roots, in their style', () => {
  const drawing = backrefsOf(app, { type: 'Session', maxDepth: '9' })
  expect(drawing.nodes.map(({ type, role }) => `${type} ${role}`)).toEqual([
    'Session asked',
    'Array plain',
    '(synthetic) root',
    'Socket plain',
    'Object plain',
    'TCP native',
    'Module module',
    '(synthetic) root',
  ])
  // Neither the module's parent nor what retains the handles.
  expect(edgesOf(drawing)).not.toContain('Parent .child Module')
  expect(edgesOf(drawing)).not.toContain('(synthetic) {handles} (synthetic)')
})

test('refs continue after modules', () => {
  expect(edgesOf(refsOf(app, { type: 'Parent' }))).toContain('Module .exports Object')
})

test('of a type, the objects with the largest retained sizes are drawn, with the number of the others', () => {
  const drawn = heap`
    root.a = Session#a 8 @11
    root.b = Session#b 64 @13
    root.c = Session#c 16 @15
  `
  const report = ask(refsAnalysis, heapOf(drawn), { type: 'Session', limit: '2' })
  expect(drawingOf(report).nodes.map(({ id }) => id)).toEqual([13, 15])
  expect(report.notes).toEqual(['1 more of type Session; raise --limit'])
})

test('an unknown type gets near names, an unknown id an explanation, and an empty selection an example', () => {
  expect(() => refsOf(app, { type: 'session' })).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND', hint: 'Did you mean Session?' }),
  )
  expect(() => refsOf(app, { id: ['@999'] })).toThrow('no object @999 is in this heap')
  expect(() => refsOf(app, {})).toThrow(expect.objectContaining({ code: 'USAGE' }))
  expect(() => refsOf(app, { id: ['seven'] })).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

test('objects that only internal objects retain are shown with these', () => {
  const drawn = heap`
    root.code = code:weights
    code:weights{0} = Boilerplate
  `
  expect(edgesOf(backrefsOf(drawn, { type: 'Boilerplate', maxDepth: '1' }))).toEqual([
    '(compiled code) {0} Boilerplate',
  ])
})

test('what only refers to a table weakly does not refer to its entries', () => {
  const drawn = heap`
    root.sessions = Map 32
    Map{table} = array:table 64
    array:table{3} = Session 64
    root{1} = (Global handles)
    (Global handles)~113 = array:table
  `
  expect(edgesOf(backrefsOf(drawn, { type: 'Session', maxDepth: '1' }))).toEqual(['Map {table} Session'])
})

test('ten fields of one class make an object a dictionary with one value node; fields of different classes do not', () => {
  const keys = Array.from({ length: 12 }, (_, at) => `Object#byName.k${at} = Session#${at} 16`)
  const merged = refsOf(heap`${`root.byName = Object#byName 8 @5\n${keys.join('\n')}`}`, { id: ['@5'] })
  expect(merged.nodes.map(({ type, count }) => [type, count])).toEqual([
    ['Object', undefined],
    ['Session', 12],
  ])
  const others = Array.from({ length: 12 }, (_, at) => `Object#config.k${at} = Part${at} 16`)
  const apart = refsOf(heap`${`root.config = Object#config 8 @5\n${others.join('\n')}`}`, { id: ['@5'], tooMany: '20' })
  expect(apart.nodes).toHaveLength(13)
})

test("weak references of C++, such as a profiler's to its samples, are not references", () => {
  const drawn = heap`
    root.app = App
    App.session = Session 16 @9
    root[1] = (Global handles)
    (Global handles)~handle = Session
  `
  expect(edgesOf(backrefsOf(drawn, { id: ['@9'] }))).not.toContainEqual(expect.stringContaining('Global handles'))
})
