import type { Readable, Writable } from 'node:stream'

/** The world as the command line sees it. An argument, not a global, so that tests run `main` without starting a process. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Screen
  readonly stderr: Screen
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Aborted by Ctrl-C: work unwinds, the target is let go, and the exit code is 130. */
  readonly signal: AbortSignal
  /** Takes what went wrong besides and does not keep the answer from being given: told after it. Thrown where nobody takes it. */
  readonly troubles?: unknown[]
  /** How processes are attached to; an option of each command that does. */
  readonly attaching?: { noSignal: boolean }
}

export type Screen = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Where a command leaves its exit code; 0 unless it says otherwise. */
export interface Outcome {
  exitCode: number
}
