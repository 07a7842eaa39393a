import { createInterface } from 'node:readline'
import { CommanderError } from 'commander'
import type { Target } from '../../live/attach/attach.js'
import { plain } from '../../render/plain-text.js'
import { ago } from '../age.js'
import type { CaptureChoice } from '../capture-option.js'
import { exitCodeFor } from '../failures.js'
import { changed, type Io } from '../io.js'
import { shownTask } from '../progress.js'
import { completions } from './completion.js'
import { history } from './history.js'
import { paged } from './pager.js'
import { type SessionState, sessionState } from './state.js'
import { SessionEnd, sessionVerbs } from './verbs.js'
import { asVerb, verbsOf } from './words.js'

/**
 * A session with a target: a prompt on a terminal, otherwise verbs from stdin or from `script`. Returns the exit code:
 * a failing verb ends a script (2), but not an interactive session. Ctrl-C during a verb ends only that verb.
 */
export async function session(target: Target, script: string | undefined, way: CaptureChoice, io: Io): Promise<number> {
  const state = await sessionState(target, way, io)
  if (script !== undefined) return runScript([script], state, io)
  if (io.stdin.isTTY && io.stdout.isTTY) return prompt(state, io)
  const lines = createInterface({ input: io.stdin, signal: io.signal })
  return runScript(lines, state, io)
}

/** Runs the verbs of one line. Returns `true` if the session ends. Throws what a verb throws. */
async function runLine(line: string, state: SessionState, io: Io, signal: AbortSignal): Promise<boolean> {
  const task = shownTask(io, false, signal)
  try {
    for (const args of verbsOf(line)) {
      signal.throwIfAborted()
      const verbs = sessionVerbs(state, task, changed(io, { signal }))
      await verbs.parseAsync(asVerb(args, verbs.commands, state.target), { from: 'user' }).catch(unlessHelped)
    }
    return false
  } catch (error) {
    if (error instanceof SessionEnd) return true
    throw error
  } finally {
    task.clear()
  }
}

// Commander throws after printing help; the verbs after it must still run.
function unlessHelped(error: unknown): void {
  if (!(error instanceof CommanderError && error.exitCode === 0)) throw error
}

async function runScript(
  lines: Iterable<string> | AsyncIterable<string>,
  state: SessionState,
  io: Io,
): Promise<number> {
  for await (const line of lines) {
    if (/^\s*#/.test(line)) continue
    try {
      if (await runLine(line, state, io, io.signal)) return 0
    } catch (error) {
      const exitCode = exitCodeFor(error, io)
      if (exitCode !== 0) return exitCode
    }
  }
  return io.signal.aborted ? 130 : 0
}

async function prompt(state: SessionState, io: Io): Promise<number> {
  const { target } = state
  const name = plain(target.title).split('/').at(-1) || 'node'
  const verbs = sessionVerbs(state, shownTask(io), io).commands
  const earlier = history(io)
  const lines = createInterface({
    input: io.stdin,
    output: io.stdout,
    terminal: true,
    completer: (line: string, done: (error: null, found: [string[], string]) => void) => {
      completions(line, verbs, state.offered).then(
        found => done(null, found),
        () => done(null, [[], line]),
      )
    },
    history: [...earlier.lines],
  })

  let work: AbortController | undefined
  let open = true
  lines.on('close', () => {
    open = false
  })
  // Ctrl-D may close the prompt while a verb runs; a closed prompt must not be written to.
  const ready = (): void => {
    const { capturedAt } = state
    const heap = capturedAt === undefined ? '' : ` (heap ${ago(capturedAt).replace(' ago', '')})`
    lines.setPrompt(`leakscope ${target.pid === null ? '' : `${target.pid} `}${name}${heap}> `)
    if (open) lines.prompt()
  }
  // The pager reads the keyboard meanwhile.
  const withoutPrompt = async (show: () => Promise<void>): Promise<void> => {
    const terminal = io.stdin as Io['stdin'] & { setRawMode?(raw: boolean): void }
    lines.pause()
    terminal.setRawMode?.(false)
    try {
      await show()
    } finally {
      if (open) {
        terminal.setRawMode?.(true)
        lines.resume()
      }
    }
  }
  const leave = (): void => {
    work?.abort(new Error('interrupted'))
    lines.close()
  }
  io.signal.addEventListener('abort', leave, { once: true })
  lines.on('SIGINT', () => {
    if (work !== undefined) return work.abort(new Error('interrupted'))
    // As in a shell, Ctrl-C discards the typed line.
    lines.write(null, { ctrl: true, name: 'e' })
    lines.write(null, { ctrl: true, name: 'u' })
    io.stderr.write('\n(exit or Ctrl-D leaves)\n')
    ready()
  })
  void target.closed.then(reason => {
    if (reason === undefined) return
    io.stderr.write(`\n${plain(reason.message)}; questions about the last heap still work\n`)
    if (work === undefined) ready()
  })

  io.stderr.write(
    `attached to ${name}, Node.js ${target.nodeVersion}; \`mark\`, then \`growth\` show what grows; \`help\` lists the rest, \`exit\` leaves\n`,
  )
  ready()
  for await (const line of lines) {
    earlier.keep(line)
    work = new AbortController()
    const answer = paged(io, withoutPrompt)
    try {
      const ended = await runLine(
        line,
        state,
        changed(io, { stdout: answer.stdout, stderr: answer.stderr }),
        work.signal,
      )
      await answer.show()
      if (ended) break
    } catch (error) {
      await answer.show()
      if (work.signal.aborted) io.stderr.write('interrupted\n')
      else exitCodeFor(error, io)
    }
    work = undefined
    ready()
  }
  io.signal.removeEventListener('abort', leave)
  lines.close()
  return io.signal.aborted ? 130 : 0
}
