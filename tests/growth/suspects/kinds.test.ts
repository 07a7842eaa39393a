import { expect, test } from 'vitest'
import { named } from '../../../src/growth/suspects/kinds/index.js'
import { namedInSource } from '../../../src/growth/suspects/named-in-source.js'
import { pathSteps, retainingPaths } from '../../../src/paths/retaining-paths.js'
import { draw } from '../../draw.js'
import { drawn } from '../series.js'

/** What is said of a retainer that leads to a leaked object, in a drawn heap. */
function said(drawing: string, retainer: string, leaked: string) {
  const heap = drawn(drawing, 'one')
  const { node } = draw(drawing)
  const path = retainingPaths(heap.graph, node(leaked), 1)[0]!
  const nodes = path.map(hop => hop.node)
  const steps = pathSteps(heap, path, Number.POSITIVE_INFINITY)
  return named({ heap, steps, nodes, retainer: nodes.indexOf(node(retainer)), chained: false, anchors: false })
}

/** A path as it is shown, by the names of the source. */
function pathOf(drawing: string, leaked: string) {
  const heap = drawn(drawing, 'one')
  const path = retainingPaths(heap.graph, draw(drawing).node(leaked), 1)[0]!
  return namedInSource(heap, path, pathSteps(heap, path, Number.POSITIVE_INFINITY))
}

const main = `
  root.main = Module#main
  Module#main.filename = "/app/src/main.js"
  Module#main.exports = Object#exports
`

test('a timer in an array of the program that has fired is not a timer that waits', () => {
  const { kind, detail, hint } = said(
    `${main}
    Object#exports.timeouts = Array
    Array[0] = Timeout 64
    Timeout._onTimeout = hidden:null
    Timeout."<symbol refed>" = hidden:null
    Timeout.request = Request`,
    'Array',
    'Request',
  )
  expect({ kind, detail }).toEqual({ kind: 'array', detail: 'each kept by a timer that has fired or was cleared' })
  expect(hint).toContain('clearTimeout does nothing')
})

test('a class of the program that is called Timeout is no timer of Node.js', () => {
  const { kind, detail } = said(
    `${main}\n Object#exports.timeouts = Array\n Array[0] = Timeout 64\n Timeout.request = Request`,
    'Array',
    'Request',
  )
  expect({ kind, detail }).toEqual({ kind: 'array', detail: undefined })
})

test('functions in an array are unsubscribed, not trimmed', () => {
  expect(
    said(`${main}\n Object#exports.subscribers = Array\n Array[0] = onChange() 64`, 'Array', 'onChange()').hint,
  ).toMatch(/^Remove each function when whoever gave it is done: unsubscribe/)
})

test('a function with own keys is a dictionary', () => {
  const { kind, subject } = said(
    `${main}\n Object#exports.lookup = lookup() 64\n lookup()."user 1" = User 32`,
    'lookup()',
    'User',
  )
  expect({ kind, subject }).toEqual({ kind: 'object', subject: 'Function module.exports.lookup in src/main.js' })
})

test('what the callback of an interval has in a variable is the leak of that variable', () => {
  const { kind, subject, detail } = said(
    `root.timers = Timeout 64
    Timeout._onTimeout = poll() 64
    poll(){context} = 'system / Context' 64
    'system / Context'->seen = Seen`,
    'Timeout',
    'Seen',
  )
  expect({ kind, subject, detail }).toEqual({
    kind: 'closure',
    subject: 'Variable seen',
    detail: 'kept by the callback of a timer, poll',
  })
})

