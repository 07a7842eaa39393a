// A heap with objects of all kinds.
const vm = require('node:vm')

class Numbers {
  small = 7
  negative = -7
  large = 2 ** 40
  ratio = 0.5
  list = [3, 4, 5]
  doubles = [0.25, 4]
  mixed = ['text', 8]
  bigint = -123456789012345678901n
  date = new Date(86_400_000)
  floats = new Float32Array(12)
  map = new Map([
    [1, 2],
    ['visits', 3],
    [0.5, 4],
    [5, new Date(0)],
  ])
  set = new Set([7, 8])
  byId = { 100007: 3, 200009: 4, 300011: 0.5 }
  byName = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`user-${i}`, i]))
  sparse = Object.assign([], { 5000000: 9 })
  text = 'y'.repeat(3000)
  count = (() => {
    let counted = 40
    let share = 1.5
    return () => ++counted * share++
  })()
  inBlock = (() => {
    {
      let turns = 41
      return () => ++turns
    }
  })()
}

class Base {
  constructor() {
    this.b = 1
  }
}
class Thing extends Base {
  #secret = { deep: 1 }
  constructor(i) {
    super()
    this.i = i
    this.name = `thing ${i}`
    this.ratio = i / 3
  }
  get secret() {
    return this.#secret
  }
}
function closure() {
  const captured = { big: new Array(10).fill('cap') }
  const other = 42
  return function inner() {
    return [captured, other]
  }
}
function blocks() {
  const handlers = []
  for (const session of [{ s: 1 }, { s: 2 }]) handlers.push(() => session)
  return handlers
}
function* generator() {
  const local = { inGenerator: true }
  yield local
  yield 2
}
async function waiting(promise) {
  const held = { inAsync: true }
  await promise
  return held
}
const started = generator()
started.next()
const dictionary = {}
for (let i = 0; i < 2000; i++) dictionary[`key${i}`] = { v: i }
const deleted = { a: { x: 1 }, b: 2, c: 3 }
delete deleted.a
const sparse = []
sparse[100_000] = { sparse: 1 }
sparse[5_000_000] = 'far'
const weakMap = new WeakMap()
const weakKeys = []
for (let i = 0; i < 100; i++) {
  const key = { k: i }
  if (i % 2) weakKeys.push(key)
  weakMap.set(key, { v: i })
}
const target = { t: 1 }
const registry = new FinalizationRegistry(() => {})
registry.register(target, 'held', target)
const context = vm.createContext({ shared: { v: 1 } })
vm.runInContext(
  'class Inside { constructor() { this.part = { z: 1 } } }; globalThis.kept = [new Inside(), new Inside()]',
  context,
)
let pieces = ''
for (let i = 0; i < 2000; i++) pieces += `part${i}`
const long = 'abcdefghij'.repeat(1000)
const thin = {}
thin[`th${'in'}${process.pid}`] = 1
class Many {
  constructor() {
    for (let i = 0; i < 40; i++) this[`p${i}`] = { n: i }
  }
}
const wasm = new WebAssembly.Instance(
  new WebAssembly.Module(
    new Uint8Array([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 2, 7, 9, 2, 1, 102, 0, 0, 1, 109, 2,
      0, 10, 6, 1, 4, 0, 65, 7, 11,
    ]),
  ),
)
wasm.exports.f()
const emitter = new (require('node:events').EventEmitter)()
emitter.on('data', closure())
const timer = setInterval(() => {}, 1e6)
timer.unref()
const iterators = [[1, 2][Symbol.iterator](), new Map([[1, 2]]).entries(), 'abc'.matchAll(/b/g)]
for (const iterator of iterators) iterator.next()

module.exports = {
  things: Array.from({ length: 1000 }, (_, i) => new Thing(i)),
  closures: Array.from({ length: 100 }, closure),
  blocks: blocks(),
  generators: [generator(), started],
  asyncs: [waiting(new Promise(() => {}))],
  dictionary,
  deleted,
  sparse,
  doubles: Array.from({ length: 1000 }, (_, i) => i * 1.5),
  weakMap,
  weakKeys,
  reference: new WeakRef(target),
  target,
  registry,
  context,
  pieces,
  sliced: long.slice(10, 5000),
  long,
  thin,
  many: Array.from({ length: 50 }, () => new Many()),
  [Symbol('my symbol')]: { bySymbol: 1 },
  bigints: [123456789012345678901234567890n, -5n],
  regexps: [/a(b)c/g, /x/y],
  dates: [new Date(0)],
  bytes: new Uint8Array(100_000),
  floats: new Float64Array(1000),
  view: new DataView(new ArrayBuffer(64)),
  sharedBytes: new SharedArrayBuffer(1024),
  map: new Map([
    ['k1', { mv: 1 }],
    [{ ko: 1 }, 'v'],
  ]),
  set: new Set([{ se: 1 }, 2]),
  error: new Error('boom'),
  proxy: new Proxy({ pt: 1 }, { get() {} }),
  bound: closure.bind({ bt: 1 }, { ba: 1 }),
  accessors: {
    get g() {
      return 1
    },
    set g(_) {},
  },
  args: (function () {
    // biome-ignore lint/complexity/noArguments: all kinds of objects
    return arguments
  })(1, { arg: 2 }),
  buffer: Buffer.from('hello world'),
  wide: `zwei\u4e2d\u6587${process.pid}`,
  numbers: [1.5, 2.5, { d: 3.25 }],
  external: Buffer.alloc(300_000, 'e').toString('latin1'),
  url: new URL('http://a/b'),
  timer,
  nested: { deep: { deeper: { deepest: [] } } },
  // biome-ignore lint/suspicious/noSparseArray: all kinds of objects
  nothing: [null, undefined, , true],
  repeated: new Array(5000).fill(target),
  frozen: Object.freeze([{ f: 1 }, 2]),
  wasm,
  intl: [new Intl.DateTimeFormat('de'), new Intl.NumberFormat()],
  streams: [new ReadableStream(), new AbortController(), new TextDecoder(), new MessageChannel()],
  emitter,
  iterators,
  plain: new Numbers(),
}
