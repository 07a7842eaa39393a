import { expect, test } from 'vitest'
import { describe } from '../../src/heap/describe.js'
import { scriptsIn } from '../../src/heap/v8/scripts.js'
import { placesOf } from '../../src/sources/scripts.js'
import { type Drawn, heap } from '../draw.js'

const said = ({ graph, node }: Drawn, word: string): string =>
  describe({ graph, places: placesOf(() => scriptsIn(graph)) }, node(word))

test('an array has items up to its last object, and numbers without an edge', () => {
  const drawn = heap`
    root.list = Array#list
    Array#list[0] = A
    Array#list[1023] = B
    root.numbers = Array#numbers
    Array#numbers{elements} = array:'(object elements)' 40
    root.none = Array#none
    root.one = Array#one
    Array#one[0] = A
  `
  expect(said(drawn, 'Array#list')).toBe('1,024 items')
  expect(said(drawn, 'Array#numbers')).toBe('up to 3 numbers')
  expect(said(drawn, 'Array#none')).toBe('0 items')
  expect(said(drawn, 'Array#one')).toBe('1 item')
})

test('a frozen array has its items only in its store', () => {
  const drawn = heap`
    root.list = Array
    Array{elements} = array:'(object elements)' 40
    array:'(object elements)'{0} = "a"
    array:'(object elements)'{1} = "b"
  `
  expect(said(drawn, 'Array')).toBe('2 items')
})

test('an object has keys, including those of small numbers, which have no edge', () => {
  const drawn = heap`
    root.seen = Object#seen
    Object#seen.user = User
    Object#seen.__proto__ = Object#proto
    Object#seen."get size" = size()
    root.shaped = Object#shaped
    Object#shaped{map} = object-shape:'system / Map'
    object-shape:'system / Map'{descriptors} = object-shape:'system / DescriptorArray'
    object-shape:'system / DescriptorArray'{0} = "count"
    object-shape:'system / DescriptorArray'{3} = "total"
    root.dictionary = Object#dictionary
    Object#dictionary{properties} = array:'(object properties)'
    array:'(object properties)'{6} = "one"
    array:'(object properties)'{9} = "two"
    array:'(object properties)'{12} = "three"
    array:'(object properties)'{13} = User
  `
  expect(said(drawn, 'Object#seen')).toBe('1 key')
  expect(said(drawn, 'Object#shaped')).toBe('2 keys')
  expect(said(drawn, 'Object#dictionary')).toBe('3 keys')
})

test('a Map and a Set have entries, without deleted ones', () => {
  // 2 buckets: a Map's table has 3 + 2 × 7 slots and two words before them, a Set's 3 + 2 × 5.
  const drawn = heap`
    root.map = Map
    Map{table} = array:map 152
    array:map{5} = "a"
    array:map{6} = A
    array:map{9} = B
    array:map{11} = hidden:'system / Hole'
    array:map{12} = hidden:'system / Hole'
    root.set = Set
    Set{table} = array:set 120
    array:set{5} = A
    root.big = Map#big
    Map#big{table} = array:big 264
  `
  expect(said(drawn, 'Map')).toBe('2 entries')
  expect(said(drawn, 'Set')).toBe('1 entry')
  expect(said(drawn, 'Map#big')).toBe('up to 8 entries')
})

test('a string is its first forty characters, whatever its parts', () => {
  const drawn = heap`
    root.short = "say \"hi\""
    root.long = "${'x'.repeat(50)}"
    root.made = concatenated-string:'(concatenated string)'
    concatenated-string:'(concatenated string)'{first} = "user-"
    concatenated-string:'(concatenated string)'{second} = sliced-string:'(sliced string)'
    sliced-string:'(sliced string)'{parent} = "7"
  `
  expect(said(drawn, '"say \\"hi\\""')).toBe('"say \\"hi\\""')
  expect(said(drawn, `"${'x'.repeat(50)}"`)).toBe(`"${'x'.repeat(40)}…"`)
  expect(said(drawn, "concatenated-string:'(concatenated string)'")).toBe('"user-7"')
})

test('a function is its name and location, an anonymous one says so', () => {
  const drawn = heap`
    root.store = storeSession() 8 at 3:5:11
    storeSession(){shared} = code:'storeSession'
    code:'storeSession'{script_or_debug_info} = code:'/app/src/store.js'
    root.callback = closure:''
    root.bound = native_bind()
    native_bind(){bound_function} = storeSession()
  `
  expect(said(drawn, 'storeSession()')).toBe('storeSession  src/store.js:6:12')
  expect(said(drawn, "closure:''")).toBe('(anonymous)')
  expect(said(drawn, 'native_bind()')).toBe('storeSession  src/store.js:6:12 (bound)')
})

