import type { Readable, Writable } from 'node:stream'

/** The environment of the command line: an argument, not a global, so that tests can run `main` without a process. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Screen
  readonly stderr: Screen
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working folder. Reading it throws if the folder has been removed. */
  readonly cwd: string
  /** Aborted by Ctrl-C, and with `Unwritable`: work unwinds, the target is released, and the exit code is 130. */
  readonly signal: AbortSignal
  /**
   * The next Ctrl-C calls `act` and aborts nothing; the returned function undoes this. Without it, Ctrl-C always
   * aborts.
   */
  onNextInterrupt?(act: () => void): () => void
  /** Collects errors that do not prevent the answer; they are reported after it. Without it, they are thrown. */
  readonly troubles?: unknown[]
  /** Where heaps are kept, from options and configuration: set when a command begins. */
  readonly storage?: Storage
  /** Options for attaching to processes. */
  readonly attaching?: { noSignal: boolean }
}

export type Screen = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** The reader of the answer has gone, as in `leakscope types 4121 | head`: the work unwinds. */
export class Unwritable extends Error {}

/** A signal that is aborted by Ctrl-C, but not by a lost reader: for work that must still be done. */
export function interruption(signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const pass = (): void => {
    if (!(signal.reason instanceof Unwritable)) controller.abort(signal.reason)
  }
  if (signal.aborted) pass()
  else signal.addEventListener('abort', pass, { once: true })
  return controller.signal
}

/** A copy with some properties changed. `cwd` is still read lazily. */
export const changed = (io: Io, parts: Partial<Io>): Io => Object.assign(Object.create(io) as Io, parts)

/** The exit code of a command, 0 by default. */
export interface Outcome {
  exitCode: number
  /**
   * For a command whose exit code is a verdict: whether it has been reached. Before that, 0 would mean that nothing
   * leaks.
   */
  verdict?: 'awaited' | 'reached'
  /** A command that runs until stopped has ended normally, not by interruption. */
  stopped?: boolean
}

/** Where captures without a path go, and how many are kept. */
export interface Storage {
  dir?: string
  /** Maximum number of heaps kept. */
  keep?: number
  /** Maximum total size of heaps kept, in bytes. */
  maxSize?: number
}
