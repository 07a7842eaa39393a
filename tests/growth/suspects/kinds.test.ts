import { expect, test } from 'vitest'
import { named } from '../../../src/growth/suspects/kinds/index.js'
import { namedInSource } from '../../../src/paths/named-in-source.js'
import { pathSteps, retainingPaths } from '../../../src/paths/retaining-paths.js'
import { draw } from '../../draw.js'
import { drawn, lines } from '../series.js'

/** The sentence for a retainer that leads to a leaked object, in a drawn heap. */
function said(drawing: string, retainer: string, leaked: string, anchors = false) {
  const heap = drawn(drawing, 'one')
  const { node } = draw(drawing)
  const path = retainingPaths(heap.graph, node(leaked), 1)[0]!
  const nodes = path.map(hop => hop.node)
  const steps = pathSteps(heap, path, Number.POSITIVE_INFINITY)
  return named({ heap, steps, nodes, retainer: nodes.indexOf(node(retainer)), chained: false, anchors })
}

/** A path as shown, with the names of the source. */
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

test("a timer in a program's array that has fired is not a waiting timer", () => {
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
  expect(hint).toContain('clearTimeout has no effect')
})

test("a program's class called Timeout is not a timer of Node.js", () => {
  const { kind, detail } = said(
    `${main}\n Object#exports.timeouts = Array\n Array[0] = Timeout 64\n Timeout.request = Request`,
    'Array',
    'Request',
  )
  expect({ kind, detail }).toEqual({ kind: 'array', detail: undefined })
})

test('advice for functions in an array is to unsubscribe them, not to trim it', () => {
  expect(
    said(`${main}\n Object#exports.subscribers = Array\n Array[0] = onChange() 64`, 'Array', 'onChange()').hint,
  ).toMatch(/^Remove each function when its subscriber is done: unsubscribe/)
})

test.each([
  ['4096', 'each cut from a text of 4.0 KB, which it keeps'],
  ['64', undefined],
])('strings cut from a text of %s bytes', (bytes, expected) => {
  const { detail, hint } = said(
    `${main}
    Object#exports.seen = Set
    Set{table} = array:table
    array:table{1} = sliced-string:'(sliced string)' 32
    sliced-string:'(sliced string)'{parent} = string:text ${bytes}`,
    'Set',
    "sliced-string:'(sliced string)'",
  )
  expect(detail).toBe(expected)
  expect(hint.includes('cut from another')).toBe(expected !== undefined)
})

test('a function with own keys is a dictionary', () => {
  const { kind, subject } = said(
    `${main}\n Object#exports.lookup = lookup() 64\n lookup()."user 1" = User 32`,
    'lookup()',
    'User',
  )
  expect({ kind, subject }).toEqual({ kind: 'object', subject: 'Function module.exports.lookup in src/main.js' })
})

test('so is one whose keys are examined', () => {
  const drawing = `${main}\n Object#exports.lookup = lookup() 64\n lookup()."user 1" = User 32`
  const heap = drawn(drawing, 'one')
  const path = retainingPaths(heap.graph, draw(drawing).node('User'), 1)[0]!
  const steps = pathSteps(heap, path, Number.POSITIVE_INFINITY).map(step =>
    step.type === 'User' ? { ...step, edge: '{properties}', type: '(string)', name: '"user 1"' } : step,
  )
  const nodes = path.map(hop => hop.node)
  const { kind } = named({ heap, steps, nodes, retainer: nodes.length - 2, chained: false, anchors: false })
  expect(kind).toBe('object')
})

test('so is one with many keys, if the growth was reached by another path', () => {
  const drawing = `${main}\n Object#exports.lookup = lookup() 64
    ${lines(50, n => `lookup()."user ${n}" = User#${n} 32`)}`
  const heap = drawn(drawing, 'one')
  const path = retainingPaths(heap.graph, draw(drawing).node('User#7'), 1)[0]!
  const steps = pathSteps(heap, path, Number.POSITIVE_INFINITY).map((step, at, all) =>
    at === all.length - 1 ? { ...step, edge: '…' } : step,
  )
  const hops = path.map(hop => hop.node)
  const { kind } = named({ heap, steps, nodes: hops, retainer: hops.length - 2, chained: false, anchors: false })
  expect(kind).toBe('object')
})

