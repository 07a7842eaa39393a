import { expect, test } from 'vitest'
import { named } from '../../../src/growth/suspects/kinds/index.js'
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
  expect(hint).toContain('It belongs to the package @scope/lib: ')
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

/** A function of a script, by its number in the drawing. */
const inScript = (closure: string, script: string, file: string): string => `
    ${closure}{shared} = code:${script}
    code:${script}{script} = code:'${file}'`

test('a variable is said to be in the file of the variable, though the class of its object is of a package', () => {
  const { subject } = said(
    `root.timer = Timeout 64
    Timeout._onTimeout = poll() 64 at 4:6:2
    ${inScript('poll()', 'main', '/app/src/main.js')}
    poll(){context} = 'system / Context' 64
    'system / Context'->rates = Subject 32 at 5:1:1
    closure:Subject 64 at 5:1:1
    ${inScript('closure:Subject', 'lib', '/app/node_modules/lib/subject.js')}
    Subject.observers = Array
    Array[0] = Subscriber`,
    'Array',
    'Subscriber',
  )
  expect(subject).toBe('Array rates.observers in src/main.js')
})

test('what a WeakMap has for an object is said by that object, and no sentence has the id of a key', () => {
  const drawing = `${main}
    Object#exports.quoteOf = memoized() 64 @77
    Object#exports.store = WeakMap
    WeakMap{table} = array:weak
    array:weak<memoized()> = Map 32
    Map{table} = array:table
    array:table{5} = Session @99
    array:table{6} = Entry`
  expect(said(drawing, 'Map', 'Entry').subject).toBe('Map WeakMap[module.exports.quoteOf] in src/main.js')
  expect(said(drawing, 'Entry', 'Entry').subject).not.toMatch(/@\d/)
})

test("a class that is a module's default export goes by its name", () => {
  const { subject } = said(
    `root.scope = 'system / Context' 64
    'system / Context'->default = Registry() 64
    Registry().all = Map
    Map{table} = array:table
    array:table{5} = "key"
    array:table{6} = Entry`,
    'Map',
    'Entry',
  )
  expect(subject).toBe('Map Registry.all')
})

test("a listener that a package's function is says which package", () => {
  const { detail, hint } = said(
    `${main}
    Object#exports.bus = Bus
    Bus._events = Object#events
    Object#events.data = Array
    Array[0] = onData() 64 at 4:6:2
    ${inScript('onData()', 'lib', '/app/node_modules/lib/index.js')}`,
    'Array',
    'onData()',
  )
  expect(detail).toBe('each onData (lib/index.js:7) of lib')
  expect(hint).toContain('The function belongs to the package lib: look in its documentation')
})

test('an open handle is said by who listens to it', () => {
  const { subject, isMany, detail } = said(
    `root.group = (Global handles)
    (Global handles){1} = MessagePort
    MessagePort._events = Object#events
    Object#events.message = onMessage() 64 at 4:6:2
    ${inScript('onMessage()', 'main', '/app/src/main.js')}`,
    '(Global handles)',
    'MessagePort',
  )
  expect({ subject, isMany, detail }).toEqual({
    subject: "Message ports that are open (kept by Node.js' handles)",
    isMany: true,
    detail: "each with a 'message' listener, onMessage (src/main.js:7)",
  })
})

test('what a FinalizationRegistry is given must not lead back to the object', () => {
  const { hint } = said(
    `${main}\n Object#exports.gone = FinalizationRegistry\n FinalizationRegistry{4} = free() 64`,
    'FinalizationRegistry',
    'free()',
  )
  expect(hint).toContain('it must not lead back to the object')
})

test('contexts of node:vm are said to be that', () => {
  const { leaked, hint } = said(
    `${main}
    Object#exports.sandboxes = Array
    Array[0] = Object#sandbox
    Object#sandbox."<symbol node:contextify:context>" = Object#context`,
    'Array',
    'Object#sandbox',
  )
  expect(leaked).toBe('vm context')
  expect(hint).toMatch(/^Let go of each context/)
})

test('marks of performance.mark() are cleared, not trimmed', () => {
  const { subject, hint, most } = said(
    `root.scope = 'system / Context' 64
    closure:'' 64 at 9:1:1
    closure:''{context} = 'system / Context'
    ${inScript("closure:''", 'observe', 'node:internal/perf/observe')}
    'system / Context'->markEntryBuffer = Array
    Array[0] = PerformanceMark`,
    'Array',
    'PerformanceMark',
  )
  expect({ subject, most }).toEqual({ subject: "Node.js' list of marks of performance.mark()", most: undefined })
  expect(hint).toContain('performance.clearMarks()')
})

test("an author is not told to deploy the source map of a package's minified file", () => {
  const minified = (file: string): string => `${main}
    Object#exports.list = Array
    Array[0] = entry() 64 at 4:0:4711
    ${inScript('entry()', 'min', file)}`
  expect(said(minified('/app/dist/app.min.js'), 'Array', 'entry()').hint).toContain('Deploy the source map')
  expect(said(minified('/app/node_modules/lib/lib.min.js'), 'Array', 'entry()').hint).not.toContain('source map')
})
