'use strict'
const v8 = require('node:v8')

class Session {
  constructor(user) {
    this.user = user
    this.created = new Date(0)
    this.tags = ['a', user]
  }
}
class Registry {
  constructor() {
    this.sessions = new Map()
    this.seen = new WeakSet()
    this.meta = new WeakMap()
    this.refs = []
  }
  add(session) {
    this.sessions.set(session.user, session)
    this.seen.add(session)
    this.meta.set(session, { note: `about ${session.user}` })
    this.refs.push(new WeakRef(session))
  }
}
function makeHandler(limit) {
  const secret = new Array(50).fill('kept by a closure')
  let count = 0
  return function handler() {
    return ++count < limit ? secret[count % 50] : undefined
  }
}
const registry = new Registry()
for (let i = 0; i < 40; i++) registry.add(new Session(`user-${i}`))

const ring = { name: 'ring' }
ring.next = { name: 'of two', next: ring }

const buffer = new ArrayBuffer(4096)
const detached = new Uint8Array(buffer)
if (typeof structuredClone === 'function') structuredClone(buffer, { transfer: [buffer] })

global.app = {
  registry,
  ring,
  detached,
  handlers: [makeHandler(3), makeHandler(4)],
  big: new Uint8Array(100000),
  text: 'x'.repeat(2000),
  cons: 'left '.repeat(20) + Math.PI,
  odd: 'quote " backslash \\ newline \n tab \t nul \0 snow \u2603 emoji \u{1F600} lone \ud800',
  pattern: /se(s+)ion/g,
  symbol: Symbol('mark'),
  huge: 123456789012345678901234567890n,
  bound: makeHandler.bind(null, 5),
  promise: new Promise(() => {}),
  finalizers: new FinalizationRegistry(() => {}),
  double: 1.5,
  getter: Object.defineProperty({}, 'lazy', {
    get() {
      return registry
    },
  }),
  proxy: new Proxy({}, {}),
  nested: new WeakMap(),
}
const inner = {}
app.nested.set(registry, inner)
app.nested.set(inner, { chain: 'of ephemerons' })
app.finalizers.register(registry, 'registry')
app.sliced = app.text.slice(10, 200)

v8.writeHeapSnapshot(process.argv[2])
