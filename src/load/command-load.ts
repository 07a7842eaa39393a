import { spawn } from 'node:child_process'
import { LeakscopeError } from '../errors.js'

/**
 * Runs a command line through the shell, as one round of load, and waits for its end. What it prints is not shown, unless it fails.
 * An abort ends it with everything it started. Errors: USAGE where it ends with anything but 0.
 */
export function runLoad(
  command: string,
  { round, pid, cwd, signal }: { round: number; pid: number | null; cwd: string; signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      cwd,
      // A group of its own: what the shell starts ends with it.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LEAKSCOPE_LOAD_ROUND: String(round), LEAKSCOPE_LOAD_PID: String(pid ?? '') },
    })
    let said = ''
    const listen = (text: string): void => {
      said = (said + text).slice(-MOST_SAID)
    }
    child.stdout.setEncoding('utf8').on('data', listen)
    child.stderr.setEncoding('utf8').on('data', listen)
    const end = (): void => endGroup(child.pid)
    signal.addEventListener('abort', end, { once: true })
    const settle = (failure?: unknown): void => {
      signal.removeEventListener('abort', end)
      if (failure === undefined) resolve()
      else reject(failure)
    }
    child.once('error', error => settle(failed(command, error.message, said)))
    child.once('close', (code, ended) => {
      if (signal.aborted) settle(signal.reason)
      else if (code === 0) settle()
      else settle(failed(command, ended === null ? `ended with ${code}` : `was ended by ${ended}`, said))
    })
  })
}

const MOST_SAID = 2000

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGTERM')
  } catch {
    // It has ended.
  }
}

function failed(command: string, how: string, said: string): LeakscopeError {
  return new LeakscopeError('USAGE', `the load command ${JSON.stringify(command)} ${how}`, {
    lines: said.trim().split('\n').slice(-5).filter(Boolean),
    hint: 'Run it by itself until it ends with 0; a check without the work it was to do would say nothing.',
  })
}
