import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const { LEAKSCOPE_TEST_PRELOAD: PRELOAD } = process.env

/** A program started by a test, which ends with the test in any case. */
export interface Program {
  readonly pid: number
  readonly child: ChildProcess
  /** Everything it wrote to stderr so far. */
  readonly stderr: string
  /** The next line of its stdout; rejects if there will be none. */
  line(): Promise<string>
  tell(line: string): void
  /** Sends it a line and returns its next line. */
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
  /** A command that runs it: `['setpriv', '--reuid=65534', …]`. */
  readonly under?: readonly string[]
}

/** Starts a program of `fixtures/targets/` and waits until it reports that it is ready. */
export async function start(script: string, options: StartOptions = {}): Promise<Program> {
  const asAnother = options.under?.some(word => word.startsWith('--reuid')) ?? false
  const path = asAnother ? reachable(fixture(script)) : fixture(script)
  const program = launch([...nodeCommand(options, asAnother), path, ...(options.words ?? [])], options)
  for (let line = ''; line !== 'ready'; line = await program.line());
  return program
}

/** Starts any command as a process of the test. */
export function launch([command, ...words]: readonly string[], { env, cwd }: StartOptions = {}): Program {
  const child = spawn(command!, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // The library that a sanitized addon needs preloaded; .ci/sanitize sets it.
    env: { ...process.env, ...(PRELOAD === undefined ? {} : { LD_PRELOAD: PRELOAD }), ...env },
    cwd,
  })
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

function nodeCommand({ node = process.execPath, flags = [], under = [] }: StartOptions, asAnother: boolean): string[] {
  return [...under, asAnother ? reachable(node) : node, ...flags]
}

/**
 * A path of a file that every user can read: the clone, and Node.js, may be in a folder that only its owner can enter. Such a file is
 * copied with its folder, as programs load files beside them; Node.js is copied alone.
 */
function reachable(path: string): string {
  if (isReachable(path)) return path
  const known = copies.get(path)
  if (known !== undefined) return known
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-reachable-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  if (path.endsWith('js')) cpSync(dirname(path), folder, { recursive: true })
  else cpSync(path, join(folder, basename(path)))
  for (const name of ['', ...readdirSync(folder)]) chmodSync(join(folder, name), 0o755)
  copies.set(path, join(folder, basename(path)))
  return join(folder, basename(path))
}

const copies = new Map<string, string>()

function isReachable(path: string): boolean {
  if ((statSync(path).mode & 0o004) === 0) return false
  for (let above = dirname(path); ; above = dirname(above)) {
    if ((statSync(above).mode & 0o001) === 0) return false
    if (above === dirname(above)) return true
  }
}