test("Node.js' list of AsyncLocalStorage is no array to trim", () => {
  const { subject, hint } = said(
    `root.hooks = 'system / Context'
    'system / Context'->storageList = Array
    Array[0] = AsyncLocalStorage`,
    'Array',
    'AsyncLocalStorage',
  )
  expect(subject).toMatch(/^Node\.js' list of AsyncLocalStorage in use/)
  expect(hint).toMatch(/^Make an AsyncLocalStorage once/)
})

test('a variable `this` is known by its class', () => {
  const { name } = said(
    `root.request = handle()
    handle(){context} = 'system / Context'
    'system / Context'->this = Server
    Server.sockets = Map
    Map{table} = array:table
    array:table{0} = Socket`,
    'Map',
    'Socket',
  )
  expect(name).toBe('Server#sockets')
})

const book = (column: number) => `${main}
  Object#exports.book = QuoteBook 32 at 4:0:${column}
  QuoteBook.opened = Map
  Map{table} = array:table
  array:table{0} = Quote 32 at 4:0:${column + 100}
  open() 64 at 4:0:${column + 20}
  open(){shared} = code:shared
  code:shared{script} = code:'/app/src/quotes.js'`

test('a field is said with its class, and the file of that', () => {
  expect(said(book(10), 'Map', 'Quote').subject).toBe('Map module.exports.book.opened of QuoteBook in src/quotes.js')
})

test('in a minified file without a map the column says where, of the leaked class too', () => {
  const { subject, hint } = said(book(700), 'Map', 'Quote')
  expect(subject).toBe('Map module.exports.book.opened of QuoteBook in src/quotes.js:1:701')
  expect(hint).toContain(' Quote is the class at src/quotes.js:1:801. Deploy the source map beside src/quotes.js')
})

test('a class is known by the name that the program gave it, where its own is a letter', () => {
  const kept = `${main}
    Object#exports.last = Array
    Array[0] = q
    q{map} = hidden:shape
    hidden:shape{constructor} = q()#1
    q()#1{shared} = code:shared
    q()#1.name = "Quote"`
  expect(pathOf(kept, 'q').at(-1)!.type).toBe('Quote')
  // A function that makes classes of several names.
  expect(
    pathOf(
      `${kept}
 q()#2{shared} = code:shared
 q()#2.name = "Offer"`,
      'q',
    ).at(-1)!.type,
  ).toBe('q')
})

test('the backlog of a stream is no array', () => {
  const { kind, subject, hint } = said(
    `${main}
    Object#exports.out = Socket
    Socket._writableState = WritableState
    WritableState.buffered = Array
    Array[0] = Chunk`,
    'Array',
    'Chunk',
  )
  expect({ kind, subject }).toEqual({
    kind: 'buffer',
    subject: 'Write backlog of module.exports.out (Socket) in src/main.js',
  })
  expect(hint).toContain("'drain'")
})

test("Node.js' table of ES modules is named by the file that is imported again and again", () => {
  const { subject, isCause } = said(
    `root.loader = Loader
    Loader.loadCache = LoadCache
    LoadCache{table} = array:table 152
    array:table{5} = "file:///app/config.mjs?v=7"
    array:table{6} = Job`,
    'LoadCache',
    'Job',
  )
  expect({ subject, isCause }).toEqual({ subject: 'import() of app/config.mjs under ever new URLs', isCause: true })
})

test.each([
  ['(Global handles)', 'MessagePort', 'Message ports that are open'],
  ['(Global handles)', 'Widget', 'Native code, by handles of its own'],
  ['(Stack roots)', 'Widget', 'A function that is running'],
  ['(Micro tasks)', 'Widget', 'The queue of microtasks'],
])('a group of GC roots is said by what it means: %s', (group, type, subject) => {
  expect(said(`root.group = ${group}\n ${group}{1} = ${type}`, group, type).subject).toMatch(new RegExp(`^${subject}`))
})

test('what a package keeps is said to be its own', () => {
  const { hint } = said(
    `root.lib = Module
    Module.filename = "/app/node_modules/@scope/lib/index.js"
    Module.exports = Object
    Object.cache = Array
    Array[0] = Entry`,
    'Array',
    'Entry',
  )
  expect(hint).toMatch(/^It belongs to the package @scope\/lib: .* If the package is yours: remove what was handled/)
})

test('a function of Node.js that is wrapped again and again is named by the wrapper', () => {
  const { kind, subject } = said(
    `root.fs = Object#fs 64
    Object#fs.closeSync = closeSync()#1 64 at 4:6:30
    closeSync()#1{shared} = code:shared
    code:shared{script} = code:'/app/src/patch.js'
    closeSync()#1{context} = 'system / Context'#1
    'system / Context'#1->before = closeSync()#2 64 at 4:6:30
    closeSync()#2{shared} = code:shared
    closeSync()#2{context} = 'system / Context'#2
    'system / Context'#2->settings = Settings 64`,
    'Object#fs',
    'Settings',
  )
  expect(kind).toBe('closure')
  expect(subject).toMatch(/closeSync, wrapped again and again by closeSync \(src\/patch\.js:7\),$/)
})
