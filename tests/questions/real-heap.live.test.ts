import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, describe as suite, test } from 'vitest'
import type { NodeIndex } from '../../src/graph/heap-graph.js'
import { typeOf } from '../../src/graph/types.js'
import { describe } from '../../src/heap/describe.js'
import { referenceNotation } from '../../src/heap/edge-notation.js'
import type { Heap } from '../../src/heap/heap.js'
import { eachReference } from '../../src/heap/references.js'
import { isGlobal } from '../../src/heap/roots.js'
import { qualifiedTypes } from '../../src/heap/type-names.js'
import { accessPath } from '../../src/paths/access-path.js'
import { why } from '../../src/paths/why.js'
import { byType, count } from '../../src/questions/count.js'
import { pathAnalysis } from '../../src/questions/path.js'
import { refs } from '../../src/questions/refs.js'
import { rankedTypes } from '../../src/questions/types.js'
import { openSnapshotFile } from '../../src/snapshot/open.js'
import { untold } from '../../src/task.js'
import { ask, heapOf } from '../heap/drawn-heap.js'
import { oldestAndNewest } from '../node-versions.js'

const program = `
const store = require('./store.cjs')
class Session { constructor(id) { this.id = id } }
globalThis.cache = new Map()
for (let i = 0; i < 20; i++) globalThis.cache.set('user-' + i, new Session('user-' + i))
globalThis.cache.delete('user-3')

const a = [1, 2, 3], b = [4, 5, 6]
a.push(b)
b.push(a)
globalThis.a = a
globalThis.b = b

globalThis.byNumber = new Map([[7, new Session('seven')], [{ key: true }, new Session('object')]])
globalThis.members = new Set([new Session('member')])
globalThis.frozen = Object.freeze([new Session('frozen'), new Session('ice')])
globalThis.counters = { hits: 1, misses: 2, 'odd key': {} }
globalThis.interval = setInterval(function poll() {}, 30000)
globalThis.timeout = setTimeout(() => {}, 60000)
globalThis.buffer = Buffer.alloc(100000)
globalThis.handler = (function makeHandler() {
  const hidden = new Session('hidden')
  let limit = 5
  return function handler() { limit++; return hidden }
})()
globalThis.generator = (function* steps() { const kept = new Session('generator'); yield 1; return kept })()
globalThis.generator.next()
globalThis.meta = new WeakMap()
globalThis.metaKey = { weak: true }
globalThis.meta.set(globalThis.metaKey, new Session('meta'))
globalThis.promise = Promise.resolve(new Session('promised'))
store.keep(new Session('module'))

import('./module.mjs').then(({ fill }) => {
  fill(Session)
  require('v8').writeHeapSnapshot(process.argv[2])
  process.exit(0)
})
`
const store = `
const sessions = new Map()
exports.keep = function keep(session) { sessions.set(session.id, session) }
exports.sessions = sessions
`
const esModule = `
const kept = new Map()
export const exported = []
export function fill(Session) { kept.set('es', new Session('es variable')); exported.push(new Session('es export')) }
export const look = () => kept
`

