import type { Readable, Writable } from 'node:stream'

/** The world as the command line sees it. An argument, not a global, so that tests run `main` without starting a process. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Screen
  readonly stderr: Screen
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder leakscope runs in. Throws where that has been removed. */
  readonly cwd: string
  /** Aborted by Ctrl-C: work unwinds, the target is let go, and the exit code is 130. So it is by `Unwritable`. */
  readonly signal: AbortSignal
  /** The next Ctrl-C calls this and ends nothing; what it gives takes that back. Without it, Ctrl-C always ends the work. */
  onNextInterrupt?(act: () => void): () => void
  /** Takes what went wrong besides and does not keep the answer from being given: told after it. Thrown where nobody takes it. */
  readonly troubles?: unknown[]
  /** What options and configuration say about where heaps are kept: known once a command begins. */
  readonly storage?: Storage
  /** How processes are attached to; an option of each command that does. */
  readonly attaching?: { noSignal: boolean }
}

export type Screen = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Why work unwinds where nobody takes the answer any more, as of `leakscope types 4121 | head`. */
export class Unwritable extends Error {}

/** A signal that Ctrl-C aborts, and a lost reader does not: for what is to be done all the same. */
export function interruption(signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const pass = (): void => {
    if (!(signal.reason instanceof Unwritable)) controller.abort(signal.reason)
  }
  if (signal.aborted) pass()
  else signal.addEventListener('abort', pass, { once: true })
  return controller.signal
}

/** The same world with some of it changed. `cwd` is still read only when somebody asks for it. */
export const changed = (io: Io, parts: Partial<Io>): Io => Object.assign(Object.create(io) as Io, parts)

/** Where a command leaves its exit code; 0 unless it says otherwise. */
export interface Outcome {
  exitCode: number
  /** Of a command whose exit code is a verdict: whether there is one yet. Without one, 0 would say that nothing leaks. */
  verdict?: 'awaited' | 'reached'
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
