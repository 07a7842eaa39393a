/**
 * Ends leakscope by a signal at random moments of attaching, capturing, checking and detaching, and checks what it leaves behind.
 *
 *   node bench/kill-rounds.js [--rounds 100] [--signals KILL,INT,TERM,HUP] [--node <path of the Node.js to attach to>] [--port 9229] [--seed 1]
 *
 * After each: the target answers, and no forked child of it runs for long. After a signal that leakscope can handle, it ends within
 * 20 s, the target's inspector is closed and no partial snapshot is left; after SIGKILL, once the next leakscope has run. Exits with 1
 * otherwise.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { copiesOf, portsOf, startTarget } from './target.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    node: { type: 'string' },
    port: { type: 'string', default: '9229' },
    seed: { type: 'string', default: '1' },
    signals: { type: 'string', default: 'KILL' },
  },
})
const bin = fileURLToPath(new URL('../bin/leakscope.js', import.meta.url))
const addon = fileURLToPath(
  new URL(`../prebuilt/${process.platform}-${process.arch}/fork-capture.node`, import.meta.url),
)
const folder = mkdtempSync(join(tmpdir(), 'leakscope-kills-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const target = await startTarget('idle.cjs', values.node, [`--inspect-port=${values.port}`])
await target.ask('keep 50000')

const ways = {
  attach: ['memory', String(target.pid)],
  session: ['attach', String(target.pid), '-e', 'memory; gc'],
  check: ['check', String(target.pid), '--rounds', '5', '--warm-up', '0', '--every', '200ms'],
  // Only if the addon exists: it does not on a machine without a C compiler.
  ...(existsSync(addon) && {
    memory: ['snapshot', String(target.pid), '--capture', 'memory', '-o', 'x.heapsnapshot'],
    fork: ['snapshot', String(target.pid), '--capture', 'fork', '-o', 'x.heapsnapshot'],
  }),
  inspector: ['snapshot', String(target.pid), '--capture', 'inspector', '-o', 'x.heapsnapshot'],
  file: ['snapshot', String(target.pid), '--capture', 'file', '-o', 'x.heapsnapshot'],
}
const start = words => {
  const child = spawn(process.execPath, [bin, ...words], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', text => {
    stderr += text
  })
  return { child, ended: once(child, 'exit').then(([code]) => ({ code, stderr })) }
}

// The duration of each when it is not killed: the kills are spread over it.
const whole = {}
for (const [way, words] of Object.entries(ways)) {
  const began = performance.now()
  const { code, stderr } = await start(words).ended
  // Any verdict is accepted here.
  if (code !== 0 && !(way === 'check' && [1, 3].includes(code)))
    throw new Error(`${words.join(' ')} failed, alone: ${stderr}`)
  whole[way] = performance.now() - began
}

const seen = {
  killed: 0,
  'done before the kill': 0,
  'inspector left open': 0,
  'partial snapshot left': 0,
  'forked child running': 0,
  'longest life of a forked child, s': 0,
}
const signals = values.signals.split(',').map(name => `SIG${name}`)
const slowest = Object.fromEntries(signals.map(name => [name, 0]))
const faults = []
// A forked child without a reader ends after ten seconds; one whose reader is gone, within one.
const LONGEST_LIFE = 12
const random = generator(Number(values.seed))
for (let round = 0; round < Number(values.rounds); round++) {
  const way = Object.keys(ways)[round % Object.keys(ways).length]
  const signal = signals[Math.floor(round / Object.keys(ways).length) % signals.length]
  const afterMs = random() * whole[way]
  const { child, ended } = start(ways[way])
  await sleep(afterMs)
  seen[child.exitCode === null ? 'killed' : 'done before the kill']++
  const asked = performance.now()
  child.kill(signal)
  if ((await within(60, ended)) === 'no answer') faults.push(`round ${round}, ${way}: does not end after ${signal}`)
  slowest[signal] = Math.max(slowest[signal], performance.now() - asked)
  const what = `round ${round}, ${way} ended by ${signal} after ${afterMs.toFixed(0)} ms`
  // Before leakscope handles signals, they end it, but it has opened nothing yet.
  if (signal !== 'SIGKILL' && portsOf(target.pid).length > 0) faults.push(`${what}: the inspector is still open`)
  if (signal !== 'SIGKILL' && parts().length > 0) faults.push(`${what}: ${parts()} is still there`)
  if (performance.now() - asked > 20_000 && signal !== 'SIGKILL')
    faults.push(`${what}: took ${slowest[signal]} ms to end`)

  if ((await within(60, target.ask('ping'))) !== 'pong') faults.push(`${what}: the target does not answer`)
  if (portsOf(target.pid).length > 0) seen['inspector left open']++
  if (parts().length > 0) seen['partial snapshot left']++
  const began = performance.now()
  if (copiesOf(target.pid).length > 0) seen['forked child running']++
  while (copiesOf(target.pid).length > 0 && performance.now() - began < 60_000) await sleep(20)
  const lived = (performance.now() - began) / 1000
  seen['longest life of a forked child, s'] = Math.max(seen['longest life of a forked child, s'], lived)
  if (lived > LONGEST_LIFE) faults.push(`${what}: a forked child ran for ${lived.toFixed(1)} s more`)

  // The next leakscope closes the inspector; the next one that writes to the folder removes partial snapshots.
  const next = await start(round % 4 === 0 ? ways.attach : ways.inspector).ended
  if (next.code !== 0) faults.push(`${what}: the next leakscope failed: ${next.stderr}`)
  if (portsOf(target.pid).length > 0)
    faults.push(`${what}: port ${portsOf(target.pid)} is still open after the next leakscope`)
  if (round % 4 !== 0 && parts().length > 0) faults.push(`${what}: ${parts()} is still there after the next leakscope`)
  if ((round + 1) % 20 === 0) console.log(`${round + 1} rounds, ${faults.length} faults`)
}
await target.end()

console.table(seen)
console.log(
  'longest time to end, ms:',
  Object.fromEntries(Object.entries(slowest).map(([name, ms]) => [name, Math.round(ms)])),
)
for (const fault of faults) console.log(fault)
console.log(`${values.rounds} rounds, ${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1

function parts() {
  return readdirSync(folder).filter(name => name.startsWith('.') && name.endsWith('.partial'))
}

async function within(seconds, promise) {
  const over = new AbortController()
  try {
    return await Promise.race([promise, sleep(seconds * 1000, 'no answer', { signal: over.signal })])
  } finally {
    over.abort()
  }
}

// mulberry32, so that a run can be repeated.
function generator(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
