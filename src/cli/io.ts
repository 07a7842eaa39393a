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
  /** What options and configuration say about where heaps are kept: known once a command begins. */
  readonly storage?: Storage
}

export type Screen = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Where a command leaves its exit code; 0 unless it says otherwise. */
export interface Outcome {
  exitCode: number
  /** A command that runs until it is ended has ended as it should: no interruption. */
  stopped?: boolean
}

/** Where captures go that name no path, and how much of them is kept. */
export interface Storage {
  dir?: string
  /** Heaps that are kept at most. */
  keep?: number
  /** Bytes of them that are kept at most. */
  maxSize?: number
}
