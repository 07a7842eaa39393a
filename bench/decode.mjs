// The cost of reading a heap from memory for leakscope, in seconds of processor time. Needs built checkouts.
//
//   node bench/decode.mjs [--heap 200] [--node <binary>] [--turns 3] [--checkouts .,<folder>] [--dump <file>]
//
// A process with the given MB of objects writes its heap to a file, once. Each checkout then reads the file in its own process: the
// first time, when V8 has compiled nothing, and again, as `check` does. It also adds each heap to a series, as a check does. Compare the
// ratios of one run, as seconds also depend on how busy the machine was.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    heap: { type: 'string', default: '200' },
    node: { type: 'string', default: process.execPath },
    turns: { type: 'string', default: '3' },
    checkouts: { type: 'string', default: '.' },
    dump: { type: 'string' },
    write: { type: 'string' },
    read: { type: 'string' },
  },
})

if (values.write !== undefined) await write(values.write)
else if (values.read !== undefined) await read(values.read)
else await compare()

async function compare() {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const dump = values.dump ?? join(folder, 'heap.dump')
  if (values.dump === undefined)
    await run(values.node, ['--max-old-space-size=8192'], ['--write', dump, '--heap', values.heap])
  console.log(['checkout', 'turn', 'nodes', 'edges', 'reading s', 'series s'].join('\t'))
  for (let turn = 0; turn < Number(values.turns); turn++)
    for (const checkout of values.checkouts.split(','))
      await run(process.execPath, [], ['--read', resolve(checkout), '--dump', dump])
}

async function run(node, options, words) {
  const child = spawn(node, [...options, fileURLToPath(import.meta.url), ...words], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${words[0]} ended with ${code}`)
}

/** Runs in the process with the heap. */
async function write(to) {
  const require = createRequire(import.meta.url)
  const { walkWith } = require('../tests/memory/programs/walk.cjs')
  const wanted = Number(values.heap) * 2 ** 20
  const sessions = new Map()
  for (let n = 0; n % 1000 !== 0 || process.memoryUsage().heapUsed < wanted; n++) {
    const user = { id: n, name: `user ${n}`, tags: ['a', 'b', `tag ${n % 100}`] }
    sessions.set(`session ${n}`, { user, seen: new Date(n), cart: [{ item: 3 * n, price: n / 7 }], touch: () => n })
  }
  await walkWith(
    fileURLToPath(new URL(`../prebuilt/${process.platform}-${process.arch}/fork-capture.node`, import.meta.url)),
  )(to)
  process.exit(sessions.size > 0 ? 0 : 1)
}

async function read(checkout) {
  const of = name => import(pathToFileURL(join(checkout, 'dist', name)))
  const { openMemoryDump } = await of('memory/open.js')
  const { heapOf } = await of('acquire/open-heap.js')
  const { LeakSeries } = await of('growth/leaks.js')
  const task = { signal: new AbortController().signal, progress() {} }
  const series = new LeakSeries()
  for (const turn of ['first', 'second', 'third']) {
    const begun = seconds()
    const { graph, bytes } = await openMemoryDump(createReadStream(values.dump), task)
    const opened = seconds()
    series.add(heapOf({ graph, bytes }, undefined, null), false)
    const figures = [opened - begun, seconds() - opened].map(one => one.toFixed(2))
    console.log([checkout.split('/').at(-1), turn, graph.nodeCount, graph.edgeCount, ...figures].join('\t'))
  }
}

function seconds() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
