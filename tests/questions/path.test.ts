import { expect, test } from 'vitest'
import { heldByNativeOnly } from '../../src/heap/held-by-native-only.js'
import { accessPath } from '../../src/paths/access-path.js'
import { findBackrefChain, findRefChain } from '../../src/paths/chains.js'
import { why } from '../../src/paths/why.js'
import { pathAnalysis } from '../../src/questions/path.js'
import type { Path } from '../../src/report/report.js'
import { type Drawn, draw, heap } from '../draw.js'
import { ask, heapOf } from '../heap/drawn-heap.js'

const lines = (drawn: Drawn, word: string, most?: number): string[] =>
  why(heapOf(drawn), drawn.node(word), most).map(({ steps }) => accessPath(steps))

test('a path reads like the code', () => {
  const drawn = heap`
    root^global = global
    global.cache = Map
    Map{table} = array:table 152
    array:table{5} = "user-7"
    array:table{6} = Object
    Object.session = Session
  `
  expect(lines(drawn, 'Session')).toEqual(['globalThis.cache["user-7"].session'])
})

test('there is nothing between a closure and its variable', () => {
  const drawn = heap`
    root^global = global
    global.handler = handler()
    handler(){context} = 'system / Context'#inner
    'system / Context'#inner{previous} = 'system / Context'#outer
    'system / Context'#outer->hidden = Session
  `
  expect(lines(drawn, 'Session')).toEqual(['globalThis.handler->hidden'])
})

test('a path starts at the last module on it, as how modules are retained explains nothing', () => {
  const drawn = heap`
    root^global = global
    global.process = process
    process.mainModule = Module
    Module.filename = "/app/src/store.js"
    Module.exports = Object
    Object.sessions = Array
    Array[0] = Session
  `
  expect(lines(drawn, 'Session')).toEqual(['module.exports.sessions[0] (src/store.js)'])
  expect(lines(drawn, 'Module')).toEqual(['globalThis.process.mainModule'])
})

test('variables and exports of an ES module are the module’s', () => {
  const drawn = heap`
    root.modules = (Module map)
    (Module map){1} = hidden:'system / SourceTextModule'
    hidden:'system / SourceTextModule'{0} = array:exports
    array:exports{3} = "exported"
    array:exports{4} = hidden:'system / Cell'
    hidden:'system / Cell'{0} = Array
    array:exports{5} = "select"
    array:exports{6} = hidden:'system / Cell'#select
    hidden:'system / Cell'#select{value} = memoized() 64
    memoized(){context} = 'system / Context'#memo
    'system / Context'#memo->cache = Map
    hidden:'system / SourceTextModule'{4} = Generator
    Generator{function} = closure:''
    closure:''{shared} = code:body
    code:body{script} = code:'file:///app/src/mod.mjs'
    Generator{context} = 'system / Context'
    'system / Context'->kept = Set
  `
  expect(lines(drawn, 'Array')).toEqual(['module.exported (src/mod.mjs)'])
  expect(lines(drawn, 'Set')).toEqual(['module->kept (src/mod.mjs)'])
  // A variable that only an exported function uses is the function's.
  expect(lines(drawn, 'Map')).toEqual(['module.select->cache (src/mod.mjs)'])
})

test('an object with several retaining paths has all of them, the nearest first, and none twice', () => {
  const drawn = heap`
    root^global = global
    global.near = Session
    global.list = Array
    Array[0] = Session
    Array{elements} = array:'(object elements)'
    array:'(object elements)'{0} = Session
    Session.self = Self
    Self.back = Session
    global~watched = Session
  `
  expect(lines(drawn, 'Session', 5)).toEqual(['globalThis.near', 'globalThis.list[0]'])
  expect(lines(drawn, 'Session', 1)).toEqual(['globalThis.near'])
})

test('the elements of a frozen array are found in its store', () => {
  const drawn = heap`
    root^global = global
    global.frozen = Array
    Array{elements} = array:'(object elements)' 32
    array:'(object elements)'{1} = Session
  `
  expect(lines(drawn, 'Session')).toEqual(['globalThis.frozen[1]'])
})

