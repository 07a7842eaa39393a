import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Heap } from '../../src/heap/heap.js'
import { heldBy } from '../../src/paths/held-by.js'
import { query } from '../../src/query/query.js'
import { closures, closuresAnalysis } from '../../src/questions/closures.js'
import { collections } from '../../src/questions/collections.js'
import { isAboveMost, listeners } from '../../src/questions/listeners.js'
import { promises, promisesAnalysis } from '../../src/questions/promises.js'
import { shapes } from '../../src/questions/shapes.js'
import { duplicateStrings, holdersOf, longStrings, slices } from '../../src/questions/strings.js'
import { timers } from '../../src/questions/timers.js'
import { openSnapshotFile } from '../../src/snapshot/open.js'
import { untold } from '../../src/task.js'
import { ask, heapOf } from '../heap/drawn-heap.js'
import { oldestAndNewest } from '../node-versions.js'

const program = `
const { EventEmitter } = require('node:events')
const v8 = require('node:v8')
class Session {
  #secret = 'hush'
  constructor(id) {
    Object.assign(this, { id, visits: 7, rate: 1.5, admin: true, banned: false, note: null, later: undefined, user: { name: 'Ada-' + id } })
  }
}
const g = globalThis
g.sessions = ['u1', 'u2', 'u3'].map(id => new Session(id))

// Collections.
g.cache = new Map(); for (let i = 0; i < 100; i++) g.cache.set('user-' + i, new Session('s' + i))
g.numbers = new Map(); for (let i = 0; i < 1000; i++) g.numbers.set(i, i)
g.emptied = new Map(); for (let i = 0; i < 1000; i++) g.emptied.set(i, i); g.emptied.clear()
g.members = new Set(['a', 'b'])
g.meta = new WeakMap(); g.metaKeys = [{}, {}, {}]; for (const key of g.metaKeys) g.meta.set(key, { meta: true })
g.shrunk = []; for (let i = 0; i < 10000; i++) g.shrunk.push({ index: i }); g.shrunk.length = 6000
g.dictionary = {}; for (let i = 0; i < 3000; i++) g.dictionary['key-' + i] = i

// Listeners.
class Feed extends EventEmitter {}
g.feed = new Feed(); g.feed.setMaxListeners(0)
for (let i = 0; i < 30; i++) g.feed.on('data', function onData() { return i })
g.socket = new EventEmitter(); for (let i = 0; i < 11; i++) g.socket.on('close', function onClose() {})
g.socket.once('end', function onEnd() {}); g.socket.on(Symbol('sym'), function onSymbol() {})
g.stopping = new AbortController(); for (let i = 0; i < 4; i++) g.stopping.signal.addEventListener('abort', function onAbort() { return i })
g.target = new EventTarget(); g.target.addEventListener('thing', { handleEvent() {} })

// Timers.
for (let i = 0; i < 5; i++) setInterval(function poll() { return i }, 30000)
setTimeout(function later() {}, 60000); setTimeout(function quiet() {}, 70000).unref()
g.cleared = setTimeout(function cleared() {}, 50000); clearTimeout(g.cleared)
require('node:timers/promises').setTimeout(90000)

// Promises.
g.p = { forever: new Promise(() => {}), alone: new Promise(() => {}), done: Promise.resolve(new Session('done')), thened: new Promise(() => {}) }
async function waiter(session) { await g.p.forever; return session }
g.p.waiters = [1, 2, 3].map(i => waiter(new Session('waiting-' + i)))
g.p.thened.then(function onValue() {}, function onError() {}); g.p.thened.finally(function lastly() {})
g.p.race = Promise.race([g.p.forever])
class Task extends Promise {}
g.p.task = new Task(() => {}); g.p.task.then(function onTask() {})

// Closures.
function makeHandler(name, bigBuffer) {
  const digest = () => bigBuffer.length
  const etag = digest()
  return function serve() { return name + etag }
}
g.handlers = []; for (let i = 0; i < 20; i++) g.handlers.push(makeHandler('file-' + i, Buffer.alloc(100000)))

// Strings.
g.copies = []; for (let i = 0; i < 50; i++) g.copies.push({ city: Buffer.from('the same city over and over again').toString() })
class Grant { constructor(token) { this.token = token } }
g.grants = []; for (let i = 0; i < 40; i++) g.grants.push(new Grant(Buffer.from('token=' + String(i).padStart(24, '0') + 'x'.repeat(5000)).toString('latin1').slice(6, 30)))
g.long = 'y'.repeat(5000) + '!'; Buffer.from(g.long)

// Shapes.
g.lines = []; for (let i = 0; i < 60; i++) g.lines.push({ sku: 's' + i, quantity: i, price: { cents: i } })

setImmediate(() => {
  v8.writeHeapSnapshot(process.argv[2])
  v8.writeHeapSnapshot(process.argv[3], { exposeNumericValues: true })
  process.exit(0)
})
`

