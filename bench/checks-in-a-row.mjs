// The false alarms and the cost of leak checks: checks the clean shop of fixtures/server under load, again and again. Needs a built
// checkout.
//
//   node bench/checks-in-a-row.mjs [--checks 20] [--rate 100]
//
// Prints the verdicts and, for the shop without and with checks: lost requests, latency (from the moment a request was due), and
// processor time. The processor time of the forked children that read the heap is not included.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { cpuSeconds } from '../dist/live/linux/facts.js'
import { line, path, start } from './loaded-server.mjs'

const { values } = parseArgs({
  options: { checks: { type: 'string', default: '20' }, rate: { type: 'string', default: '100' } },
})

const folder = mkdtempSync(join(tmpdir(), 'leakscope-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const shop = start(process.execPath, [path('fixtures/server/server-clean.js')])
const greeting = await line(shop)
const page = `http://127.0.0.1:${/listening (\d+)/.exec(greeting)[1]}/login?user=user-{n}`

await underLoad(() => wait(3000)) // warm-up
const calm = await underLoad(() => wait(10_000))
const checked = await underLoad(async () => {
  const verdicts = {}
  let spent = 0
  for (let check = 0; check < Number(values.checks); check++) {
    const { verdict, seconds, reasons } = await leakCheck()
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
    spent += seconds
    console.error(`check ${check + 1}: ${verdict}${verdict === 'not-leaking' ? '' : ` ${reasons.join(' ')}`}`)
  }
  return { verdicts, spent }
})

const { verdicts, spent } = checked.result
console.log(`${values.checks} checks in ${checked.seconds.toFixed(0)} s: ${JSON.stringify(verdicts)}`)
console.log(`without checks: ${calm.requests}, shop ${percent(calm.cpu)} of a processor`)
console.log(`while checked:  ${checked.requests}, shop ${percent(checked.cpu)} of a processor`)
console.log(`leakscope: ${(spent / Number(values.checks)).toFixed(1)} s of processor time per check`)
shop.stdin.end('exit\n')

function percent(share) {
  return `${(100 * share).toFixed(0)} %`
}

/** Runs `act` while users log in. Returns the outcome of their requests, and the shop's share of a processor. */
async function underLoad(act) {
  const users = start(process.execPath, [
    ...[path('fixtures/server/load.js'), page, '--requests=1000000', '--for=30m', `--rate=${values.rate}`],
  ])
  const [begun, cpu] = [performance.now(), cpuSeconds(shop.pid)]
  const result = await act()
  const seconds = (performance.now() - begun) / 1000
  const share = (cpuSeconds(shop.pid) - cpu) / seconds
  users.kill('SIGINT')
  return { result, seconds, cpu: share, requests: await line(users) }
}

async function leakCheck() {
  const check = ['check', String(shop.pid), '--rounds', '5', '--every', '500ms', '--json']
  const before = childSeconds()
  const child = spawn(process.execPath, [path('bin/leakscope.js'), ...check], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', part => {
    said += part
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', part => {
    text += part
  })
  const [code, signal] = await once(child, 'close')
  if (text === '') throw new Error(`the check ended with ${code ?? signal}\n${said}`)
  return { ...JSON.parse(text), seconds: childSeconds() - before }
}

/** Processor time of this process' ended children. */
function childSeconds() {
  const [user, system] = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .slice(13, 15)
  return (Number(user) + Number(system)) / 100
}