test('a path that no module reaches starts at its GC root', () => {
  const drawn = heap`
    root[1] = (GC roots)
    (GC roots)[13] = (Global handles)
    (Global handles){2} = Timeout
    Timeout._onTimeout = poll()
    poll(){context} = 'system / Context'
    'system / Context'->session = Session
  `
  const [path] = why(heapOf(drawn), drawn.node('Session'))
  expect(path?.steps.map(({ edge, name, type }) => [edge, name || type])).toEqual([
    ['', '(GC roots)'],
    ['[13]', '(Global handles)'],
    ['{2}', '→ poll'].map((text, at) => (at === 1 ? 'repeat → poll' : text)),
    ['._onTimeout', 'poll'],
    ['->session', 'Session'],
  ])
  expect(path?.title).toBe(
    `Session @${drawn.graph.nodeId[drawn.node('Session')]}: Timeout(repeat → poll)._onTimeout->session`,
  )
})

test('steps have the locations of functions and classes', () => {
  const drawn = heap`
    root^global = global
    global.poll = poll() 8 at 3:7:4
    poll(){shared} = code:poll
    code:poll{script} = code:'/app/p.js'
    poll().last = Session
  `
  const [path] = why(heapOf(drawn), drawn.node('Session'))
  expect(path?.steps[1]).toMatchObject({ edge: '.poll', location: { file: '/app/p.js', line: 8, column: 5 } })
  expect(path?.steps[2]).toMatchObject({ edge: '.last', location: null })
})

test('path of a type shows one path per object; path of one object its different paths', () => {
  const drawn = heap`
    root^global = global
    global.a = Session#a @11
    global.b = Session#b @13
    global.c = Object
    Object.b = Session#b
  `
  const asked = (words: Parameters<typeof ask>[2]): string[] =>
    ask(pathAnalysis, heapOf(drawn), words).sections.map(section => accessPath((section as Path).steps))
  expect(asked({ type: 'Session' })).toEqual(['globalThis.a', 'globalThis.b'])
  expect(asked({ id: ['@13'] })).toEqual(['globalThis.b', 'globalThis.c.b'])
  expect(asked({ id: ['@13'], limit: '1' })).toEqual(['globalThis.b'])
})

test('a run down a linked list is shown by its ends and its length', () => {
  const items = Array.from({ length: 5000 }, (_, at) => `Item#${at}.next = Item#${at + 1}`)
  const drawn = draw(['root^global = global', 'global.list = Item#0', ...items, 'Item#5000.value = Value'].join('\n'))
  expect(lines(drawn, 'Value')).toEqual(['globalThis.list.next … 4,998 more … .next.value'])
  expect(lines(drawn, 'Item#2')).toEqual(['globalThis.list.next.next'])
})

test('a long path without such runs has its middle left out', () => {
  const items = Array.from({ length: 300 }, (_, at) => `Item#${at}.next${at} = Item#${at + 1}`)
  const drawn = draw(['root^global = global', 'global.list = Item#0', ...items].join('\n'))
  const [path] = why(heapOf(drawn), drawn.node('Item#300'))
  expect(path?.steps).toHaveLength(100)
  expect(path?.steps[50]?.edge).toBe(' … 202 more … .next250')
})

test('an unretained object is reported as free', () => {
  const drawn = heap`
    root.a = A
    A~weakly = Session @9
  `
  expect(ask(pathAnalysis, heapOf(drawn), { type: 'Session' })).toMatchObject({
    sections: [],
    notes: ['Nothing keeps @9: the next collection frees it.'],
  })
})

