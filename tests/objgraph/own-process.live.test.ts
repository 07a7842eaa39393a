import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { count, type Drawing, type OwnHeap, ownHeap, showRefs } from '../../src/index.js'
import { fixture } from '../fixtures/program.js'
import { oldestAndNewest } from '../node-versions.js'

const library = pathToFileURL(fixture('../dist/index.js')).href
const folder = mkdtempSync(join(tmpdir(), 'leakscope-own-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a program in its own folder, with the library available. */
function run(node: string, code: string, name = 'program.mjs'): string {
  const file = join(folder, name)
  writeFileSync(file, code.replaceAll('LIBRARY', library))
  const env = { ...process.env, TMPDIR: folder }
  const { stdout, stderr, status } = spawnSync(node, [file], { cwd: folder, encoding: 'utf8', env })
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  rmSync(file)
  return stdout
}

// The library needs Node.js 20; targets may be older.
const versions = oldestAndNewest(20)

describe.each(versions)('in the own process, Node.js $version', ({ path: binary }) => {
  test('growth between two calls with nothing in between prints nothing, even if every answer is kept', () => {
    const out = run(
      binary,
      `import { getNewIds, growth, ownHeap, showGrowth } from 'LIBRARY'
       globalThis.kept = []
       const first = await showGrowth(undefined, { limit: 0 })
       const second = await showGrowth(first.peak, { limit: 0 })
       kept.push(first, second, await ownHeap(), await getNewIds(undefined, { limit: 0 }))
       const { rows } = await growth(second.peak, { limit: null })
       console.log(rows.reduce((sum, { delta }) => sum + delta, 0))`,
    )
    // Node.js itself may allocate a new block for its buffers meanwhile: an ArrayBuffer and its memory.
    expect(Number(out)).toBeLessThan(5)
  })

  test('only what the program did in between is reported', () => {
    const out = run(
      binary,
      `import { showGrowth } from 'LIBRARY'
       class Session {}
       globalThis.sessions = []
       let { peak } = await showGrowth(undefined, { limit: 0 })
       for (let i = 0; i < 100; i++) sessions.push(new Session())
       await showGrowth(peak, { limit: 1 })`,
    )
    expect(out).toMatch(/^Session {6,}100 {6}\+100\n$/)
  })

  test('live values are found, whatever retains them, and references of the call are not counted', () => {
    const out = run(
      binary,
      `import { refcount, showRefs } from 'LIBRARY'
       globalThis.a = [1, 2, 3]
       globalThis.b = globalThis.a
       globalThis.list = [globalThis.a]
       console.log(await refcount(globalThis.a), await refcount({ fresh: true }), await refcount(globalThis.list))
       function local() {
         const object = { inner: {} }
         return showRefs([object], { filename: 'local.dot' })
       }
       await local()
       await refcount(42).catch(({ code }) => console.log(code))`,
    )
    expect(out).toBe('3 0 1\nGraph written to local.dot (2 nodes)\nNOT_FOUND\n')
    rmSync(join(folder, 'local.dot'))
  })

  test('variables of functions that wait for the answer are alive, however they wait', () => {
    const out = run(
      binary,
      `import { byType, count, findBackrefChain, refcount, showGrowth } from 'LIBRARY'
       class Session {}
       async function waits() {
         const session = new Session()
         const list = [session]
         const chain = await findBackrefChain(list)
         console.log(await count('Session'), await refcount(session), (await byType('Session')).length, chain.length)
         return list
       }
       function goesOn() {
         const session = new Session()
         return count('Session').then(counted => console.log(counted, session))
       }
       const settles = async () => count('Session')
       function outer() {
         const session = new Session()
         return settles().then(counted => console.log(counted, session))
       }
       await waits()
       await goesOn()
       await outer()
       async function nothing() {
         const { peak } = await showGrowth(undefined, { limit: 0 })
         await showGrowth(peak, { filter: ({ type }) => type === 'Promise' || type === 'Generator' })
       }
       await nothing()
       console.log(await count('Session'))`,
    )
    expect(out).toBe('1 2 1 1\n1 Session {}\n1 Session {}\n0\n')
  })

  test('ids stay the same from call to call, and identify live values; nothing is left behind', () => {
    const out = run(
      binary,
      `import { at, byType, closeOwnSession, getNewIds, ownHeap } from 'LIBRARY'
       class Session { constructor(id) { this.id = id } }
       globalThis.one = new Session('one')
       let state = await getNewIds(undefined, { limit: 0 })
       const [before] = await byType('Session')
       console.log(await at(before.id) === globalThis.one, await at(before.id) === globalThis.one)
       globalThis.two = new Session('two')
       state = await getNewIds(state, { limit: 0 })
       const [id] = state.ids.get('Session')
       console.log(state.ids.get('Session').size, (await at(id)).id)
       console.log((await ownHeap()).left.nodes > 1000)
       closeOwnSession()
       await at(id).catch(({ code }) => console.log(code))`,
    )
    expect(out).toBe('true true\n1 two\ntrue\nUNSUPPORTED\n')
    expect(readdirSync(folder)).toEqual([])
  })

  test('from CommonJS, by import()', () => {
    const out = run(
      binary,
      `const list = globalThis.list = [{}]
       import('LIBRARY').then(({ showBackrefs }) => showBackrefs([list[0]], { filename: 'cjs.dot' }))`,
      'program.cjs',
    )
    expect(out).toMatch(/^Graph written to cjs\.dot \([2-9] nodes\)\n$/)
    rmSync(join(folder, 'cjs.dot'))
  })

  test('at the prompt of node', async () => {
    const repl = spawn(binary, ['--interactive'], { cwd: folder, env: { ...process.env, NODE_REPL_HISTORY: '' } })
    const lines = [
      `const { showRefs, refcount, byType } = await import('${library}')`,
      'a = [1, 2, 3]; b = [4, 5, 6]; a.push(b); b.push(a)',
      "await showRefs([a], { filename: 'prompt.dot' })",
      'await refcount(a)',
      'class Session {}; kept = new Session(); await byType("Session")',
      '.exit',
    ]
    let out = ''
    let prompts = 0
    repl.stdout.on('data', chunk => {
      out += chunk
      // A prompt answers line by line: they are typed one by one, as people do.
      for (const seen = out.split('> ').length - 1; prompts < seen; prompts++) repl.stdin.write(`${lines[prompts]}\n`)
    })
    const [code] = await once(repl, 'exit')
    expect(code).toBe(0)
    expect(out).toContain('Graph written to prompt.dot (2 nodes)')
    expect(out).toMatch(/^> 2$/m)
    expect(out).toMatch(/^> \[ <Session @\d+> \]$/m)
    rmSync(join(folder, 'prompt.dot'))
  })
})

test('a worker thread captures itself, and so does the main thread', () => {
  const out = run(
    process.execPath,
    `import { isMainThread, Worker } from 'node:worker_threads'
     import { at, byType, closeOwnSession } from 'LIBRARY'
     class Session { constructor(of) { this.of = of } }
     globalThis.kept = new Session(isMainThread ? 'main' : 'worker')
     const found = await byType('Session')
     console.log(found.length, await at(found[0].id))
     closeOwnSession()
     if (isMainThread) new Worker(new URL(import.meta.url))`,
  )
  expect(out).toBe("1 Session { of: 'main' }\n1 Session { of: 'worker' }\n")
})

test('from TypeScript, where the compiler knows what is awaited', async () => {
  class Session {
    readonly id: string
    constructor(id: string) {
      this.id = id
    }
  }
  const kept = new Session('kept')
  const graph: Drawing = await showRefs([kept], { output: { write: () => true }, refcounts: true })
  expect(graph.nodes[0]).toMatchObject({ type: 'Session', label: 'id "kept"', role: 'asked' })
  const heap: OwnHeap = await ownHeap()
  const counted: number = count(heap, 'Session')
  const here: Promise<number> = count('Session')
  expect(await here).toBe(counted)
  expect(heap.left.bytes).toBeGreaterThan(0)
})
