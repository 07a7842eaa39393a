import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Starts a program of `fixtures/targets/` to be attached to, and waits until it is ready. It ends with this process. */
export async function startTarget(script, node = process.execPath, flags = []) {
  const path = fileURLToPath(new URL(`../fixtures/targets/${script}`, import.meta.url))
  const child = spawn(node, [...flags, path], { stdio: ['pipe', 'pipe', 'ignore'] })
  process.once('exit', () => child.kill('SIGKILL'))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the target ended: ${child.signalCode ?? child.exitCode}`)
    return value
  }
  await line()
  return {
    pid: child.pid,
    ask(words) {
      child.stdin.write(`${words}\n`)
      return line()
    },
    async end() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** The resources of a process, from the kernel: descriptors, threads, ports it listens on. */
export function heldBy(pid) {
  const descriptors = readdirSync(`/proc/${pid}/fd`)
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    descriptors: descriptors.length,
    threads: Number(/^Threads:\s+(\d+)$/m.exec(status)[1]),
    ports: portsOf(pid),
  }
}

/** Ports a process listens on. */
export function portsOf(pid) {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
      } catch {
        return []
      }
    }),
  )
  return ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map(row => row.trim().split(/\s+/))
      .filter(columns => columns[3] === '0A' && own.has(columns[9]))
      .map(columns => Number.parseInt(columns[1].split(':')[1], 16)),
  )
}

/** The running forked children that leakscope made of a process. They are not its children: their parent is init. */
export function copiesOf(pid) {
  const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  return readdirSync('/proc').filter(name => {
    try {
      return (
        /^\d+$/.test(name) &&
        readFileSync(`/proc/${name}/comm`, 'utf8') === 'leakscope copy\n' &&
        readFileSync(`/proc/${name}/cmdline`, 'utf8') === line
      )
    } catch {
      return false
    }
  })
}