test('a path through the program precedes a shorter one through Node.js', () => {
  const drawn = heap`
    root^global = global
    global.queueMicrotask = queueMicrotask()
    queueMicrotask(){shared} = code:'queueMicrotask'
    code:'queueMicrotask'{script} = code:'node:internal/process/task_queues'
    queueMicrotask()->audit = Array
    Array[0] = AuditRecord
    root.modules = (Module map)
    (Module map){1} = hidden:'system / SourceTextModule'
    hidden:'system / SourceTextModule'{4} = Generator
    Generator{function} = closure:''
    closure:''{shared} = code:body
    code:body{script} = code:'file:///app/src/audit.mjs'
    Generator{context} = 'system / Context'
    'system / Context'->log = Log
    Log.entries = Array
  `
  const ways = (words: Parameters<typeof ask>[2]): string[] =>
    ask(pathAnalysis, heapOf(drawn), words).sections.map(section => accessPath((section as Path).steps))
  expect(ways({ type: 'AuditRecord' })).toEqual(['module->log.entries[0] (src/audit.mjs)'])
  expect(ways({ type: 'AuditRecord', shortest: true })).toEqual(['globalThis.queueMicrotask->audit[0]'])
})

test("what a waiting timer retains starts at the timer, not at Node.js' ring of timers", () => {
  const timers = (ring: string): string[] =>
    lines(
      heap`
        root^global = global
        global.setTimeout = setTimeout()
        setTimeout(){shared} = code:'setTimeout'
        code:'setTimeout'{script} = code:'node:timers'
        setTimeout()->lists = Object
        Object[30000] = TimersList
        TimersList._idleNext = Timeout#1
        Timeout#1._idleNext = ${ring}
        Timeout#1.twin = Timeout#2
        Timeout#2._onTimeout = poll()
        Timeout#2._idlePrev = TimersList
        poll(){shared} = code:poll
        code:poll{script} = code:'/app/poll.js'
        poll()->session = Session
      `,
      'Session',
    )
  expect(timers('Timeout#2\nTimeout#2._idleNext = TimersList')).toEqual([
    'Timeout(30000 ms repeat → poll)._onTimeout->session',
  ])
  // A timer in no ring is not waiting, and is retained by its owner.
  expect(timers('TimersList')).toEqual(['globalThis.setTimeout->lists[30000]._idleNext.twin._onTimeout->session'])
})

test('the path of an async function that only Node.js keeps waiting is as from a stack frame', () => {
  const drawn = heap`
    root.handles = (Global handles)
    (Global handles){1} = native:Pipe
    native:Pipe{owner} = Socket
    Socket.pending = Promise
    Promise{reaction} = closure:resume
    closure:resume{context} = 'system / Context'
    'system / Context'{extension} = Generator
    Generator{function} = listen()
    listen(){shared} = code:listen
    code:listen{script} = code:'/app/listen.js'
    Generator{parameters_and_registers} = array:registers
    array:registers{3} = Session
  `
  expect(lines(drawn, 'Session')).toEqual(['Generator(paused in listen){local}'])
})

const chained = heap`
  root^global = global
  global.app = App
  App.sessions = Map
  Map{table} = array:table 152
  array:table{6} = Session
  App.shortcut = Alias
  Alias.session = Session
  Alias~weak = Loose
`

test('a chain of references is a shortest one to a wanted object', () => {
  const { graph, node } = chained
  expect(findRefChain(graph, node('App'), other => other === node('Session'))).toEqual([
    node('App'),
    node('Map'),
    node('Session'),
  ])
  expect(findRefChain(graph, node('App'), other => other === node('Session'), { maxDepth: 1 })).toEqual([node('App')])
  const ignore = (other: number) => other === node('Map')
  expect(findRefChain(graph, node('App'), other => other === node('Session'), { ignore })[1]).toBe(node('Alias'))
})

test('a chain back ends at the global object by default', () => {
  const { graph, node } = chained
  expect(findBackrefChain(graph, node('Session'))).toEqual([node('global'), node('App'), node('Map'), node('Session')])
  expect(findBackrefChain(graph, node('Loose'))).toEqual(['global', 'App', 'Alias', 'Loose'].map(word => node(word)))
})

test('objects that only C++ retains are reported', () => {
  const { graph, node } = heap`
    root.roots = (GC roots)
    (GC roots){1} = (Global handles)
    (Global handles){1} = Forgotten
    (Global handles){2} = Kept
    root^global = global
    global.kept = Kept
    Forgotten.child = Child
  `
  expect(heldByNativeOnly(graph)).toEqual([node('Forgotten'), node('global')])
})
