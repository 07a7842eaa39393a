// The cost of a capture for a server under HTTP load, by capture method and heap size. Needs a built checkout.
//
//   npm run bench:capture -- [--heaps 60,300,1000] [--ways none,memory,fork,inspector,file] [--node <binary>]... [--rate 200] [--ask snapshot|types] [--markdown]
//
// With `--ask types`, leakscope reads the heap and counts its types, and writes no file: the time is from the pid to the answer. `none`
// captures nothing for half a minute: the server's own delays, including its garbage collections. Measured for each: the longest delay
// of the event loop, in the server and, for comparison, in the load generator; lost requests and the p99 latency from the moment a
// request was due, including the wait for a stopped server; resident memory before, at most and after; the time until the snapshot was
// complete; and for the forked child, its processor time and its largest private memory, sampled every 20 ms. Use an otherwise idle
// machine with two processors or more; the load generator is a separate process.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { load } from '../fixtures/server/load.js'
import { head, loadColumns, mb, path, row, start, underLoad } from './loaded-server.mjs'
import { copiesOf } from './target.js'

const { values } = parseArgs({
  options: {
    heaps: { type: 'string', default: '60,300,1000' },
    ways: { type: 'string', default: 'none,memory,fork,inspector,file' },
    node: { type: 'string', multiple: true, default: [process.execPath] },
    rate: { type: 'string', default: '200' },
    load: { type: 'string' },
    ask: { type: 'string', default: 'snapshot' },
    markdown: { type: 'boolean', default: false },
  },
})

// The load generator, in a separate process: runs until its stdin ends, then prints its results.
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

const columns = ['node', 'heap MB', 'way', ...loadColumns, 'RSS MB', 'child CPU s', 'child MB', 'file MB', 'seconds']
head(columns, values.markdown)
for (const node of values.node) {
  for (const heap of values.heaps.split(',').map(Number)) {
    for (const way of values.ways.split(',')) row(await measured(node, heap, way), values.markdown)
  }
}

async function measured(node, heap, way) {
  const file = join(folder, 'x.heapsnapshot')
  let child = ['', '']
  const { version, acted, seconds, memory, load } = await underLoad({ ...values, node, heap }, async pid => {
    if (way === 'none') return wait(30_000)
    const watch = watchChild(pid)
    const code = await captured(pid, way, file)
    child = watch.stop()
    return code
  })
  const wrote = values.ask === 'snapshot' && acted === 0
  const size = way === 'none' ? '' : wrote ? mb(statSync(file).size) : acted === 0 ? 'none' : `failed (${acted})`
  rmSync(file, { force: true })
  return [version, heap, way, ...load, memory, ...child, size, seconds]
}

async function captured(pid, way, file) {
  const how = ['--capture', way, '--force', '--quiet']
  const words =
    values.ask === 'types' ? ['types', String(pid), '--no-save', ...how] : ['snapshot', String(pid), '-o', file, ...how]
  const asked = start(process.execPath, [path('bin/leakscope.js'), ...words], folder)
  asked.stdout.resume()
  const [code] = await once(asked, 'exit')
  return code
}

/** Measures a forked child: seconds of processor time, and MB of private memory beyond that at the fork. */
function watchChild(parent) {
  let [cpu, least, most] = [0, Number.POSITIVE_INFINITY, 0]
  const watch = setInterval(() => {
    for (const pid of copiesOf(parent)) {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')
        cpu = Math.max(cpu, (Number(fields[11]) + Number(fields[12])) / 100)
        const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
        const anonymous = Number(/^Private_Dirty: +(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024
        least = Math.min(least, anonymous)
        most = Math.max(most, anonymous)
      } catch {
        // The child has ended.
      }
    }
  }, 20)
  return {
    stop() {
      clearInterval(watch)
      return most === 0 ? ['', ''] : [cpu.toFixed(2), Math.round(most - least).toString()]
    },
  }
}
