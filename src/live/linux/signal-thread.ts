import { readdirSync, readFileSync } from 'node:fs'

/**
 * How often the thread of Node.js that waits for SIGUSR1 has gone to sleep: once more after each signal that reached
 * it. When no inspector opens after a signal, this distinguishes a program with its own SIGUSR1 listener (the number is
 * unchanged) from one whose main thread is blocked in native code (the number rises). `undefined` when there is no such
 * thread.
 */
export function signalThreadSleeps(pid: number): number | undefined {
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')
      if (/^SigBlk:\s*(.*)$/m.exec(status)?.[1] !== EVERY_SIGNAL) continue
      return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1])
    }
  } catch {
    // Ended meanwhile.
  }
  return undefined
}

// Node.js starts only this thread with every signal blocked (StartDebugSignalHandler in src/inspector_agent.cc). The
// four missing bits are SIGKILL, SIGSTOP and the two that glibc reserves.
const EVERY_SIGNAL = 'fffffffe7ffbfeff'