for (const { version, path } of oldestAndNewest()) {
  describe(`a heap of Node.js ${version}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'leakscope-special-'))
    let heap: Heap
    let withNumbers: Heap

    beforeAll(async () => {
      writeFileSync(join(folder, 'app.cjs'), program)
      const file = join(folder, 'heap.heapsnapshot')
      const second = join(folder, 'with-numbers.heapsnapshot')
      execFileSync(path, [join(folder, 'app.cjs'), file, second], { stdio: 'pipe' })
      heap = heapOf(await openSnapshotFile(file, untold))
      withNumbers = heapOf(await openSnapshotFile(second, untold))
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const id = (node: number): number => heap.graph.nodeId[node]!
    const found = (expression: string): number[] => query(heap, expression).nodes.map(id)

    test('query reads fields of every kind', () => {
      expect(found('type = "Session" and .id = "u2"')).toHaveLength(1)
      expect(found('type = "Session" and .user.name ~ /^Ada-u[12]$/')).toHaveLength(2)
      expect(found('type = "Session" and .#secret = "hush"')).toHaveLength(107)
      const flags =
        '.admin and .admin = true and .banned = false and not .banned and .note = null and .later = undefined'
      expect(found(`.id = "u1" and ${flags}`)).toHaveLength(1)
      expect(found('["user-7"].user.name = "Ada-s7"')).toHaveLength(1)
      expect(found('->name = "file-3" and kind = "closure" and name = "serve"')).toHaveLength(1)
      expect(found('type = "Map" and entries = 100')).toHaveLength(1)
    })

    test('query reports numbers that the heap does not have', () => {
      expect(query(heap, 'type = "Session" and .visits = 7')).toMatchObject({ total: 0, unknown: 107 })
    })

    // `writeHeapSnapshot` of Node.js 18 has no options.
    test.skipIf(version.startsWith('v18.'))('a heap that was captured with numbers tells them', () => {
      const found = query(withNumbers, 'type = "Session" and .visits = 7 and .rate > 1.4')
      expect(found).toMatchObject({ total: 107, unknown: 0 })
      const most = new Map(listeners(withNumbers).map(one => [`${one.type} ${one.event}`, one.most]))
      expect(most.get('Feed data')).toBe(0)
      // Even there, entries leave no trace: only fields do.
      expect(collections(withNumbers).some(({ capacity, fill }) => capacity === 1024 && fill === undefined)).toBe(true)
    })

    test('collections by retained size, with entries, capacity and retainer', () => {
      const named = new Map(collections(heap).map(one => [heldBy(heap, one.node).replace(/^globalThis\./, ''), one]))
      expect(named.get('cache')).toMatchObject({ kind: 'map', type: 'Map', entries: 100, capacity: 128 })
      expect(named.get('numbers')).toMatchObject({ entries: 0, capacity: 1024, fill: undefined })
      expect(named.get('emptied')).toMatchObject({ entries: 0, fill: 0 })
      expect(named.get('members')).toMatchObject({ kind: 'set', entries: 2 })
      expect(named.get('meta')).toMatchObject({ kind: 'weak', type: 'WeakMap', entries: 3 })
      expect(named.get('shrunk')).toMatchObject({ kind: 'array', entries: 6000 })
      expect(named.get('shrunk')!.unused).toBeGreaterThan(30_000)
      expect(named.get('dictionary')).toMatchObject({ kind: 'dictionary', entries: 3000, capacity: 8192 })
    })

    test('listeners by emitter and event', () => {
      const rows = listeners(heap).map(one => ({
        type: one.type,
        event: one.event,
        count: one.nodes.length,
        most: one.most,
        above: isAboveMost(one),
        callback: one.callback.split('  ')[0],
        file: one.location?.file,
      }))
      const file = join(folder, 'app.cjs')
      expect(rows[0]).toEqual({
        type: 'Feed',
        event: 'data',
        count: 30,
        most: undefined,
        above: false,
        callback: 'onData',
        file,
      })
      expect(rows[1]).toEqual({
        type: 'EventEmitter',
        event: 'close',
        count: 11,
        most: 10,
        above: true,
        callback: 'onClose',
        file,
      })
      expect(rows).toContainEqual({
        type: 'EventEmitter',
        event: 'end',
        count: 1,
        most: 10,
        above: false,
        callback: 'onEnd',
        file,
      })
      expect(rows).toContainEqual(expect.objectContaining({ event: 'Symbol(sym)', callback: 'onSymbol' }))
      expect(rows).toContainEqual(
        expect.objectContaining({ type: 'AbortSignal', event: 'abort', count: 4, callback: 'onAbort' }),
      )
      expect(rows).toContainEqual(expect.objectContaining({ event: 'thing', count: 1, callback: 'Object.handleEvent' }))
    })

    test('timers by function and period, cleared ones separately', () => {
      const { waiting, over } = timers(heap)
      const rows = waiting.map(one => [one.nodes.length, one.kind, one.every, one.callback.split('  ')[0], one.unrefed])
      expect(rows[0]).toEqual([5, 'interval', 30000, 'poll', 0])
      expect(rows).toContainEqual([1, 'timeout', 60000, 'later', 0])
      expect(rows).toContainEqual([1, 'timeout', 70000, 'quiet', 1])
      expect(rows).toContainEqual([1, 'timeout', 90000, '(a promise: timers/promises or promisify)', 0])
      expect(rows.flat()).not.toContain('cleared')
      expect(over.map(node => heldBy(heap, node))).toContain('globalThis.cleared')
    })

    test('unsettled promises by the function that waits', () => {
      const { waiters, pending, settled } = promises(heap)
      const rows = waiters.map(one => [one.kind, one.waits.split('  ')[0], one.nodes.length, one.on.size])
      expect(rows[0]).toEqual(['await', 'await in waiter', 3, 1])
      expect(rows).toContainEqual(['then', 'then onValue', 1, 1])
      expect(rows).toContainEqual(['then', 'then onTask', 1, 1])
      expect(rows).toContainEqual([
        'promise',
        expect.stringMatching(/^Promise\.race/),
        expect.any(Number),
        expect.any(Number),
      ])
      expect(waiters[0]!.location?.file).toBe(join(folder, 'app.cjs'))
      const held = pending.map(({ promise, waiting }) => [heldBy(heap, promise), waiting])
      expect(held[0]).toEqual(['globalThis.p.forever', 4])
      expect(held).toContainEqual(['globalThis.p.thened', 2])
      expect(held).toContainEqual(['globalThis.p.task', 1])
      expect(held.flat()).not.toContain('globalThis.p.done')
      expect(settled).toBeGreaterThanOrEqual(1)
      expect(ask(promisesAnalysis, heap).notes.at(-1)).toMatch(/; \d+ undecided: /)
    })

    test("scopes that outlive their function, the program's largest first", () => {
      const { headline } = ask(closuresAnalysis, heap)
      expect(headline).toMatch(
        /^20 × closure scope of makeHandler\(\), retaining .*, most of it by bigBuffer, shared by serve {2}/,
      )
      const handlers = closures(heap).find(({ nodes, scope }) => nodes.length === 20 && scope.includes('makeHandler'))!
      expect(handlers.variables.map(({ name }) => name)).toEqual(['bigBuffer', 'name'])
      expect(handlers.functions.map(({ count }) => count)).toEqual([20])
      expect(handlers.retained).toBeGreaterThan(2_000_000)
    })

    test('duplicate strings, long ones, and slices', () => {
      const city = duplicateStrings(heap).find(({ text }) => text === 'the same city over and over again')!
      expect(city.nodes.length).toBeGreaterThanOrEqual(50)
      expect(city.wasted).toBe(city.bytes - city.bytes / city.nodes.length)
      expect(holdersOf(heap.graph, city.nodes)[0]).toMatchObject({ holder: 'Object.city', count: 50 })
      expect(
        longStrings(heap, 4096).some(node => heap.graph.strings.at(heap.graph.nodeName[node]!).startsWith('yyy')),
      ).toBe(true)
      const [kept] = slices(heap)
      expect(kept).toMatchObject({ heldBy: 'Grant.token' })
      expect(kept!.nodes).toHaveLength(40)
      expect(kept!.bytes).toBeGreaterThan(40 * 5000)
    })

    test('plain objects by shape, with the properties that have numbers', () => {
      const all = shapes(heap, 'count')
      // V8 keeps a boilerplate of a literal that is created often.
      const lines = all.find(({ shape }) => shape === '{sku, quantity, price}')!.nodes.length
      expect([60, 61]).toContain(lines)
      expect(all.find(({ shape }) => shape === '{index}')!.nodes.length).toBeGreaterThanOrEqual(6000)
      expect(all.find(({ shape }) => shape === '{city}')!.nodes.length).toBeGreaterThanOrEqual(50)
      expect(all.some(({ shape }) => shape.includes('key-1'))).toBe(false)
    })
  })
}
