import type { ProcessFacts } from './facts.js'
import { startOptions } from './start-options.js'

/** The inspector options of a process. */
export interface DebugPort {
  /** Where its inspector opens on SIGUSR1: 9229 unless an option names another port; 0 means any free one. */
  readonly port: number
  /** Whether an option opened the inspector at the start. */
  readonly fromStart: boolean
}

/**
 * Reads `--inspect…` from the command line and NODE_OPTIONS of a process. A program can change the port later, which is
 * not visible here.
 */
export function debugPortOf(facts: ProcessFacts): DebugPort {
  let port = 9229
  let fromStart = false
  for (const option of startOptions(facts)) {
    // `--inspect=9230`, `--inspect=127.0.0.1:9230`; a host alone does not set the port.
    const match = /^--(inspect(?:-brk|-wait|-port)?|debug-port)(?:=(?:.*:)?(?:(\d+)|.*))?$/.exec(option)
    if (match === null) continue
    if (match[2]) port = Number(match[2])
    if (/^inspect(-brk|-wait)?$/.test(match[1]!)) fromStart = true
  }
  return { port, fromStart }
}
