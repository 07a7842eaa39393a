// What a capture costs a server: one process under HTTP load, each way of capturing, several sizes of heap. Needs a built checkout.
//
//   npm run bench:capture -- [--heaps 60,300,1000] [--ways none,memory,fork,inspector,file] [--node <binary>]... [--rate 200] [--ask snapshot|types] [--markdown]
//
// With `--ask types` the heap is read and its types are counted, and no file is written: the time is from a pid to the answer.
// `none` captures nothing for half a minute: what the server has of itself, its collections of garbage among them. For each: the longest
// delay of the event loop, measured in the server and, as what the machine alone does to a process, in the load generator; requests lost
// and the slowest hundredth (of those that were due meanwhile: one that had to wait for a server that stood still counts as late
// as it was), resident memory before, at most and after, and the time until the snapshot was there. Of the forked child: the processor's seconds it took and the private
// memory it had at most, both as seen every 20 ms. Run it on a machine with
// nothing else to do and two processors or more; the load generator is a process of its own.
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

/** What the child that a process forks takes: seconds of the processor, and MB of private memory beyond what it was forked with. */
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
        // It has ended.
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
