// Repeatedly captures a target that churns memory, worker threads and compiled code while it answers requests, and sometimes kills
// leakscope during a capture. Needs a built checkout (`npm ci`).
//
//   node bench/capture-stress.mjs [--captures 200] [--capture memory|fork] [--node <binary>] [--port 9229] [--minutes 13]
//
// Every 10th leakscope is killed. The target opens its inspector at the port: choose one that is not in use.
//
// Prints one line per 10 captures, and a summary. Stops after the given minutes, and says so. Exit code 1 if it stopped early, a capture
// hung or failed, a file did not parse, a request was lost, or a forked child was left running.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openSnapshot, untold } from 'leakscope'
import { copiesOf } from './target.js'

const { values } = parseArgs({
  options: {
    captures: { type: 'string', default: '200' },
    capture: { type: 'string', default: 'memory' },
    node: { type: 'string', default: process.execPath },
    port: { type: 'string', default: '9229' },
    minutes: { type: 'string', default: '13' },
  },
})
const { captures, capture, node, port: inspectPort } = values
const CAPTURE_MS = 90_000
const MOST_MS = Number(values.minutes) * 60_000
const start = performance.now()
const path = name => fileURLToPath(new URL(`../${name}`, import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'leakscope-stress-'))
const target = spawn(node, [`--inspect-port=${inspectPort}`, path('fixtures/targets/churns.cjs')], {
  stdio: ['pipe', 'pipe', 'ignore'],
})
const stop = () => {
  target.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
process.once('exit', stop)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

const lines = createInterface({ input: target.stdout })[Symbol.asyncIterator]()
let port
for (let line = ''; line !== 'ready'; ) {
  line = (await lines.next()).value
  if (line.startsWith('port ')) port = Number(line.slice(5))
}

const before = await descriptorsOf(target.pid)
const requests = { answered: 0, lost: 0, slowest: 0 }
const asking = askForEver()
const took = { captured: 0, killed: 0, failed: 0, warned: 0, standstills: [] }

let done = 0
while (done < Number(captures) && performance.now() - start < MOST_MS) {
  done++
  if (done % 10 === 0) await killed(done)
  else await captured(done)
  if (done % 10 === 0) console.log(`${done}: ${soFar()}`)
}
// The next leakscope closes the inspector that a killed one left open.
await captured('last')
asking.stop = true
await wait(12_000) // the longest that a forked child lives without its reader
const left = copiesOf(target.pid)
target.stdin.write('children\n')
const { value: children } = await lines.next()
const more = (await descriptorsOf(target.pid)) - before
const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
const early = done < Number(captures)
console.log(
  `${version}: ${done} of ${captures} rounds in ${((performance.now() - start) / 1000).toFixed(0)} s${early ? ' (stopped early)' : ''}: ` +
    `${soFar()}; left running: ${left.length}; descriptors of the target: ${more >= 0 ? '+' : ''}${more}; its children: ${children}`,
)
process.exitCode = early || took.failed + requests.lost + left.length > 0 || more > 5 ? 1 : 0
stop()
process.exit()

function soFar() {
  const { captured, killed, failed, warned, standstills } = took
  return (
    `${captured} captured, ${killed} killed, ${failed} failed, ${warned} with a warning; ` +
    `stopped for ${quantile(standstills, 0.5).toFixed(0)} ms (p50), ${quantile(standstills, 1).toFixed(0)} ms at most; ` +
    `${requests.answered} requests, ${requests.lost} lost, slowest ${requests.slowest.toFixed(0)} ms`
  )
}

async function captured(n) {
  const file = join(folder, `${n}.heapsnapshot`)
  const { code, out, err } = await leakscope([
    'snapshot',
    String(target.pid),
    '--capture',
    capture,
    '-o',
    file,
    '--json',
  ])
  try {
    if (code !== 0) throw new Error(`exit code ${code}: ${err}`)
    const { graph } = await openSnapshot(file, untold)
    if (graph.nodeCount < 10_000) throw new Error(`only ${graph.nodeCount} nodes`)
    took.captured++
    const [{ standstill, warnings }] = JSON.parse(out).captures
    if (warnings.length > 0) console.log(`${n}: ${warnings.join(' ')}`)
    if (warnings.length > 0) took.warned++
    took.standstills.push(1000 * standstill)
  } catch (error) {
    took.failed++
    console.log(`${n} failed: ${error.message.trim()}`)
  }
  rmSync(file, { force: true })
  rmSync(`${file}.origin.json`, { force: true })
}

// Kills leakscope with SIGKILL at a random moment of attaching and capturing.
async function killed(n) {
  const file = join(folder, `${n}.heapsnapshot`)
  const child = spawn(
    process.execPath,
    [path('bin/leakscope.js'), 'snapshot', String(target.pid), '--capture', capture, '-o', file],
    {
      stdio: 'ignore',
    },
  )
  const gone = once(child, 'exit')
  await Promise.race([gone, wait(Math.random() * 1500)])
  child.kill('SIGKILL')
  await gone
  took.killed++
}

async function leakscope(words) {
  const child = spawn(process.execPath, [path('bin/leakscope.js'), ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    out += text
  })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    err += text
  })
  const late = setTimeout(() => child.kill('SIGKILL'), CAPTURE_MS)
  const [code, signal] = await once(child, 'close')
  clearTimeout(late)
  return { code, out, err: signal === null ? err : `hung: killed after ${CAPTURE_MS / 1000} s` }
}

function askForEver() {
  const state = { stop: false }
  const agent = new http.Agent({ keepAlive: true })
  const next = () => {
    if (state.stop) return agent.destroy()
    const asked = performance.now()
    const request = http.get({ host: '127.0.0.1', port, agent }, response => {
      response.resume().once('end', () => {
        requests.answered++
        requests.slowest = Math.max(requests.slowest, performance.now() - asked)
        setTimeout(next, 10)
      })
    })
    request.once('error', () => {
      requests.lost++
      setTimeout(next, 10)
    })
  }
  next()
  return state
}

/** The fewest descriptors within two seconds, as the target's own children use some at times. */
async function descriptorsOf(pid) {
  let fewest = Number.POSITIVE_INFINITY
  for (let looks = 0; looks < 100; looks++) {
    fewest = Math.min(fewest, readdirSync(`/proc/${pid}/fd`).length)
    await wait(20)
  }
  return fewest
}

function quantile(values, share) {
  return [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)]
}
