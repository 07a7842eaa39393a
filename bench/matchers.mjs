// The error rate of the leak tests (`leakscope/test`, which the matchers use): each process runs ten tests, one after the other, as a test
// file would.
//
//   npm run build && node bench/matchers.mjs            200 runs of clean functions, 50 of leaking ones
//   node bench/matchers.mjs --clean 20 --leaking 10
import { execFileSync } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const PER_PROCESS = 10

class Session {
  constructor(user) {
    this.user = user
    this.cart = Array.from({ length: 5 }, (_, line) => ({ sku: `${user}-${line}` }))
  }
}
const feed = new EventEmitter().setMaxListeners(0)
const turn = () => new Promise(resolve => setImmediate(resolve))

const bounded = new Map()
let first
const clean = [
  async () => {
    const listener = () => new Session('listener')
    feed.on('data', listener)
    await turn()
    feed.off('data', listener)
  },
  () => {
    bounded.set(Math.trunc(Math.random() * 8), new Session('bounded'))
  },
  () => JSON.parse(JSON.stringify(new Session('parsed'))),
  async () => {
    const timer = setTimeout(() => new Session('late'), 60_000)
    await turn()
    clearTimeout(timer)
  },
  () => {
    first ??= new Session('first')
    return first
  },
]

const kept = new Map()
const list = []
const registry = new Set()
const pending = []
const leaking = [
  () => void kept.set(Math.random(), new Session('kept')),
  () => void list.push(new Session('list')),
  () => {
    const session = new Session('listener')
    feed.on('price', () => session)
  },
  async () => {
    registry.add(new Session('registry'))
    await turn()
  },
  () => {
    const session = new Session('promise')
    const settled = new Promise(resolve => {
      session.resolve = resolve
    })
    pending.push(settled.then(() => session))
  },
]

/** Runs the tests of one process and prints how many failed. */
async function runTests(kind, count, offset) {
  const { assertNoLeak } = await import('../dist/test.js')
  const functions = kind === 'clean' ? clean : leaking
  let failed = 0
  for (let run = offset; run < offset + count; run++) {
    const which = run % functions.length
    await assertNoLeak(functions[which]).catch(error => {
      failed++
      if (kind === 'clean') console.error(`clean function ${which}: ${error.message}`)
    })
  }
  console.log(failed)
}

const { values } = parseArgs({
  options: {
    clean: { type: 'string', default: '200' },
    leaking: { type: 'string', default: '50' },
    inside: { type: 'string' },
    offset: { type: 'string', default: '0' },
  },
})

if (values.inside !== undefined) {
  await runTests(values.inside, PER_PROCESS, Number(values.offset))
} else {
  for (const kind of ['clean', 'leaking']) {
    const start = performance.now()
    const runs = Number(values[kind])
    let failed = 0
    for (let offset = 0; offset < runs; offset += PER_PROCESS) {
      const args = [fileURLToPath(import.meta.url), '--inside', kind, '--offset', String(offset)]
      failed += Number(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
    }
    const seconds = (performance.now() - start) / 1000
    console.log(`${kind}: ${runs} runs, ${failed} failures, ${(seconds / runs).toFixed(2)} s each`)
  }
}
