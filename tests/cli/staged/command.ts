import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { fixture } from '../../fixtures/program.js'

/** A long-running command of `bin/leakscope.js`, as a process of the running test. */
export interface RunningCommand {
  /** All lines of its stdout so far. */
  readonly lines: readonly string[]
  /** Waits until the given number of lines have matched; returns the last match. */
  said(pattern: RegExp, times?: number): Promise<RegExpExecArray>
  /** Sends SIGTERM; returns the exit code. */
  end(): Promise<number | null>
}

/** Starts a long-running command, such as `watch`. */
export function startCommand(args: readonly string[], cwd: string): RunningCommand {
  const child = spawn(process.execPath, [fixture('../bin/leakscope.js'), ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout }).on('line', line => lines.push(line))
  const end = (): Promise<number | null> => {
    child.kill('SIGTERM')
    return ended
  }
  onTestFinished(async () => void (await end()))
  return {
    lines,
    end,
    async said(pattern, times = 1) {
      for (;;) {
        const found = lines.map(line => pattern.exec(line)).filter(match => match !== null)
        if (found.length >= times) return found[times - 1]!
        if (child.exitCode !== null) throw new Error(`${args[0]} has ended:\n${lines.join('\n')}`)
        await Promise.race([once(reader, 'line'), ended])
      }
    },
  }
}
