// Processes that a benchmark starts, all of which end with it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

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

export async function end(child) {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** Resident memory in bytes. */
export function rss(pid) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
}

export const mb = bytes => Math.round(bytes / 2 ** 20)

export function row(cells, markdown) {
  console.log(markdown ? `| ${cells.join(' | ')} |` : cells.join('\t'))
}