test("growth in a variable of an interval's callback is a leak of that variable", () => {
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

test("Node.js' list of AsyncLocalStorage is not an array to trim", () => {
  const { subject, hint } = said(
    `root.hooks = 'system / Context'
    'system / Context'->storageList = Array
    Array[0] = AsyncLocalStorage`,
    'Array',
    'AsyncLocalStorage',
  )
  expect(subject).toMatch(/^Node\.js' list of AsyncLocalStorage in use/)
  expect(hint).toMatch(/^Create an AsyncLocalStorage once/)
})

test.each(['this', 'self', '_this'])('a variable `%s` is named by its class', variable => {
  const { name } = said(
    `root.request = handle()
    handle(){context} = 'system / Context'
    'system / Context'->${variable} = Server
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

test('a field is named with its class, and the file of that', () => {
  expect(said(book(10), 'Map', 'Quote').subject).toBe('Map module.exports.book.opened of QuoteBook in src/quotes.js')
})

test('in a minified file without a source map, locations have columns, also of the leaked class', () => {
  const { subject, hint } = said(book(700), 'Map', 'Quote')
  expect(subject).toBe('Map module.exports.book.opened of QuoteBook in src/quotes.js:1:701')
  expect(hint).toContain(' Quote is the class at src/quotes.js:1:801. Deploy the source map beside src/quotes.js')
})

test('a Proxy is named as its target', () => {
  const { name } = said(
    `${main}
    Object#exports.state = hidden:Proxy
    hidden:Proxy{1} = Object#state
    Object#state.history = Array
    Array[0] = Page`,
    'Array',
    'Page',
  )
  expect(name).toBe('module.exports.state.history')
})

test('a Proxy around the previous Proxy is a repeated wrapper', () => {
  const { kind, subject, hint } = said(
    `${main}
    Object#exports.db = hidden:Proxy
    hidden:Proxy{1} = hidden:Proxy#2
    hidden:Proxy#2{1} = Db
    hidden:Proxy#2{2} = Handler 64`,
    'Object#exports',
    'Handler',
  )
  expect({ kind, subject }).toEqual({
    kind: 'closure',
    subject: 'module.exports.db in src/main.js, wrapped again and again in a Proxy,',
  })
  expect(hint).toMatch(/^Keep the object itself/)
})

test('advice for classes in an array is to create them once', () => {
  expect(said(`${main}\n Object#exports.models = Array\n Array[0] = Invoice() 64`, 'Array', 'Invoice()').hint).toBe(
    'Create each class once, outside functions that are called repeatedly.',
  )
})

test('a default export is named by its class', () => {
  const { name } = said(
    `${main}
    Object#exports.default = I18n
    I18n.observers = Array
    Array[0] = Page`,
    'Array',
    'Page',
  )
  expect(name).toBe('module.exports.I18n.observers')
})

test('a class with a one-letter name has the name that the program gave it', () => {
  const kept = `${main}
    Object#exports.last = Array
    Array[0] = q
    q{map} = hidden:shape
    hidden:shape{constructor} = q()#1
    q()#1{shared} = code:shared
    q()#1.name = "Quote"`
  expect(pathOf(kept, 'q').at(-1)!.type).toBe('Quote')
  // A function that creates classes of several names.
  expect(
    pathOf(
      `${kept}
 q()#2{shared} = code:shared
 q()#2.name = "Offer"`,
      'q',
    ).at(-1)!.type,
  ).toBe('q')
})

test('the backlog of a stream is not an array', () => {
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

test('a variable of Node.js for the standard output is not a name in the program', () => {
  const { subject } = said(
    `root.scope = 'system / Context'#own
    'system / Context'#own->getStdout = getStdout() 64 at 4:1:1
    getStdout(){context} = 'system / Context'#own
    getStdout(){shared} = code:shared
    code:shared{script} = code:'node:internal/bootstrap/switches/is_main_thread'
    'system / Context'#own->stdout = Socket
    Socket._writableState = WritableState
    WritableState.buffered = Array
    Array[0] = Chunk`,
    'Array',
    'Chunk',
  )
  expect(subject).toBe('Write backlog of process.stdout (Socket)')
})

test('streams with another piped into them are not its backlog', () => {
  const { kind, subject, hint } = said(
    `${main}
    Object#exports.feed = Readable
    Readable._readableState = ReadableState
    ReadableState.pipes = Array
    Array[0] = Filter`,
    'Array',
    'Filter',
  )
  expect({ kind, subject }).toEqual({
    kind: 'array',
    subject: 'Streams that module.exports.feed (Readable) in src/main.js is piped into',
  })
  expect(hint).toMatch(/^unpipe\(\) each/)
})

test('what accumulates in a stream that is piped is not a list of streams', () => {
  const { subject } = said(
    `${main}
    Object#exports.child = Socket
    Socket._readableState = ReadableState
    ReadableState.pipes = Array#pipes
    Array#pipes[0] = PassThrough
    PassThrough.getBufferedLength = getBufferedLength() 64 at 4:6:30
    ${inScript('getBufferedLength()', 'lib', '/app/node_modules/get-stream/index.js')}
    getBufferedLength(){context} = 'system / Context'#own
    'system / Context'#own->chunks = Array#chunks
    Array#chunks[0] = Chunk`,
    'Array#chunks',
    'Chunk',
  )
  expect(subject).toBe('Array chunks in get-stream/index.js')
})

test('data for one system call is the backlog of its stream', () => {
  const { kind, subject } = said(
    `${main}
    Object#exports.out = Socket
    Socket._handle = Pipe
    Pipe."<symbol owner_symbol>" = Socket
    root.handles = (Global handles)
    (Global handles){1} = WriteWrap
    WriteWrap.handle = Pipe
    WriteWrap._chunks = Array
    Array[0] = Chunk`,
    'Array',
    'Chunk',
  )
  expect({ kind, subject }).toEqual({
    kind: 'buffer',
    subject: 'Write backlog of module.exports.out (Socket) in src/main.js',
  })
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
  ['file:///app/config.mjs?v=7::', 'import() of app/config.mjs under ever new URLs'],
  ['./config.mjs?v=7::', 'import() of app/config.mjs under ever new URLs'],
  ['data:text/javascript,export const limit = 7::', 'import() of a data: URL under ever new URLs'],
])("Node.js' table of what %s stands for says who imports it", (key, expected) => {
  const { subject, detail } = said(
    `root.loader = Loader
    Loader."#resolveCache" = ResolveCache
    ResolveCache{table} = array:table 152
    array:table{5} = "file:///app/main.mjs"
    array:table{6} = Object
    Object."${key}" = Object#resolved`,
    'Object',
    'Object#resolved',
  )
  expect({ subject, detail }).toEqual({
    subject: expected,
    detail: 'Node.js never unloads an ES module; imported by app/main.mjs',
  })
})
test.each([
  ['(Global handles)', 'MessagePort', 'Message ports that are open'],
  ['(Global handles)', 'HTTPParser', 'HTTP parsers that were not freed'],
  ['(Global handles)', 'Widget', 'Native code, by handles of its own'],
  ['(Stack roots)', 'Widget', 'A function that is running'],
  ['(Micro tasks)', 'Widget', 'The queue of microtasks'],
])('a group of GC roots is said by what it means: %s', (group, type, subject) => {
  expect(said(`root.group = ${group}\n ${group}{1} = ${type}`, group, type).subject).toMatch(new RegExp(`^${subject}`))
})

test('what a package keeps is attributed to the package', () => {
  const { hint } = said(
    `root.lib = Module
    Module.filename = "/app/node_modules/@scope/lib/index.js"
    Module.exports = Object
    Object.cache = Array
    Array[0] = Entry`,
    'Array',
    'Entry',
  )
  expect(hint).toMatch(/^It belongs to the package @scope\/lib: .* If the package is yours: remove handled items/)
})

test('a function of the program that a package keeps is for the program to remove', () => {
  const kept = (file: string) =>
    said(
      `root.lib = Module
      Module.filename = "/app/node_modules/lib/index.js"
      Module.exports = Object
      Object.listeners = Set
      Set{table} = array:table
      array:table{0} = onChange() 64 at 4:6:30
      onChange(){shared} = code:shared
      code:shared{script} = code:'${file}'`,
      'Set',
      'onChange()',
    ).hint
  expect(kept('/app/src/page.js')).toMatch(/^Remove each function .* It belongs to the package lib: /)
  expect(kept('/app/node_modules/lib/stub.js')).toMatch(/^It belongs to the package lib: /)
})

const timerOf = (file: string) =>
  said(
    `root.lists = Lists
    Lists[1000] = TimersList
    TimersList._idleNext = Timeout
    Timeout._idleNext = TimersList
    Timeout."<symbol refed>" = hidden:true
    Timeout._onTimeout = closure:'bound flush' 64
    closure:'bound flush'{bound_function} = flush() 64 at 4:27:10
    flush(){shared} = code:shared
    code:shared{script} = code:'${file}'
    Timeout.work = Work`,
    'Timeout',
    'Work',
    true,
  )

test('a timer calls the target of its bound callback', () => {
  expect(timerOf('/app/src/scheduler.js').subject).toMatch(/→ flush \(src\/scheduler\.js:28\)$/)
})

test('what a package keeps for the program is named by the function passed with it', () => {
  const kept = (file: string) =>
    said(
      `root.lib = Module
      Module.filename = "/app/node_modules/lib/index.js"
      Module.exports = Object#exports
      Object#exports.nodes = Array
      Array[0] = Object#node
      Object#node.func = add() 64 at 4:6:30
      add(){shared} = code:shared
      code:shared{script} = code:'${file}'`,
      'Array',
      'Object#node',
    ).detail
  expect(kept('/app/src/audit.js')).toMatch(/^each with add\(?\)? \(.*audit\.js:7\)$/)
  expect(kept('/app/node_modules/lib/stub.js')).toBeUndefined()
})

test('a timer of a package is for its user to set once', () => {
  expect(timerOf('/app/src/scheduler.js').hint).toMatch(/^clear/)
  expect(timerOf('/app/node_modules/lib/scheduler.js').hint).toMatch(
    /^Create the object that sets the timer once, .* The function belongs to the package lib: look in its documentation/,
  )
})

test.each(['all', 'the first'])(
  'a function of Node.js that is wrapped again and again is named by the wrapper, of %s',
  path => {
    const kept = path === 'all' ? 2 : 1
    const { kind, subject } = said(
      `root.fs = Object#fs 64
    Object#fs.closeSync = closeSync()#1 64 at 4:6:30
    closeSync()#1{shared} = code:shared
    code:shared{script} = code:'/app/src/patch.js'
    closeSync()#1{context} = 'system / Context'#1
    'system / Context'#1->before = closeSync()#2 64 at 4:6:30
    closeSync()#2{shared} = code:shared
    closeSync()#2{context} = 'system / Context'#2
    'system / Context'#${kept}->settings = Settings 64`,
      'Object#fs',
      'Settings',
    )
    expect(kind).toBe('closure')
    expect(subject).toMatch(/closeSync, wrapped again and again by closeSync \(src\/patch\.js:7\),$/)
  },
)

test.each([
  ['Node.js', true],
  ['the program', false],
])('what has a variable of the program may be of %s', (_, isNodejs) => {
  const { subject } = said(
    `root.run = run() 64 at 4:0:0
    run(){shared} = code:shared
    code:shared{script} = code:'/app/src/main.js'
    run(){context} = 'system / Context'#main
    'system / Context'#main->files = Object#fs 64
    Object#fs.openSync = openSync() 64${isNodejs ? '' : ' at 4:1:1'}
    openSync(){shared} = code:shared
    Object#fs.readSync = readSync() 64${isNodejs ? '' : ' at 4:2:1'}
    readSync(){shared} = code:shared
    Object#fs.closeSync = closeSync()#1 64 at 4:6:30
    closeSync()#1{shared} = code:shared
    closeSync()#1{context} = 'system / Context'#1
    'system / Context'#1->before = closeSync()#2 64 at 4:6:30
    closeSync()#2{shared} = code:shared
    closeSync()#2{context} = 'system / Context'#2
    'system / Context'#2->settings = Settings 64`,
    'Object#fs',
    'Settings',
  )
  expect(/^files\.closeSync, wrapped again and again by closeSync/.test(subject)).toBe(isNodejs)
})

/** A function of a script, by its number in the drawing. */
const inScript = (closure: string, script: string, file: string): string => `
    ${closure}{shared} = code:${script}
    code:${script}{script} = code:'${file}'`

test('a variable is located in its own file, although the class of its object is of a package', () => {
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
  expect(subject).toBe('Array rates.observers of Subject in src/main.js')
})

test('what a WeakMap has for an object is named by that object, without the id of a key', () => {
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

test("a class that is a module's default export has its own name", () => {
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

test('a listener that is a function of a package names the package', () => {
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

test('an open handle is named by its listener', () => {
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
    detail: "each with a listener of 'message', onMessage (src/main.js:7)",
  })
})

test('what a FinalizationRegistry is given must not refer back to the object', () => {
  const { hint } = said(
    `${main}\n Object#exports.gone = FinalizationRegistry\n FinalizationRegistry{4} = free() 64`,
    'FinalizationRegistry',
    'free()',
  )
  expect(hint).toContain('it must not refer to the object')
})

test('contexts of node:vm are named as such', () => {
  const { leaked, hint } = said(
    `${main}
    Object#exports.sandboxes = Array
    Array[0] = Object#sandbox
    Object#sandbox."<symbol node:contextify:context>" = Object#context`,
    'Array',
    'Object#sandbox',
  )
  expect(leaked).toBe('vm context')
  expect(hint).toMatch(/^Drop each context/)
})

test('advice for marks of performance.mark() is to clear them, not to trim a list', () => {
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

test("nobody is advised to deploy the source map of a package's minified file", () => {
  const minified = (file: string): string => `${main}
    Object#exports.list = Array
    Array[0] = entry() 64 at 4:0:4711
    ${inScript('entry()', 'min', file)}`
  expect(said(minified('/app/dist/app.min.js'), 'Array', 'entry()').hint).toContain('Deploy the source map')
  expect(said(minified('/app/node_modules/lib/lib.min.js'), 'Array', 'entry()').hint).not.toContain('source map')
})

/** An async function of the program that awaits a promise. */
const awaited = (promise: string, by: string): string => `
    ${promise}{reactions_or_result} = hidden:'system / PromiseReaction'
    hidden:'system / PromiseReaction'{1} = closure:'' 64
    closure:''{context} = 'system / Context'#await 64
    'system / Context'#await{extension} = Generator
    Generator{function} = ${by} 64 at 4:6:2
    ${inScript(by, 'main', '/app/src/main.js')}`

test('a listener of once() of node:events is named by the function that awaits it', () => {
  const { detail, location } = said(
    `${main}
    Object#exports.bus = Bus
    Bus._events = Object#events
    Object#events.ready = Array
    Array[0] = onceWrapper() 64
    onceWrapper().listener = resolver() 64
    resolver(){context} = 'system / Context'#resolver 64
    'system / Context'#resolver->resolve = closure:resolve 64
    closure:resolve{context} = 'system / Context'#settle 64
    'system / Context'#settle{1} = Promise
    ${awaited('Promise', 'waitFor()')}`,
    'Array',
    'Promise',
  )
  expect(detail).toBe('each awaited in waitFor (src/main.js:7)')
  expect(location).toMatchObject({ line: 7 })
})

test('listeners of ever new events are not named by one of the events', () => {
  const each = Array.from({ length: 50 }, (_, i) => `Object#events."reply:${i}" = onReply()#${i} 64`)
  const { subject, detail, hint } = said(
    `${main}
    Object#exports.bus = Bus
    Bus._events = Object#events
    ${each.join('\n')}
    onReply()#7{context} = 'system / Context'#call 64
    'system / Context'#call->call = Call`,
    'Object#events',
    'Call',
  )
  expect(subject).toBe('Listeners of module.exports.bus (Bus) in src/main.js for ever new events')
  expect(detail).toContain("such as 'reply:7'")
  expect(hint).toContain('{ signal }')
})

test('a bound listener is named by its function, and is not the one to remove', () => {
  const { detail, hint } = said(
    `${main}
    Object#exports.ticker = Ticker
    Ticker._events = Object#events
    Object#events.price = Array
    Array[0] = closure:native_bind 64
    closure:native_bind{bound_function} = onPrice() 64 at 4:6:2
    ${inScript('onPrice()', 'main', '/app/src/watch.js')}
    closure:native_bind{bound_this} = Watch`,
    'Array',
    'Watch',
  )
  expect(detail).toBe('each onPrice (src/watch.js:7), bound by bind()')
  expect(hint).toContain('bind() creates a new function each time')
})

test('a listener of Node.js is named by the function of the program that it calls', () => {
  const { detail, location } = said(
    `${main}
    Object#exports.feed = PassThrough
    PassThrough._events = Object#events
    Object#events.close = Array
    Array[0] = onclose() 64
    onclose(){context} = 'system / Context'#eos 64
    'system / Context'#eos->callback = once() 64
    once(){context} = 'system / Context'#inner 64
    'system / Context'#inner{previous} = 'system / Context'#outer 64
    'system / Context'#outer->callback = onEnd() 64 at 4:6:2
    ${inScript('onEnd()', 'main', '/app/src/relay.js')}
    onEnd(){context} = 'system / Context'#own
    'system / Context'#own->relay = Relay`,
    'Array',
    'Relay',
  )
  expect(detail).toMatch(/^each onclose.* to call onEnd \(src\/relay\.js:7\)$/)
  expect(location).toMatchObject({ line: 7 })
})

test.each(['1', 'extension'])(
  'a timer of node:timers/promises, with its promise in slot {%s}, is named by the function that awaits it',
  slot => {
    const { subject, hint } = said(
      `root.lists = Object#lists
    Object#lists[30000] = TimersList 72
    TimersList._idleNext = Timeout 64
    Timeout._idleNext = TimersList
    Timeout."<symbol refed>" = hidden:true
    Timeout._onTimeout = closure:resolve 64
    closure:resolve{context} = 'system / Context'#settle 64
    'system / Context'#settle{${slot}} = Promise
    ${awaited('Promise', 'retryLater()')}`,
      'TimersList',
      'Timeout',
    )
    expect(subject).toMatch(/30000 ms → retryLater \(src\/main\.js:7\)$/)
    expect(hint).toContain('{ signal }')
  },
)

test('what waits for a promise is named by the function that settles it, if the program has nothing else of it', () => {
  const drawing = `${main}
    Object#exports.ready = ready() 64
    ready(){context} = 'system / Context'#ready 64
    'system / Context'#ready{1} = Promise#first
    Promise#first{reactions_or_result} = hidden:'system / PromiseReaction'#1
    hidden:'system / PromiseReaction'#1{4} = Promise#second
    Promise#second{reactions_or_result} = hidden:'system / PromiseReaction'#2
    hidden:'system / PromiseReaction'#2{2} = run() 64
    run(){context} = 'system / Context'#run 64
    'system / Context'#run->job = Job 64`
  const { kind, subject, detail } = said(drawing, "'system / Context'#ready", 'Job')
  expect({ kind, subject, detail }).toEqual({
    kind: 'promise',
    subject: 'The pending promise that module.exports.ready() settles in src/main.js',
    detail: 'each then waits for the one before',
  })
})

test('a promise that a timer settles is named by the function that continues', () => {
  const drawing = `root.globalThis = global
    global.lists = Object#lists
    Object#lists[10] = TimersList
    TimersList._idleNext = Timeout
    Timeout._onTimeout = resolve() 64
    resolve(){context} = 'system / Context'#settle 64
    'system / Context'#settle{1} = Promise#first
    Promise#first{reactions_or_result} = hidden:'system / PromiseReaction'#1
    hidden:'system / PromiseReaction'#1{4} = Promise#second
    Promise#second{reactions_or_result} = hidden:'system / PromiseReaction'#2
    hidden:'system / PromiseReaction'#2{2} = turn() 64 at 5:6:2
    ${inScript('turn()', 'main', '/app/src/poll.js')}
    turn(){context} = 'system / Context'#run 64
    'system / Context'#run->job = Job 64`
  const { subject, detail, hint } = said(drawing, "'system / Context'#settle", 'Job')
  expect(subject).toBe('The pending promise that a timer settles')
  expect(detail).toMatch(/^each then waits for the one before; what it settles goes on in turn \(.*poll\.js:7\)$/)
  expect(hint).toContain('loop with await instead')
})

test('a timer that an async generator of Node.js awaits is named by the loop over it', () => {
  const { subject, detail, leaked } = said(
    `root.lists = Object#lists
    Object#lists[30000] = TimersList 72
    TimersList._idleNext = Timeout 64
    Timeout._idleNext = TimersList
    Timeout."<symbol refed>" = hidden:true
    Timeout._onTimeout = onTick() 64
    onTick(){context} = 'system / Context'#ticks
    'system / Context'#ticks->callback = closure:resolve
    closure:resolve{context} = 'system / Context'#settle
    'system / Context'#settle{1} = Promise
    Promise{reactions_or_result} = hidden:'system / PromiseReaction'#first
    hidden:'system / PromiseReaction'#first{1} = closure:''#first
    closure:''#first{context} = 'system / Context'#first
    'system / Context'#first{extension} = setInterval 64
    setInterval{function} = setInterval() 64
    setInterval{parameters_and_registers} = array:registers
    setInterval{3} = hidden:'system / AsyncGeneratorRequest'
    hidden:'system / AsyncGeneratorRequest'{2} = Promise#next 64
    ${awaited('Promise#next', 'poll()')}`,
    'TimersList',
    'setInterval',
  )
  expect(subject).toMatch(/30000 ms → poll \(src\/main\.js:7\)$/)
  expect({ detail, leaked }).toEqual({ detail: 'a timer that it awaits', leaked: 'Timeout' })
})

test('data in a web stream that nobody has read is its backlog', () => {
  const { kind, subject, hint } = said(
    `${main}
    Object#exports.audit = ReadableStream
    ReadableStream."<symbol kState>" = Object#state
    Object#state.controller = ReadableStreamDefaultController
    ReadableStreamDefaultController."<symbol kState>" = Object#own
    Object#own.queue = Array
    Array[0] = Chunk`,
    'Array',
    'Chunk',
  )
  expect({ kind, subject }).toEqual({
    kind: 'buffer',
    subject: 'Read backlog of module.exports.audit (ReadableStream) in src/main.js',
  })
  expect(hint).toContain('each branch of tee()')
})

test('requests that wait for a socket are reported as such', () => {
  const { subject, hint } = said(
    `${main}
    Object#exports.agent = Agent
    Agent.requests = Object#requests
    Object#requests."example.com:443:" = Array
    Array[0] = ClientRequest`,
    'Array',
    'ClientRequest',
  )
  expect(subject).toBe('Requests that wait for a socket of module.exports.agent (Agent) in src/main.js')
  expect(hint).toContain('response.resume()')
})

test('a timer of AbortSignal.timeout() is named as such', () => {
  const { subject } = said(
    `root.lists = Object#lists
    Object#lists[60000] = TimersList 72
    TimersList._idleNext = Timeout 64
    Timeout._idleNext = TimersList
    Timeout."<symbol refed>" = hidden:true
    Timeout._onTimeout = closure:'' 64 at 9:1:1
    ${inScript("closure:''", 'abort', 'node:internal/abort_controller')}`,
    'TimersList',
    'Timeout',
  )
  expect(subject).toBe('Signals of AbortSignal.timeout(60000)')
})

test.each(['kResourceStore', 'kAsyncContextFrame'])(
  'contexts handed on by an AsyncLocalStorage are no list of a timer: %s',
  symbol => {
    const drawing = `
    root.lists = Lists
    Lists[20] = TimersList
    TimersList._idleNext = Timeout
    Timeout."<symbol ${symbol}>" = Trace#1
    Trace#1.parent = Trace#2 64`
    const heap = drawn(drawing, 'one')
    const { node } = draw(drawing)
    const path = retainingPaths(heap.graph, node('Trace#2'), 1)[0]!
    const nodes = path.map(hop => hop.node)
    const steps = pathSteps(heap, path, Number.POSITIVE_INFINITY)
    const retainer = nodes.indexOf(node('Timeout'))
    expect(named({ heap, steps, nodes, retainer, chained: true, anchors: false })).toMatchObject({
      kind: 'list',
      subject: 'The store of an AsyncLocalStorage, a linked list of Trace,',
      detail: 'each leads to the next by .parent',
    })
  },
)

test('nested results of Promise.all() are named as such, not by a slot of V8', () => {
  const drawing = `
    root.job = Promise
    Promise{reaction} = closure:'' 64
    closure:''{context} = 'system / Context'
    'system / Context'{2} = Array#1
    Array#1[0] = Array#2 64`
  const heap = drawn(drawing, 'one')
  const { node } = draw(drawing)
  const path = retainingPaths(heap.graph, node('Array#2'), 1)[0]!
  const nodes = path.map(hop => hop.node)
  const steps = pathSteps(heap, path, Number.POSITIVE_INFINITY)
  const retainer = nodes.indexOf(node("'system / Context'"))
  const { kind, subject, hint } = named({ heap, steps, nodes, retainer, chained: true, anchors: false })
  expect({ kind, subject }).toEqual({
    kind: 'promise',
    subject: 'Results of Promise.all(), each array with that of the one before,',
  })
  expect(hint).toContain('.then(() => undefined)')
})

test('a settled promise is not reported as pending', () => {
  const drawing = `${main}
    Object#exports.flushed = Promise
    Promise{result} = Array#1
    Array#1[0] = Array#2 64`
  const heap = drawn(drawing, 'one')
  const { node } = draw(drawing)
  const path = retainingPaths(heap.graph, node('Array#2'), 1)[0]!
  const nodes = path.map(hop => hop.node)
  const steps = pathSteps(heap, path, Number.POSITIVE_INFINITY).map(step =>
    step.type === 'Array' && step.edge !== '[0]' ? { ...step, edge: '{result}' } : step,
  )
  const sayOf = (chained: boolean) =>
    named({ heap, steps, nodes, retainer: nodes.indexOf(node('Promise')), chained, anchors: false })
  expect(sayOf(true).subject).toBe(
    'Result of the promise module.exports.flushed in src/main.js, each array with the one before,',
  )
  expect(sayOf(false).subject).not.toContain('pending')
})

test("the package of a class that extends one of Node.js' is where the class is", () => {
  const { leakedOf } = said(
    `root.globalThis = global
    global.tasks = Array
    Array[0] = Task 64 at 5:1:1
    Task{map} = object-shape:Task
    object-shape:Task{constructor} = closure:EventEmitter 64 at 9:1:1
    ${inScript('closure:EventEmitter', 'events', 'node:events')}
    closure:Task 64 at 5:1:1
    ${inScript('closure:Task', 'lib', '/app/node_modules/lib/task.js')}`,
    'Array',
    'Task',
  )
  expect(leakedOf).toBe('lib')
})

test("V8's functions that settle promises are named by the awaiting function", () => {
  const { detail, hint } = said(
    `${main}
    Object#exports.waiting = Array
    Array[0] = closure:resolve 64
    closure:resolve{context} = 'system / Context'#settle 64
    'system / Context'#settle{1} = Promise
    ${awaited('Promise', 'query()')}`,
    'Array',
    'Promise',
  )
  expect(detail).toBe('each settles a promise that query (src/main.js:7) awaits')
  expect(hint).toMatch(/^Settle each promise/)
})

test('what AbortSignal.any() leaves behind is not a leak of listeners', () => {
  const { kind, subject, leaked, hint } = said(
    `${main}
    Object#exports.shutdown = AbortController
    AbortController."#signal" = AbortSignal
    AbortSignal."<symbol kDependantSignals>" = Set
    Set{table} = array:table
    array:table{3} = WeakRef 32`,
    'Set',
    'WeakRef',
  )
  expect({ kind, subject, leaked }).toEqual({
    kind: 'set',
    subject: 'What AbortSignal.any() leaves behind in module.exports.shutdown.signal in src/main.js',
    leaked: 'WeakRef',
  })
  expect(hint).toMatch(/^This version of Node\.js keeps something/)
})

test.each([
  ['Worker', 'Worker threads that run'],
  ['BroadcastChannel', 'Broadcast channels that are open'],
])('the port of a %s is said by that', (owner, expected) => {
  const { subject } = said(
    `root.group = (Global handles)
    (Global handles){1} = MessagePort
    (Global handles){2} = ${owner}
    ${owner}."<symbol kPublicPort>" = MessagePort`,
    '(Global handles)',
    'MessagePort',
  )
  expect(subject).toBe(`${expected} (kept by Node.js' handles)`)
})

test('events that nobody takes from an iterator of events.on() are reported as such', () => {
  const { subject, hint } = said(
    `root.scope = 'system / Context' 64
    'system / Context'->unconsumedEvents = FixedQueue
    FixedQueue.tail = FixedCircularBuffer
    FixedCircularBuffer.list = Array
    Array[0] = Tick`,
    'Array',
    'Tick',
  )
  expect(subject).toBe('Events that an iterator of events.on() has collected')
  expect(hint).toContain('{ signal }')
})

test('a growing buffer is named by its variable', () => {
  const { kind, subject } = said(
    `${main}
    Object#exports.received = Buffer
    Buffer{buffer} = ArrayBuffer
    ArrayBuffer{backing_store} = native:'system / JSArrayBufferData' 4096`,
    "native:'system / JSArrayBufferData'",
    "native:'system / JSArrayBufferData'",
  )
  expect({ kind, subject }).toEqual({ kind: 'buffer', subject: 'Buffer module.exports.received in src/main.js' })
})

test('a local variable of a paused function is named by the function', () => {
  const { subject } = said(
    `root.loop = Generator
    Generator{function} = watch() 64 at 4:6:2
    ${inScript('watch()', 'main', '/app/src/main.js')}
    Generator{parameters_and_registers} = Array
    Array[0] = Reading`,
    'Array',
    'Reading',
  )
  expect(subject).toMatch(/^Array \(a local variable of watch\(\)\)/)
})

test('an unnamed variable of a scope is not named after a variable of another scope', () => {
  const { name, subject } = said(
    `${main}
    Object#exports.poll = poll()
    poll(){context} = 'system / Context'#outer
    'system / Context'#outer->run = run()
    run(){context} = 'system / Context'#inner
    'system / Context'#inner{5} = Map
    Map{table} = array:table
    array:table{1} = Session 64`,
    'Map',
    'Session',
  )
  expect({ name, subject }).toEqual({ name: 'Map', subject: 'Map in src/main.js' })
})

test('the memory of WebAssembly is freed by its own functions', () => {
  const { subject, hint } = said(
    `${main}
    Object#exports.bytes = ArrayBuffer
    Object#exports.memory = 'WebAssembly.Memory'
    'WebAssembly.Memory'{array_buffer} = ArrayBuffer
    ArrayBuffer{backing_store} = native:'system / JSArrayBufferData' 4096`,
    "native:'system / JSArrayBufferData'",
    "native:'system / JSArrayBufferData'",
  )
  expect(subject).toMatch(/^WebAssembly memory /)
  expect(hint).toContain('close(), free() or delete()')
})

/** A scope with the variables of a module of Node.js. */
const nodejs = (file: string): string => `root.scope = 'system / Context'#of
  own(){context} = 'system / Context'#of
  root.own = own() 64 at 40:1:1
  ${inScript('own()', 'own', file)}`

test('watched files are named by fs.watchFile() and its listener', () => {
  const { subject, detail, hint } = said(
    `${nodejs('node:fs')}
    'system / Context'#of->statWatchers = Map
    Map{table} = array:table
    array:table{1} = StatWatcher 64
    StatWatcher._events = Object
    Object.change = onChange() 64 at 5:6:2
    ${inScript('onChange()', 'main', '/app/src/spool.js')}`,
    'Map',
    'StatWatcher',
  )
  expect(subject).toBe('Files that fs.watchFile() watches (statWatchers in node:fs)')
  expect(detail).toMatch(/^each calls onChange \(.*spool\.js:7\)$/)
  expect(hint).toContain('fs.unwatchFile(file, listener)')
})

test.each([
  ['_times', /^Timers of console\.time\(\) that nobody has ended/, 'console.timeEnd()'],
  ['"<symbol counts>"', /^Counts of console\.count\(\)/, 'console.countReset()'],
])('what a console has by label is said by the function that takes the label: %s', (property, expected, advice) => {
  const { subject, hint } = said(
    `${main}
    Object#exports.log = Console
    Console.${property} = Map
    Map{table} = array:table
    array:table{1} = Array`,
    'Map',
    'Array',
  )
  expect(subject).toMatch(expected)
  expect(hint).toContain(advice)
})

test("timers in Node.js' table of timer numbers are reported as converted to numbers", () => {
  const { kind, subject, hint } = said(
    `${nodejs('node:timers')}
    'system / Context'#of->knownTimersById = Object
    Object.17 = Timeout 64`,
    'Object',
    'Timeout',
  )
  expect({ kind, subject }).toEqual({
    kind: 'timer',
    subject: 'Timers that were made a number or a string (knownTimersById in node:timers)',
  })
  expect(hint).toContain('clearTimeout()')
})

test.each([
  [
    'the paths that were resolved',
    `${nodejs('node:internal/modules/cjs/loader')}
    'system / Context'#of->relativeResolveCache = Object
    Object.t1 = Entry 64`,
  ],
  [
    'the cache of class Module',
    `root.function = Module 64
    root.function = closure:Module 64
    closure:Module._pathCache = Object
    Object.t1 = Entry 64`,
  ],
])('modules of ever new files are said by require(): %s', (_, picture) => {
  const { kind, subject, leakedOf } = said(picture, 'Object', 'Entry')
  expect({ kind, subject, leakedOf }).toEqual({
    kind: 'map',
    subject: 'Modules that require() has loaded from ever new files (require.cache)',
    leakedOf: 'the path of each',
  })
})

test.each([
  ['only resolved', '', 'Module._pathCache'],
  ['of a module that was loaded', 'Module#loaded.filename = "/jobs/7/lint.js"', 'require.cache'],
])('a path that Node.js notes is %s', (_, more, expected) => {
  const { name } = said(
    `root.function = Module 64
    root.function = closure:Module 64
    closure:Module._pathCache = Object
    Object."./lint.js" = "/jobs/7/lint.js"
    ${more}`,
    'Object',
    '"/jobs/7/lint.js"',
  )
  expect(name).toBe(expected)
})

test('what a module has is not attributed to require(), whose cache leads to it', () => {
  const { name, subject } = said(
    `${nodejs('node:internal/modules/cjs/loader')}
    root.function = closure:Module 64
    closure:Module._cache = Object#cache
    Object#cache."/app/store.js" = Module#store
    Module#store.exports = Object#exports
    Object#exports.sessions = Map
    Map{table} = array:table
    array:table{1} = Session 64`,
    'Map',
    'Session',
  )
  expect(name).toContain('sessions')
  expect(subject).not.toContain('require()')
})

test("Node.js' pool of HTTP parsers is bounded", () => {
  const { most } = said(
    `${nodejs('node:_http_common')}
    'system / Context'#of->parsers = FreeList 64 at 41:1:1
    FreeList{map} = object-shape:FreeList
    object-shape:FreeList{constructor} = closure:FreeList 64 at 41:1:1
    ${inScript('closure:FreeList', 'freelist', 'node:internal/freelist')}
    FreeList.list = Array
    Array[0] = HTTPParser 64`,
    'Array',
    'HTTPParser',
  )
  expect(most).toBe(1000)
})

test("the pools of fetch() are Node.js' own, and nobody is advised to delete their entries", () => {
  const { subject, hint } = said(
    `root.globalThis = global
    global."<symbol undici.globalDispatcher.1>" = Agent 64 at 41:1:1
    Agent{map} = object-shape:Agent
    object-shape:Agent{constructor} = closure:Agent 64 at 41:1:1
    ${inScript('closure:Agent', 'undici', 'node:internal/deps/undici/undici')}
    Agent."<symbol clients>" = Map
    Map{table} = array:table
    array:table{1} = Pool 64`,
    'Map',
    'Pool',
  )
  expect(subject).toBe('Connection pools of fetch(), one for each origin (clients of its Agent in Node.js)')
  expect(hint).toMatch(/^This version of Node\.js keeps a Pool/)
})

test('what Node.js keeps in its own variable is released by closing what the program opened', () => {
  const { subject, hint } = said(
    `${nodejs('node:internal/anything')}
    'system / Context'#of->observed = Set
    Set{table} = array:table
    array:table{1} = Thing 64`,
    'Set',
    'Thing',
  )
  expect(subject).toBe('Set observed in node:internal/anything')
  expect(hint).toMatch(/^Node\.js keeps each until/)
})

test("what the program adds to an object of Node.js is the program's", () => {
  const { hint } = said(
    `${nodejs('node:internal/anything')}
    'system / Context'#of->process = process
    process.seen = Map
    Map{table} = array:table
    array:table{1} = Thing 64`,
    'Map',
    'Thing',
  )
  expect(hint).toMatch(/^Delete entries/)
})

test('listeners of process are reported once', () => {
  const { subject } = said(
    `root.globalThis = global
    global.process = process
    process._events = Object#events
    Object#events.SIGTERM = Array
    Array[0] = stop() 64 at 5:6:2
    ${inScript('stop()', 'main', '/app/src/main.js')}`,
    'Array',
    'stop()',
  )
  expect(subject).toMatch(/^'SIGTERM' listeners of globalThis\.process|^'SIGTERM' listeners of process$/)
})

test('Blobs are named by the URL that keeps them', () => {
  const { subject, leaked, hint } = said(
    `root.1 = synthetic:'Node / Blob'
    synthetic:'Node / Blob'{data_queue_} = native:'Node / DataQueue' 64
    native:'Node / StoredDataObject'{blob} = synthetic:'Node / Blob'`,
    "synthetic:'Node / Blob'",
    "native:'Node / DataQueue'",
  )
  expect({ subject, leaked }).toEqual({
    subject: 'Blobs that have an object URL (URL.createObjectURL)',
    leaked: 'Blob',
  })
  expect(hint).toContain('URL.revokeObjectURL()')
})

test('also if the table of URLs is reached from a root', () => {
  const { subject } = said(
    `root.1 = native:'Node / std::unordered_map<std::string, StoredDataObject>'
    native:'Node / std::unordered_map<std::string, StoredDataObject>'{1} = native:'Node / pair' 64`,
    "native:'Node / std::unordered_map<std::string, StoredDataObject>'",
    "native:'Node / pair'",
  )
  expect(subject).toMatch(/^Blobs that have an object URL/)
})

test('a socket of HTTP/2 is closed by its session', () => {
  const { subject, hint } = said(
    `root.group = (Global handles)
    (Global handles){1} = TCP
    TCP."<symbol owner_symbol>" = Socket
    Socket."<symbol session>" = ClientHttp2Session`,
    '(Global handles)',
    'TCP',
  )
  expect(subject).toMatch(/^HTTP\/2 sessions that are open/)
  expect(hint).toContain('close() each session')
})

test.each([
  ['that nobody has answered', 'Socket._httpMessage = ServerResponse', /^End each response/],
  [
    'that an http.Agent keeps alive',
    'Socket._httpMessage = hidden:null\n Socket._events = Object\n Object.agentRemove = onRemove()',
    /^Create one http\.Agent/,
  ],
  ['made with allowHalfOpen', 'Socket.allowHalfOpen = hidden:true', /^end\(\) or destroy\(\) each socket on its 'end'/],
])('sockets %s', (what, lines, advice) => {
  const { detail, hint } = said(
    `root.group = (Global handles)
    (Global handles){1} = TCP
    TCP."<symbol owner_symbol>" = Socket
    ${lines}`,
    '(Global handles)',
    'TCP',
  )
  expect(detail).toContain(what)
  expect(hint).toMatch(advice)
})

test('an HTTP server ends its sockets itself', () => {
  const { detail } = said(
    `root.group = (Global handles)
    (Global handles){1} = TCP
    TCP."<symbol owner_symbol>" = Socket
    Socket.allowHalfOpen = hidden:true
    Socket.parser = HTTPParser`,
    '(Global handles)',
    'TCP',
  )
  expect(detail).toBeUndefined()
})

test('inspector sessions have to be disconnected', () => {
  const { subject, hint } = said(
    `root.group = (GC roots)
    (GC roots){1} = native:'Node / JSBindingsConnection'
    native:'Node / JSBindingsConnection'{callback} = onMessage() 64
    onMessage().this = Session`,
    '(GC roots)',
    'Session',
  )
  expect(subject).toMatch(/^Inspector sessions that are connected/)
  expect(hint).toMatch(/^disconnect\(\) each Session/)
})

test("a variable of a package is named by the program's object, through all functions of the package", () => {
  const { detail } = said(
    `${main}
    Object#exports.priceOf = memoized() 64 at 6:5:2
    ${inScript('memoized()', 'memo', '/app/node_modules/memo/index.js')}
    memoized(){context} = 'system / Context'#outer
    'system / Context'#outer->clear = clear() 64 at 7:6:2
    ${inScript('clear()', 'fixed', '/app/node_modules/memo/fixed.js')}
    clear(){context} = 'system / Context'#inner
    'system / Context'#inner->cache = Array
    Array[0] = Price`,
    'Array',
    'Price',
  )
  expect(detail).toMatch(/^reached by module\.exports\.priceOf in /)
})

test('a variable of a package is named by the object of the program that leads to it', () => {
  const { subject, detail } = said(
    `${main}
    Object#exports.stats = stats() 64 at 5:6:2
    ${inScript('stats()', 'main', '/app/src/uploads.js')}
    stats(){context} = 'system / Context'#own
    'system / Context'#own->watcher = Watcher
    Watcher._userIgnored = ignored() 64 at 6:6:2
    ${inScript('ignored()', 'lib', '/app/node_modules/anymatch/index.js')}
    ignored(){context} = 'system / Context'#lib
    'system / Context'#lib->patterns = Array
    Array[0] = Pattern`,
    'Array',
    'Pattern',
  )
  expect(subject).toBe('Array patterns in anymatch/index.js')
  expect(detail).toBe('reached by watcher._userIgnored in src/uploads.js')
})

test('what a package has in a variable is also named by the function passed with each entry', () => {
  const { detail } = said(
    `${main}
    Object#exports.resolve = resolve() 64 at 6:5:2
    ${inScript('resolve()', 'lib', '/app/node_modules/stack/index.js')}
    resolve(){context} = 'system / Context'#lib
    'system / Context'#lib->entries = Array
    Array[0] = Object#entry
    Object#entry.middleware = tag() 64 at 5:8:2
    ${inScript('tag()', 'main', '/app/src/uploads.js')}`,
    'Array',
    'Object#entry',
  )
  expect(detail).toMatch(
    /^reached by module\.exports\.resolve in src\/main\.js; each with tag\(?\)? \(src\/uploads\.js:9\)$/,
  )
})

test('a variable of the program is not named by another of its functions, although its value is of a package', () => {
  const { subject, detail } = said(
    `${main}
    Object#exports.stats = stats() 64 at 5:6:2
    ${inScript('stats()', 'main', '/app/src/uploads.js')}
    stats(){context} = 'system / Context'#own
    'system / Context'#own->client = Client 32 at 6:6:2
    Client{map} = object-shape:Client
    object-shape:Client{constructor} = closure:Client 64 at 6:6:2
    ${inScript('closure:Client', 'lib', '/app/node_modules/rpc/index.js')}
    Client.queue = Array
    Array[0] = Call`,
    'Array',
    'Call',
  )
  expect(subject).toMatch(/^Array client\.queue of Client/)
  expect(detail).toBeUndefined()
})

test('hooks of async_hooks have to be disabled, although V8 itself has the function that calls them', () => {
  const { subject, hint } = said(
    `root.globalThis = global
    global{native_context} = hidden:'system / NativeContext'
    hidden:'system / NativeContext'{promise_hook_after_function} = promiseAfterHook() 64
    promiseAfterHook(){context} = 'system / Context'
    'system / Context'->active_hooks = Object
    Object.array = Array
    Array[0] = AsyncHook 32`,
    'Array',
    'AsyncHook',
  )
  expect(subject).toMatch(/^Hooks of async_hooks\.createHook\(\)/)
  expect(hint).toContain('disable() each hook')
})

test("a variable of Node.js' own function is Node.js', although a module of the program leads to it", () => {
  const { subject } = said(
    `${main}
    Object#exports.hook = after() 64 at 5:6:2
    ${inScript('after()', 'hooks', 'node:internal/async_hooks')}
    after(){context} = 'system / Context'
    'system / Context'->active_hooks = Object#hooks
    Object#hooks.array = Array
    Array[0] = AsyncHook 32`,
    'Array',
    'AsyncHook',
  )
  expect(subject).toMatch(/^Hooks of async_hooks/)
})

test('what a WeakMap has for an object is named by the owner of the WeakMap', () => {
  const { subject, detail, hint } = said(
    `${main}
    Object#exports.state = State 32
    Object#exports.select = select() 64 at 5:6:2
    ${inScript('select()', 'lib', '/app/node_modules/memo/index.js')}
    select(){context} = 'system / Context'#lib
    'system / Context'#lib->cache = WeakMap
    WeakMap{table} = array:weak
    array:weak<State> = Entry
    Entry.p = Map
    Map{table} = array:table
    array:table{1} = Page 32`,
    'Map',
    'Page',
  )
  expect(subject).toBe('Map WeakMap[module.exports.state].p in src/main.js')
  expect(detail).toBe('the WeakMap is cache in memo/index.js')
  expect(hint).toMatch(/^It belongs to the package memo:/)
})

test('keys that are set to null stay, and have to be deleted', () => {
  const queue = (value: string) =>
    said(
      `${main}\n Object#exports.queue = Object#queue 64\n ${lines(60, n => `Object#queue."call ${n}" = ${value}`)}`,
      'Object#queue',
      'Object#queue',
    )
  const { detail, hint } = queue('hidden:null')
  expect(detail).toBe('most of its keys have no value but null or undefined')
  expect(hint).toMatch(/^Remove the key/)
  expect(queue('Call 32').detail).toBeUndefined()
})

test('a signal of AbortSignal.any() that has aborted is kept by its listeners', () => {
  const signals = (aborted: string) =>
    said(
      `${nodejs('node:internal/abort_controller')}
      'system / Context'#of->gcPersistentSignals = Set
      Set{table} = array:table
      array:table{1} = AbortSignal 64
      AbortSignal."<symbol kAborted>" = hidden:${aborted}`,
      'Set',
      'AbortSignal',
    )
  expect(signals('true').detail).toBe('kept though they have aborted')
  expect(signals('true').hint).toContain('even after it has aborted')
  expect(signals('false').hint).toContain('abort the signal of that piece of work')
})

test('advice for a dictionary of a package shows one of the keys', () => {
  const { hint } = said(
    `${main}
    Object#exports.render = render() 64 at 5:6:2
    ${inScript('render()', 'lib', '/app/node_modules/lib/index.js')}
    render(){context} = 'system / Context'#lib
    'system / Context'#lib->templates = Object#cache
    Object#cache."Order 205 of ann" = Template 64`,
    'Object#cache',
    'Template',
  )
  expect(hint).toContain(
    ' Each entry has its own key, such as "Order 205 of ann": do not build keys from unbounded data',
  )
})

test('what C++ keeps for a named object is named by that object', () => {
  const { subject, leaked } = said(
    `${main}
    Object#exports.blocked = BlockList#own
    BlockList#own."<symbol kHandle>" = BlockList#wrapped
    BlockList#wrapped{javascript_to_native} = native:'Node / SocketAddressBlockListWrap'
    native:'Node / SocketAddressBlockListWrap'{rules} = native:'Node / rules'
    native:'Node / rules'[7] = native:'Node / SocketAddressRule' 64`,
    "native:'Node / rules'",
    "native:'Node / SocketAddressRule'",
  )
  expect({ subject, leaked }).toEqual({
    subject: 'The native side of BlockList module.exports.blocked in src/main.js',
    leaked: 'SocketAddressRule',
  })
})

test('what a function was bound to is named by the function', () => {
  const { detail } = said(
    `root.timer = Timeout 64
    Timeout._onTimeout = greet() 64 at 4:6:2
    ${inScript('greet()', 'main', '/app/src/main.js')}
    greet(){context} = 'system / Context'#main 64
    'system / Context'#main->intl = Intl 32
    Intl.format = bound() 64
    bound(){bindings} = array:bindings
    array:bindings[0] = Object#store 32
    Object#store.set = set() 64 at 5:6:2
    ${inScript('set()', 'lib', '/app/node_modules/memo/index.js')}
    set(){context} = 'system / Context'#lib
    'system / Context'#lib->cache = Map
    Map{table} = array:table
    array:table{1} = Page 32`,
    'Map',
    'Page',
  )
  expect(detail).toBe('reached by intl.format in src/main.js')
})
