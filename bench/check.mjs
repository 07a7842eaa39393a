// The cost of a leak check for a server under HTTP load, by capture method. Needs a built checkout.
//
//   node bench/check.mjs [--heap 200] [--ways fork,inspector] [--node <binary>]... [--rate 200] [--markdown]
//
// Measured for each: the verdict, the longest delay of the server's event loop (beyond its timer of 10 ms), lost requests and the p99
// latency from the moment a request was due, resident memory before, at most and after, and the duration of the check. `none` is 20 s
// without a check. The load generator is a separate process.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { head, loadColumns, path, row, start, underLoad } from './loaded-server.mjs'

const { values } = parseArgs({
  options: {
    heap: { type: 'string', default: '200' },
    ways: { type: 'string', default: 'none,fork,inspector' },
    node: { type: 'string', multiple: true, default: [process.execPath] },
    rate: { type: 'string', default: '200' },
    markdown: { type: 'boolean', default: false },
  },
})
// Captures are written here, and removed with the folder.
const folder = mkdtempSync(join(tmpdir(), 'leakscope-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const columns = ['node', 'heaps by', 'verdict', ...loadColumns, 'RSS MB', 'seconds']
head(columns, values.markdown)
for (const node of values.node) {
  for (const way of values.ways.split(',')) row(await measured(node, way), values.markdown)
}

async function measured(node, way) {
  const { version, acted, seconds, memory, load } = await underLoad({ ...values, node }, pid =>
    way === 'none' ? wait(20_000, '') : checked(pid, way),
  )
  return [version, way, acted, ...load, memory, seconds]
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
