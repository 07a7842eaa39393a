import { type Task, untold } from '../../task.js'
import type { TargetSpec } from '../spec.js'
import type { Target } from '../target.js'
import { attachAddress, attachUrl } from './address.js'
import { attachCommand } from './command.js'
import type { Limits } from './limits.js'
import { attachProcess } from './process.js'

export type { Target } from '../target.js'

export interface AttachOptions {
  /** Its signal calls attaching off (what was opened by then is closed first), and ends the waiting for each later command. */
  readonly task?: Task
  /** Never sends SIGUSR1: only an inspector that is open already is attached to. */
  readonly noSignal?: boolean
  /** For opening the inspector and for connecting; 5 s if not given. */
  readonly timeoutMs?: number
  /** For each command that names no other time; 10 s if not given. */
  readonly commandTimeoutMs?: number
}

/**
 * Attaches to a live Node.js process (18 or newer), prepared or not. By pid, its inspector is opened by SIGUSR1, but only where the
 * process is seen to be Node.js and to catch that signal; then it is moved off port 9229, so that several processes can be attached
 * to at a time. Takes 0.1 to 0.3 s; the process goes on working.
 *
 * Detach when done (`await using target = await attach(…)` does), also when your own process is interrupted: `detach` may be called
 * at any moment, and an attach under way is called off by `task.signal`.
 *
 * Errors: NO_TARGET, ATTACH, TARGET_GONE, TIMEOUT, UNSUPPORTED, each with what is so and what to do; the signal's reason.
 */
export async function attach(spec: TargetSpec, options: AttachOptions = {}): Promise<Target> {
  const { task = untold, timeoutMs = 5000, commandTimeoutMs = 10_000, noSignal = false } = options
  const limits: Limits = { timeoutMs, commandTimeoutMs, signal: task.signal, noSignal }
  task.signal.throwIfAborted()
  task.progress('attaching')
  switch (spec.kind) {
    case 'pid':
      return attachProcess(spec.pid, limits)
    case 'address':
      return attachAddress(spec, limits)
    case 'url':
      return attachUrl(spec.url, limits)
    case 'command':
      return attachCommand(spec.command, limits, task.progress)
  }
}
