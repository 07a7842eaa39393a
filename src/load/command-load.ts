import { spawn } from 'node:child_process'
import { LeakscopeError } from '../errors.js'

/**
 * Runs a shell command as one round of load, and waits for its end. Its output is shown only if it fails. An abort ends
 * it with everything it started. Errors: USAGE if it does not exit with 0.
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
      // Its own process group, so that everything the shell starts can be ended with it.
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
    // Already ended.
  }
}

function failed(command: string, how: string, said: string): LeakscopeError {
  return new LeakscopeError('USAGE', `the load command ${JSON.stringify(command)} ${how}`, {
    lines: said.trim().split('\n').slice(-5).filter(Boolean),
    hint: 'Make it exit with 0 when run by itself: a check without its load would show nothing.',
  })
}
