// What a leak check costs a server: one process under HTTP load, checked with its heaps captured in each way. Needs a built checkout.
//
//   node bench/check.mjs [--heap 200] [--ways fork,inspector] [--node <binary>]... [--rate 200] [--markdown]
//
// For each: the verdict, the longest delay of the server's event loop (which records every tick later than 10 ms), requests lost and
// the slowest hundredth (one that had to wait counts as late as it was), resident memory before, at most and after, and how long the
// check took. `none` is the same time without a check. The load generator is a process of its own.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { end, line, mb, row, rss, start } from './processes.mjs'

const { values } = parseArgs({
  options: {
    heap: { type: 'string', default: '200' },
    ways: { type: 'string', default: 'none,fork,inspector' },
    node: { type: 'string', multiple: true, default: [process.execPath] },
    rate: { type: 'string', default: '200' },
    markdown: { type: 'boolean', default: false },
  },
})
const path = name => fileURLToPath(new URL(`../${name}`, import.meta.url))
// What is captured is written there, and gone with it.
const folder = mkdtempSync(join(tmpdir(), 'leakscope-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const columns = ['node', 'heaps by', 'verdict', 'longest delay ms', 'requests', 'lost', 'p99 ms', 'RSS MB', 'seconds']
row(columns, values.markdown)
if (values.markdown)
  row(
    columns.map(() => '---'),
    true,
  )
for (const node of values.node)
  for (const way of values.ways.split(',')) row(await measured(node, way), values.markdown)

async function measured(node, way) {
  const server = start(node, ['--max-old-space-size=8192', path('bench/capture-server.cjs'), values.heap])
  const { port, version } = JSON.parse(await line(server))
  const before = rss(server.pid)
  const generator = start(process.execPath, [
    ...[path('bench/capture.mjs'), '--load', `http://127.0.0.1:${port}/`, '--rate', values.rate],
  ])
  await wait(2000)
  server.stdin.write('reset\n')
  await line(server)

  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, rss(server.pid))
  }, 50)
  const begun = performance.now()
  const verdict = way === 'none' ? await wait(20_000, '') : await checked(server.pid, way)
  const seconds = (performance.now() - begun) / 1000
  await wait(1000)
  clearInterval(watch)

  server.stdin.write('longest\n')
  const longest = Number(await line(server))
  generator.stdin.end()
  const outcome = JSON.parse(await line(generator))
  const after = rss(server.pid)
  await end(server)
  return [
    ...[version, way, verdict, longest.toFixed(0), outcome.requests, outcome.failed, outcome.p99.toFixed(0)],
    ...[`${mb(before)} → ${mb(peak)} → ${mb(after)}`, seconds.toFixed(1)],
  ]
}

async function checked(pid, way) {
  const leakscope = start(
    process.execPath,
    [path('bin/leakscope.js'), 'check', String(pid), '--capture', way, '--force', '--quiet'],
    folder,
  )
  const [code] = await once(leakscope, 'exit')
  return { 0: 'not leaking', 1: 'leaking', 3: 'inconclusive' }[code] ?? `failed (${code})`
}