test('a location by script precedes that in the heap', () => {
  const { graph, node } = heap`root.poll = poll() 8 at 3:5:11`
  const places = { at: (script: number, line: number, column: number) => ({ file: `src/p${script}.ts`, line, column }) }
  expect(describe({ graph, places }, node('poll()'))).toBe('poll  src/p3.ts:5:11')
})

test('a closure scope is that of the function its ScopeInfo names, a block’s that of the function around it', () => {
  // Two variables: 16 bytes of header, two slots of V8, two of the program.
  const drawn = heap`
    root.scope = 'system / Context'#function 48
    'system / Context'#function{scope_info} = code:function
    code:function{0} = "hidden"
    code:function{1} = "limit"
    code:function{2} = "makeHandler"
    root.block = 'system / Context'#block 40
    'system / Context'#block{scope_info} = code:block
    code:block{0} = "i"
    'system / Context'#block{previous} = 'system / Context'#function
  `
  expect(said(drawn, "'system / Context'#function")).toBe('closure scope of makeHandler()')
  expect(said(drawn, "'system / Context'#block")).toBe('closure scope of makeHandler()')
})

test("the scope of a class' field initializer is named as such", () => {
  const drawn = heap`
    root.scope = 'system / Context' 40
    'system / Context'{scope_info} = code:info
    code:info{0} = "this"
    code:info{1} = "<instance_members_initializer>"
  `
  expect(said(drawn, "'system / Context'")).toBe('closure scope of the fields of a class')
})

test('a scope without a name is that of its module only if no other is around it', () => {
  const drawn = heap`
    root.outer = outer() 64
    outer(){shared} = code:shared
    code:shared{script} = code:'/app/src/store.js'
    outer(){context} = 'system / Context'#outer 48
    outer().inner = closure:''#inner 64
    closure:''#inner{shared} = code:shared
    closure:''#inner{context} = 'system / Context'#inner 48
    'system / Context'#inner{previous} = 'system / Context'#outer
    'system / Context'#inner{scope_info} = code:inner
    code:inner{2} = ""
    'system / Context'#outer{scope_info} = code:outer
    code:outer{2} = ""
  `
  expect(said(drawn, "'system / Context'#outer")).toBe('closure scope in src/store.js')
  expect(said(drawn, "'system / Context'#inner")).toBe('closure scope of an anonymous function in src/store.js')
})

test('a timer has the milliseconds of its list', () => {
  const drawn = heap`
    root.lists = Object
    Object[30000] = TimersList
    TimersList._idleNext = Timeout#interval
    Timeout#interval._idleNext = Timeout#once
    Timeout#interval._onTimeout = poll()
    Timeout#once._idleNext = TimersList
    Timeout#once._onTimeout = closure:''
    Timeout#once._repeat = hidden:'null'
  `
  expect(said(drawn, 'Timeout#interval')).toBe('30000 ms repeat → poll')
  expect(said(drawn, 'Timeout#once')).toBe('30000 ms → (anonymous)')
  expect(said(drawn, 'TimersList')).toBe('30000 ms')
})

test('an object of a class is shown with a property that distinguishes it', () => {
  const drawn = heap`
    root.session = Session
    Session.name = "Ada"
    Session.id = "user-7"
    root.plain = User
    User.roles = Array
  `
  expect(said(drawn, 'Session')).toBe('id "user-7"')
  expect(said(drawn, 'User')).toBe('')
})

test('binary data has the bytes of its memory', () => {
  const drawn = heap`
    root.buffer = Buffer 96
    Buffer{buffer} = ArrayBuffer 88
    ArrayBuffer{backing_store} = native:'system / JSArrayBufferData' 8192
  `
  expect(said(drawn, 'ArrayBuffer')).toBe('8,192 bytes')
  expect(said(drawn, 'Buffer')).toBe('view of 8,192 bytes')
})

test('a module is its file', () => {
  const drawn = heap`
    root.module = Module
    Module.filename = "/app/src/store.js"
    Module.exports = Object
    root.proxy = hidden:'system / JSProxy'
    root.symbol = symbol:symbol
    symbol:symbol{name} = "kState"
  `
  expect(said(drawn, 'Module')).toBe('src/store.js')
  expect(said(drawn, "hidden:'system / JSProxy'")).toBe('Proxy')
  expect(said(drawn, 'symbol:symbol')).toBe('Symbol(kState)')
})
