import { type Task, untold } from '../../task.js'
import type { TargetSpec } from '../spec.js'
import type { Target } from '../target.js'
import { attachAddress, attachUrl } from './address.js'
import { attachCommand } from './command.js'
import type { Limits } from './limits.js'
import { attachProcess } from './process.js'

export type { Target } from '../target.js'

export interface AttachOptions {
  /** Its signal cancels attaching (after closing what was opened), and the waiting for later commands. */
  readonly task?: Task
  /** Never send SIGUSR1: attach only to an inspector that is already open. */
  readonly noSignal?: boolean
  /** Limit for opening the inspector and for connecting; default 5 s. */
  readonly timeoutMs?: number
  /** Default limit for each command; 10 s if not given. */
  readonly commandTimeoutMs?: number
}

/**
 * Attaches to a live Node.js process (18 or newer), prepared or not. By pid, SIGUSR1 opens its inspector, but only
 * after verifying that the process is Node.js and catches that signal; then the inspector is moved off port 9229, so
 * that several processes can be attached at the same time. Takes 0.1 to 0.3 s; the process keeps running.
 *
 * Detach when done (`await using target = await attach(…)` does), even if your own process is interrupted: `detach` can
 * be called at any time, and `task.signal` cancels an attach in progress.
 *
 * Errors: NO_TARGET, ATTACH, TARGET_GONE, TIMEOUT, UNSUPPORTED, each with a reason and a hint; the signal's reason.
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
