// Shared by the benchmarks of a server under load: its processes, which all end with the benchmark, and the measurements.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

export const path = name => fileURLToPath(new URL(`../${name}`, import.meta.url))

/**
 * Runs `act` on a server with the given MB of heap and requests per second. Each measurement has a new server, so that none starts from
 * what another left behind.
 */
export async function underLoad({ node, heap, rate }, act) {
  const server = start(node, ['--max-old-space-size=8192', path('bench/capture-server.cjs'), String(heap)])
  const { port, version } = JSON.parse(await line(server))
  const generator = start(process.execPath, [
    ...[path('bench/capture.mjs'), '--load', `http://127.0.0.1:${port}/`, '--rate', rate],
  ])
  await wait(2000)
  server.stdin.write('reset\n')
  await line(server)

  // After the load has started, which also needs memory.
  const before = rss(server.pid)
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, rss(server.pid))
  }, 50)
  const begun = performance.now()
  const acted = await act(server.pid)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  await wait(1000)
  clearInterval(watch)

  server.stdin.write('longest\n')
  const longest = Number(await line(server)).toFixed(0)
  generator.stdin.end()
  const { requests, failed, p99, delay } = JSON.parse(await line(generator))
  const memory = [before, peak, rss(server.pid)].map(mb).join(' → ')
  await end(server)
  return { version, acted, seconds, memory, load: [longest, delay.toFixed(0), requests, failed, p99.toFixed(0)] }
}

/** The columns for the numbers of `load`. */
export const loadColumns = ['longest delay ms', 'generator ms', 'requests', 'lost', 'p99 ms']

/** Prints the head of a table; `row` prints its rows. */
export function head(columns, markdown) {
  row(columns, markdown)
  if (markdown)
    row(
      columns.map(() => '---'),
      true,
    )
}

export function start(program, words, cwd) {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'], cwd })
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return child
}

/** The next line it prints. */
export async function line(child) {
  const { value, done } = await child.lines.next()
  if (done) throw new Error('a process of the benchmark ended early')
  return value
}

async function end(child) {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** Resident memory in bytes. */
function rss(pid) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
}

export const mb = bytes => Math.round(bytes / 2 ** 20)

export function row(cells, markdown) {
  console.log(markdown ? `| ${cells.join(' | ')} |` : cells.join('\t'))
}
