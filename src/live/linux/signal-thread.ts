import { readdirSync, readFileSync } from 'node:fs'

/**
 * How often the thread of Node.js that waits for SIGUSR1 has slept; it sleeps once more after each signal that reached it. So when
 * no inspector opens after a signal, this tells a program with its own SIGUSR1 listener (the number stays) from one whose main
 * thread is blocked in native code (the number rises). `undefined` where there is no such thread.
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

// Node.js starts this thread with every signal blocked and no other with such a mask (StartDebugSignalHandler in
// src/inspector_agent.cc). The four missing bits are SIGKILL and SIGSTOP and the two that glibc keeps for itself.
const EVERY_SIGNAL = 'fffffffe7ffbfeff'
