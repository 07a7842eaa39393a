// Writes the pictures of the README from the demo's shop: docs/pictures/graph.svg, flame.svg and page.png. Needs Chromium and dist/.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { load } from '../fixtures/server/load.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const pictures = join(root, 'docs/pictures')
// So that pictures contain no folder name of this machine.
const work = mkdtempSync(join(tmpdir(), 'shop-'))
for (const part of ['server', 'step.cjs', 'collect.cjs'])
  cpSync(join(root, 'fixtures', part), join(work, part), { recursive: true })
mkdirSync(pictures, { recursive: true })

const server = spawn(process.execPath, ['server/server.js'], { cwd: work, stdio: ['pipe', 'pipe', 'inherit'] })
const stop = new AbortController()
let users
try {
  let port
  for await (const line of createInterface({ input: server.stdout })) {
    port = /listening (\d+)/.exec(line)?.[1]
    if (port !== undefined) break
  }
  if (port === undefined) throw new Error('the shop did not start')
  users = load(`http://127.0.0.1:${port}/login?user=demo`, {
    rate: 200,
    requests: Number.POSITIVE_INFINITY,
    milliseconds: 600_000,
    concurrency: 4,
    signal: stop.signal,
  })
  await leakscope('check', server.pid, '--every', '1s', '--rounds', '6', '--keep', '1', '-o', 'page.html')
  await leakscope('backrefs', 'Session', '--limit', 1, '--max-depth', 6, '-o', join(pictures, 'graph.svg'))
  await leakscope('allocations', server.pid, '--for', '5s', '-o', join(pictures, 'flame.svg'))
} finally {
  stop.abort()
  await users?.catch(() => {})
  if (server.exitCode === null && server.kill()) await once(server, 'exit')
}
const chromium = ['chromium', 'google-chrome'].find(name => spawnSync(name, ['--version']).status === 0)
if (chromium === undefined) throw new Error('Chromium is missing, which is needed for a screenshot of the page')
const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--window-size=1000,1340']
execFileSync(
  chromium,
  [
    ...flags,
    `--user-data-dir=${join(work, 'profile')}`,
    `--screenshot=${join(pictures, 'page.png')}`,
    `file://${join(work, 'page.html')}`,
  ],
  { stdio: 'ignore' },
)
rmSync(work, { recursive: true, force: true, maxRetries: 5 })

// Asynchronous, as this process also generates the load.
async function leakscope(...args) {
  const run = spawn(process.execPath, [join(root, 'bin/leakscope.js'), ...args.map(String)], {
    cwd: work,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(run, 'exit')
  if (![0, 1].includes(code)) throw new Error(`leakscope ${args[0]} ended with ${code}`)
}
