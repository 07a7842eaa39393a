import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A program that a test started, and that is ended with the test whatever comes. */
export interface Program {
  readonly pid: number
  readonly child: ChildProcess
  /** All it wrote to stderr so far. */
  readonly stderr: string
  /** The next line of its stdout; rejects when there will be none. */
  line(): Promise<string>
  tell(line: string): void
  /** Tells it a line and gives what it says next. */
  ask(line: string): Promise<string>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface StartOptions {
  readonly node?: string
  /** Options of Node.js, before the script. */
  readonly flags?: readonly string[]
  readonly words?: readonly string[]
  readonly env?: Record<string, string>
  readonly cwd?: string
  /** A command to run it under: `['setpriv', '--reuid=65534', …]`. */
  readonly under?: readonly string[]
}

/** Starts a program of `fixtures/targets/` and waits until it says that it is ready. */
export async function start(script: string, options: StartOptions = {}): Promise<Program> {
  const program = launch([...nodeCommand(options), fixture(script), ...(options.words ?? [])], options)
  for (let line = ''; line !== 'ready'; line = await program.line());
  return program
}

/** Starts any command, as the test's own. */
export function launch([command, ...words]: readonly string[], { env, cwd }: StartOptions = {}): Program {
  const child = spawn(command!, words, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env }, cwd })
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  child.stdin.on('error', () => {}) // told after its end

  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${command} ${words.join(' ')} ended before it said so\n${stderr}`)
    return value
  }
  return {
    pid: child.pid!,
    child,
    get stderr() {
      return stderr
    },
    line,
    tell: text => void child.stdin.write(`${text}\n`),
    ask: text => {
      child.stdin.write(`${text}\n`)
      return line()
    },
    ended,
  }
}

export function fixture(script: string): string {
  return fileURLToPath(new URL(`../../fixtures/targets/${script}`, import.meta.url))
}

function nodeCommand({ node = process.execPath, flags = [], under = [] }: StartOptions): string[] {
  return [...under, node, ...flags]
}
