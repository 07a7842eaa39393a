// What a capture costs a server: one process under HTTP load, each way of capturing, several sizes of heap. Needs a built checkout.
//
//   node bench/capture.mjs [--heaps 60,300,1000] [--ways none,fork,inspector,file] [--node <binary>]... [--rate 200] [--markdown]
//
// `none` captures nothing for half a minute: what the server has of itself, its collections of garbage among them. For each: the longest
// delay of the event loop, measured in the server and, as what the machine alone does to a process, in the load generator; requests lost
// and the slowest hundredth (of those that were due meanwhile: one that had to wait for a server that stood still counts as late
// as it was), resident memory before, at most and after, and the time until the snapshot was there. Run it on a machine with
// nothing else to do and two processors or more; the load generator is a process of its own.
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { load } from '../fixtures/server/load.js'
import { head, loadColumns, mb, path, row, start, underLoad } from './loaded-server.mjs'

const { values } = parseArgs({
  options: {
    heaps: { type: 'string', default: '60,300,1000' },
    ways: { type: 'string', default: 'none,fork,inspector,file' },
    node: { type: 'string', multiple: true, default: [process.execPath] },
    rate: { type: 'string', default: '200' },
    load: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
})

// The load generator, in a process of its own: loads until its stdin ends, then tells.
if (values.load !== undefined) {
  const stop = new AbortController()
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  process.stdin.resume().once('end', () => stop.abort())
  const outcome = await load(values.load, {
    requests: Number.POSITIVE_INFINITY,
    milliseconds: 3_600_000,
    rate: Number(values.rate),
    concurrency: 64,
    signal: stop.signal,
  })
  process.stdout.write(JSON.stringify({ ...outcome, delay: delay.max / 1e6 - 10 }))
  process.exit()
}

const folder = mkdtempSync(join(tmpdir(), 'leakscope-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const columns = ['node', 'heap MB', 'way', ...loadColumns, 'RSS MB', 'file MB', 'seconds']
head(columns, values.markdown)
for (const node of values.node) {
  for (const heap of values.heaps.split(',').map(Number)) {
    for (const way of values.ways.split(',')) row(await measured(node, heap, way), values.markdown)
  }
}

async function measured(node, heap, way) {
  const file = join(folder, 'x.heapsnapshot')
  const { version, acted, seconds, memory, load } = await underLoad({ ...values, node, heap }, pid =>
    way === 'none' ? wait(30_000) : captured(pid, way, file),
  )
  const size = way === 'none' ? '' : acted === 0 ? mb(statSync(file).size) : `failed (${acted})`
  rmSync(file, { force: true })
  return [version, heap, way, ...load, memory, size, seconds]
}

async function captured(pid, way, file) {
  const words = ['snapshot', String(pid), '--capture', way, '-o', file, '--force', '--quiet']
  const [code] = await once(start(process.execPath, [path('bin/leakscope.js'), ...words]), 'exit')
  return code
}
