import type { ProcessFacts } from './facts.js'
import { startOptions } from './start-options.js'

/** What a process was told at its start about its inspector. */
export interface DebugPort {
  /** Where its inspector opens on SIGUSR1: 9229 unless it was told another port; 0 stands for any free one. */
  readonly port: number
  /** Whether it was told to open the inspector from the start. */
  readonly fromStart: boolean
}

/** Reads `--inspect…` from the command line and NODE_OPTIONS of a process. A program can change the port later, unseen from here. */
export function debugPortOf(facts: ProcessFacts): DebugPort {
  let port = 9229
  let fromStart = false
  for (const option of startOptions(facts)) {
    // `--inspect=9230`, `--inspect=127.0.0.1:9230`; a host alone says nothing of the port.
    const match = /^--(inspect(?:-brk|-wait|-port)?|debug-port)(?:=(?:.*:)?(?:(\d+)|.*))?$/.exec(option)
    if (match === null) continue
    if (match[2]) port = Number(match[2])
    if (/^inspect(-brk|-wait)?$/.test(match[1]!)) fromStart = true
  }
  return { port, fromStart }
}
