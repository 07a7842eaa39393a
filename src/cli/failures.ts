import { CommanderError } from 'commander'
import { LeakscopeError } from '../errors.js'
import { plain } from '../render/plain-text.js'
import type { Io } from './io.js'

/** Thrown where Ctrl-C is read as a key, not as a signal: there is nothing to say but 130. */
export class Interrupted extends Error {}

/** Tells people what went wrong, and gives the exit code that tells programs. */
export function exitCodeFor(error: unknown, io: Io): number {
  if (isTwofold(error)) {
    // The work failed, and so did leaving the target as it was: people must know of both.
    const exitCode = exitCodeFor(error.suppressed, io)
    exitCodeFor(error.error, io)
    return exitCode
  }
  if (error instanceof Interrupted) return 130
  if (io.signal.aborted) {
    // Whoever interrupts needs no word about what was interrupted, but one about a target that could not be left as it was.
    if (error instanceof LeakscopeError && error.code === 'TIMEOUT') writeError(error, io)
    return 130
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof LeakscopeError) {
    writeError(error, io)
    return 2
  }
  if (isCwdGone(error)) {
    writeError(
      new LeakscopeError('USAGE', 'the folder leakscope was started in has been removed', { hint: CHANGE }),
      io,
    )
    return 2
  }
  // Its message may be a target's words: they are shown as they are, and obeyed by no terminal.
  const stack = error instanceof Error ? (error.stack ?? error.message) : shownAs(error)
  const lines = stack.split('\n').map(line => plain(line))
  io.stderr.write(`leakscope: this is a bug in leakscope; please report it with what follows\n${lines.join('\n')}\n`)
  return 2
}

const CHANGE = 'Change to a folder that is there: cd ~'

const isCwdGone = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && (error.syscall === 'uv_cwd' || error.syscall === 'process.cwd')

// What was thrown may be anything, also what cannot be made a string.
function shownAs(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return 'something that is no error was thrown'
  }
}

function writeError({ message, lines, hint }: LeakscopeError, io: Io): void {
  io.stderr.write(`leakscope: ${plain(message)}\n`)
  for (const line of lines) io.stderr.write(`  ${plain(line)}\n`)
  if (hint !== undefined) io.stderr.write(`  ${plain(hint)}\n`)
}

/** What `await using` throws when the work fails and the disposal too (`SuppressedError`, which Node.js 20 does not have). */
interface Twofold {
  /** Of the disposal. */
  readonly error: unknown
  /** Of the work. */
  readonly suppressed: unknown
}

const isTwofold = (error: unknown): error is Error & Twofold => error instanceof Error && 'suppressed' in error