for (const { version, path } of oldestAndNewest()) {
  suite(`a heap of Node.js ${version}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'leakscope-analysis-'))
    let heap: Heap

    beforeAll(async () => {
      writeFileSync(join(folder, 'app.cjs'), program)
      writeFileSync(join(folder, 'store.cjs'), store)
      writeFileSync(join(folder, 'module.mjs'), esModule)
      const file = join(folder, 'heap.heapsnapshot')
      execFileSync(path, [join(folder, 'app.cjs'), file], { stdio: 'pipe' })
      heap = heapOf(await openSnapshotFile(file, untold))
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    /** The value of a name of the global object. */
    function global(name: string): NodeIndex {
      let found: NodeIndex | undefined
      for (let node = 0; node < heap.graph.nodeCount; node++) {
        if (!isGlobal(heap.graph, node)) continue
        eachReference(heap.graph, node, (to, first, last, via) => {
          if (referenceNotation(heap.graph, first, last, via) === `.${name}`) found = to
        })
      }
      if (found === undefined) throw new Error(`the global object has no ${name}`)
      return found
    }
    const said = (name: string): string => describe(heap, global(name))
    const session = (id: string): NodeIndex => {
      const found = byType(heap, 'Session').find(node => describe(heap, node) === `id "${id}"`)
      if (found === undefined) throw new Error(`no session ${id}`)
      return found
    }
    const pathTo = (id: string): string => accessPath(why(heap, session(id), 1)[0]!.steps)

    test('counts the live sessions', () => {
      expect(count(heap, 'Session')).toBe(31)
    })

    test('shows how a session is retained, as code', () => {
      expect(pathTo('user-7')).toBe('globalThis.cache["user-7"]')
      expect(pathTo('seven')).toBe('globalThis.byNumber.entries[0]')
      expect(pathTo('object')).toMatch(/^globalThis\.byNumber\[Object @\d+\]$/)
      expect(pathTo('member')).toBe('globalThis.members.values[0]')
      expect(pathTo('ice')).toBe('globalThis.frozen[1]')
      expect(pathTo('hidden')).toBe('globalThis.handler->hidden')
      expect(pathTo('generator')).toBe('globalThis.generator{local}')
      expect(pathTo('meta')).toMatch(/^globalThis\.metaKey\[Object @\d+\]$/)
      expect(pathTo('promised')).toBe('globalThis.promise{result}')
      expect(pathTo('es variable')).toMatch(/^module->kept\["es"\] \(.*module\.mjs\)$/)
      expect(pathTo('es export')).toMatch(/^module\.exported\[0\] \(.*module\.mjs\)$/)
      // Both paths to the variable are equally short: by the module's exports, or the scope of an exported function.
      expect(why(heap, session('module'), 1)[0]!.steps.at(-1)!.edge).toBe('["module"]')
    })

    test('locates classes and functions in their files', () => {
      const { steps } = ask(pathAnalysis, heap, { id: [String(heap.graph.nodeId[session('hidden')])] })
        .sections[0] as ReturnType<typeof why>[0]
      expect(steps[1]).toMatchObject({ name: expect.stringMatching(/^handler {2}.*app\.cjs:\d+:\d+$/) })
      const line = program.split('\n').findIndex(text => text.includes('class Session')) + 1
      expect(steps.at(-1)!.location).toMatchObject({ file: join(folder, 'app.cjs'), line })
      expect(qualifiedTypes(heap).names.filter(name => name.endsWith('app.cjs:Session'))).toHaveLength(1)
    })

    test('draws the two arrays of the article in their cycle', () => {
      const [a, b] = [global('a'), global('b')].map(node => heap.graph.nodeId[node]!)
      const { nodes, edges } = refs(heap, [global('a')])
      expect(nodes.map(({ id, role }) => ({ id, role }))).toEqual([
        { id: a, role: 'asked' },
        { id: b, role: 'plain' },
      ])
      expect(edges).toEqual([
        { from: a, to: b, type: 'element', label: '[3]' },
        { from: b, to: a, type: 'element', label: '[3]' },
      ])
    })

    test('describes objects', () => {
      expect(said('cache')).toBe('19 entries')
      expect(said('a')).toBe('4 items')
      expect(said('frozen')).toBe('2 items')
      expect(said('counters')).toBe('3 keys')
      expect(said('interval')).toBe('30000 ms repeat → poll')
      expect(said('timeout')).toBe('60000 ms → (anonymous)')
      expect(said('buffer')).toBe('view of 100,000 bytes')
      expect(said('generator')).toMatch(/^paused in steps {2}/)
      let scope = ''
      eachReference(heap.graph, global('handler'), to => {
        if (typeOf(heap.graph, to) === 'system / Context') scope = describe(heap, to)
      })
      expect(scope).toBe('closure scope of makeHandler()')
    })

    test('retained sizes of types stay below the whole heap', () => {
      const types = rankedTypes(heap, { limit: Number.POSITIVE_INFINITY, retained: true })
      const whole = types.reduce((sum, { shallow }) => sum + shallow, 0)
      for (const { type, shallow, retained } of types) {
        expect(retained, type).toBeGreaterThanOrEqual(shallow)
        expect(retained, type).toBeLessThanOrEqual(whole)
      }
    })
  })
}
